// For tests: delayed rules in virtual time. Everything that was acknowledged is in the store; a restart rebuilds the
// rest.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>

#include "delayed/alarm.h"
#include "intake/rule_book.h"
#include "intake/testing/world.h"
#include "rules/language/check_rule.h"
#include "system/log.h"
#include "system/zones.h"

namespace beckon::intake {

inline const Handle kDemo{"demo"};
inline const SubscriptionId kCrm{"whs_crm"};

class DueWorld {
 public:
  explicit DueWorld(Instant start) : now_(start) {
    outbox::Subscription crm{.id = kCrm, .handle = kDemo, .event_types = {"chain.message.due"}};
    EXPECT_TRUE(store.commit().write({.at = start, .changes = {crm}}));
    boot();
  }

  // Simulates a crash followed by a restart.
  void restart() {
    now_ = process_->world.clock.now();
    boot();
  }
  World& world() { return process_->world; }
  delayed::Alarm& alarm() { return process_->alarm; }
  Instant now() { return world().clock.now(); }

  // Time passes; what becomes due meanwhile fires at its instant.
  void pass(Duration time) {
    const Instant until = now() + time;
    fire();
    while (alarm().next() <= until) {
      world().clock.set(std::max(now(), alarm().next()));
      fire();
    }
    world().clock.set(until);
    fire();
  }
  // Time passes while the process is down.
  void sleep(Duration time) {
    now_ = now() + time;
    boot();
  }
  void fire() {
    while (alarm().step()) world().committer.turn(true);
    world().committer.turn(true);
  }

  // Saves a rule as PUT does; an empty text deletes it, if it exists.
  void save(const std::string& id, const std::string& text) {
    const RuleId rule{id};
    const rules::StoredRules before = *store.rules().rules(kDemo);
    if (text.empty() && !find_rule(before, rule)) return;
    const std::string json = text.empty() ? "" : *rules::check_rule(rule, json::parse(text)->root(), system_zones());
    const rules::StoredRules next = with_change(before, rule, json, now());
    const auto compiled = compile(next);
    plan([&](commit::Draft& draft) {
      plan_change(draft, {.handle = kDemo, .by = {"test"}, .action = "rule.put", .target = id, .at = now()}, before,
                  next, *compiled);
      draft.after_commit([&] { publish(compiled); });
    });
  }

  Result<Appended> append(const std::string& session, const std::string& signals, const std::string& more = "") {
    return world().append(R"({"sessionId":")" + session + R"(","signals":[)" + signals + "]" + more + "}");
  }
  void plan(std::function<void(commit::Draft&)> body) {
    struct Planned final : commit::Work {
      explicit Planned(std::function<void(commit::Draft&)> with) : body(std::move(with)) {}
      void plan(commit::Draft& draft) override { body(draft); }
      void finish(const std::optional<Fault>& fault) override { EXPECT_FALSE(fault); }
      std::function<void(commit::Draft&)> body;
    };
    std::unique_ptr<commit::Work> work = std::make_unique<Planned>(std::move(body));
    world().committer.submit(work);
    world().committer.turn(true);
  }

  // Scheduled messages, oldest first.
  std::vector<outbox::Delivery> messages() {
    auto found = *store.outbox().deliveries(kDemo, kCrm, 1'000);
    std::ranges::reverse(found);
    return found;
  }
  json::Document body(const outbox::Delivery& delivery) {
    return *json::parse((*store.outbox().event(kDemo, delivery.event))->body);
  }
  std::vector<delayed::Timer> timers(const std::string& session) {
    return *store.timers().timers_of(kDemo, SessionId{session});
  }
  std::vector<ledger::PastDecision> decisions(const std::string& session) {
    const auto known = world().session(session);
    return known ? ledger::past_decisions(known->decisions) : std::vector<ledger::PastDecision>{};
  }

  store::MemoryStore store;
  commit::HandleSettings settings;

 private:
  struct Process {
    Process(store::MemoryStore& store, Instant now)
        : world(store, now), alarm(store.timers(), world.committer, world.clock, {}) {
      world.committer.set_observer([this](const commit::Batch& batch) { alarm.committed(batch); });
    }
    World world;
    delayed::Alarm alarm;
  };

  void boot() {
    process_.reset();
    process_ = std::make_unique<Process>(store, now_);
    publish(compile(*store.rules().rules(kDemo)));
  }
  static std::shared_ptr<const rules::RuleSet> compile(const rules::StoredRules& stored) {
    return std::make_shared<const rules::RuleSet>(*rules::RuleSet::compile(stored, system_zones()));
  }
  void publish(std::shared_ptr<const rules::RuleSet> rules) {
    world().tenants.put(std::make_shared<const commit::Tenant>(
        commit::Tenant{.handle = kDemo, .settings = settings, .rules = std::move(rules)}));
  }

  Instant now_;
  std::unique_ptr<Process> process_;
};

}  // namespace beckon::intake
