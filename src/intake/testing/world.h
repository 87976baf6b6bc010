// For tests: the decision room over a store, with a manual clock and a committer that is stepped.
#pragma once
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commit/counter_filling.h"
#include "commit/housekeeping.h"
#include "commit/recovery.h"
#include "commit/session_hasher.h"
#include "decision/resolve.h"
#include "delayed/timer_changes.h"
#include "intake/append.h"
#include "intake/goals.h"
#include "rules/language/check_rule.h"
#include "store/memory/memory_store.h"
#include "system/zones.h"

namespace beckon::intake {

// A Commit that fails on demand.
class FailingCommit final : public commit::Commit {
 public:
  explicit FailingCommit(commit::Commit& real) : real_(real) {}
  std::optional<commit::CommitFault> next;
  bool room = true;  // after a full disk
  bool has_room() override { return room; }
  std::expected<commit::Receipt, commit::CommitFault> write(const commit::Batch& batch) override {
    if (next) return unexpected(*std::exchange(next, std::nullopt));
    return real_.write(batch);
  }

 private:
  commit::Commit& real_;
};

// One process over a store that outlives it; another World over the same store is a restart.
class World {
 public:
  World(store::MemoryStore& store, Instant now, std::size_t memory = std::size_t{1} << 30,
        commit::Housekeeping::Options upkeep = {})
      : clock(now),
        commit(store.commit()),
        sessions(store.ledger(), hasher, memory),
        filling_(store.ledger(), tenants),
        upkeep_(store.ledger(), places, upkeep, 0, 0) {
    traits_ = commit::table_of(*store.traits().traits(Handle{"demo"}), *store.traits().counters(Handle{"demo"}));
    recovered = *commit::recover(store.ledger(), sessions);
    subscriptions.load(*store.outbox().subscriptions());
    committer.set_last_position(recovered.last_position);
    committer.add_maintenance(visitor_timers_);
    committer.add_maintenance(goal_counting_);
    committer.add_maintenance(filling_);
    committer.add_maintenance(upkeep_);
    tenant();
  }

  // The tenant with these settings and rules.
  void tenant(const commit::HandleSettings& settings = {}, const std::vector<std::string>& rule_texts = {}) {
    rules::StoredRules stored{.version = rule_texts.size()};
    for (std::size_t i = 0; i < rule_texts.size(); ++i) {
      const auto rule = json::parse(rule_texts[i]);
      const RuleId id{"r" + std::to_string(i + 1)};
      stored.rules.push_back({id, *rules::check_rule(id, rule->root(), system_zones()), i + 1, clock.now()});
    }
    auto compiled = rules::RuleSet::compile(stored, system_zones(), settings.declared());
    const auto known = tenants.known("demo");
    tenants.put(std::make_shared<const commit::Tenant>(
        commit::Tenant{.handle = Handle{"demo"},
                       .settings = settings,
                       .rules = std::make_shared<const rules::RuleSet>(std::move(*compiled)),
                       .traits = known ? known->traits : traits_}));
  }

  Result<Appended> append(std::string body, bool gpc = false) {
    auto request = parse_append(*json::parse(std::move(body)), tenants, "demo", clock.now());
    if (!request) return unexpected(request.error());
    request->at_most_basic = gpc;
    std::optional<Result<Appended>> answer;
    std::unique_ptr<commit::Work> work =
        std::make_unique<Append>(std::move(*request), tokens, [&](const auto&, const auto& got) { answer = got; });
    committer.submit(work);
    committer.turn(true);
    return *answer;
  }

  Result<decision::Envelope> resolve(std::string body) {
    auto request = decision::parse_decision(json::parse(std::move(body))->root(), tenants, "demo", false, clock.now());
    if (!request) return unexpected(request.error());
    std::optional<Result<decision::Envelope>> answer;
    resolver.resolve(std::move(*request), [&](const auto& got) { answer = got; });
    committer.turn(true);
    return *answer;
  }

  Result<decision::Prefetched> prefetch(std::string body) {
    auto request = decision::parse_decision(json::parse(std::move(body))->root(), tenants, "demo", true, clock.now());
    if (!request) return unexpected(request.error());
    return resolver.prefetch(*request);
  }

  // Commits what `plan` adds. Returns its fault, otherwise the commit's.
  std::optional<Fault> plan(std::function<std::optional<Fault>(commit::Draft&)> what) {
    class Planned final : public commit::Work {
     public:
      Planned(std::function<std::optional<Fault>(commit::Draft&)> planned, std::optional<Fault>& fault)
          : what_(std::move(planned)), fault_(fault) {}
      void plan(commit::Draft& draft) override { fault_ = what_(draft); }
      void finish(const std::optional<Fault>& fault) override { fault_ = fault_ ? fault_ : fault; }

     private:
      std::function<std::optional<Fault>(commit::Draft&)> what_;
      std::optional<Fault>& fault_;
    };
    std::optional<Fault> fault;
    std::unique_ptr<commit::Work> work = std::make_unique<Planned>(std::move(what), fault);
    EXPECT_TRUE(committer.submit(work));
    committer.turn(true);
    return fault;
  }

  ledger::SessionPtr session(std::string_view id) {
    const auto digest = sessions.digest("demo", id);
    return *sessions.find(Handle{"demo"}, SessionId{id}, digest);
  }

  ManualClock clock;
  SeededRandom random{7};
  FailingCommit commit;
  commit::SessionHasher hasher{"0123456789abcdef"};
  decision::DecisionTokens tokens{"0123456789abcdef0123456789abcdef"};
  commit::Sessions sessions;
  commit::Tenants tenants;
  outbox::SubscriptionIndex subscriptions;
  commit::Draft::Places places{sessions, tenants, subscriptions, random};
  bool broke = false;
  commit::Committer committer{commit, places, clock, {}, [this] { broke = true; }};
  decision::Resolver resolver{{places, committer, tokens, clock}};
  commit::Recovered recovered;

 private:
  delayed::VisitorTimers visitor_timers_;
  GoalCounting goal_counting_;
  commit::CounterFilling filling_;
  commit::Housekeeping upkeep_;
  commit::TraitTablePtr traits_;
};

}  // namespace beckon::intake
