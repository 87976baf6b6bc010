#include "simulator/world.h"

#include <algorithm>

#include "rules/language/check_rule.h"
#include "system/zones.h"

namespace beckon::simulator {
namespace {

// The rules of every handle: half an hour after a cart without a purchase, a message is due; and on the handle of
// people, a page shows an offer at most twice an hour. `more`: a member of the condition.
std::shared_ptr<const rules::RuleSet> rules_of(std::string_view more) {
  const Instant long_ago = VirtualTime::kStart - std::chrono::days{1};
  rules::StoredRules stored{.version = 1, .rules = {}};
  const auto add = [&](const char* name, const std::string& text) {
    const RuleId id{name};
    stored.rules.push_back(
        {id, *rules::check_rule(id, json::parse(text)->root(), system_zones()), 1, long_ago, long_ago});
  };
  add("rescue",
      R"({"triggers":["@due"],"when":{"all":[{"absent":{"key":"purchase"},"after":{"key":"cart"},"for":"30m")" +
          std::string(more) + R"(}]},"ttl":"20d","action":{"type":"email","payload":{}}})");
  if (!more.empty())
    add("offer", R"({"triggers":["page"],"when":{},"limit":{"caps":[{"max":2,"per":"1h"}]},)"
                 R"("action":{"type":"popup","payload":{}}})");
  return std::make_shared<const rules::RuleSet>(*rules::RuleSet::compile(stored, system_zones()));
}

}  // namespace

World::World(std::uint64_t seed, bool telling) : stage_(seed, telling), troubles_(SeededRandom(seed).next()) {
  settings();
  for (const std::string_view name : {std::string_view("acme"), std::string_view("beta"), kOfPeople})
    outside_.handles.emplace_back(name);
  outside_.handles.emplace_back(kOfRules);
  all_handles_ = outside_.handles;
  outside_.handles.pop_back();
  attempts_.message_begins = [this](const Received& request) {
    if (Process* const at = owner(outside_.subscriptions[request.subscription].handle)) check_message(*at, request);
  };
}

void World::settings() {
  static const auto rules = rules_of(""), rules_of_people = rules_of(R"(,"scope":"visitor")");
  Dice& dice = stage_.dice;
  options_.rules = rules;
  options_.rules_of_people = rules_of_people;
  options_.upkeep.sweep_every = options_.outbox.sweep_every = 10min;
  options_.outbox.held_for = dice.spread(1h, 24h);
  options_.replays.per_second = static_cast<std::size_t>(dice.between(10, 100));
  options_.dispatch.disable_after = dice.spread(20min, 120h);
  options_.filling = {.least = 1, .most = dice.below(std::size_t{1'500}) + 1, .rest = 0};
  if (has(Trouble::kFewSockets)) {
    dispatch::Limits& limits = options_.dispatch.limits;
    limits.in_flight = dice.between(2, 6);
    limits.in_flight_ceiling = limits.in_flight * dice.between(2, 4);
    limits.in_flight_per_subscription = dice.between(1, 4);
    limits.ready_per_subscription = static_cast<std::size_t>(dice.between(1, 8));
    limits.unwritten = dice.between(8, 64);
    limits.unwritten_per_subscription = dice.between(2, 16);
  }
  if (has(Trouble::kLittleMemory)) {
    options_.memory = 2'000;
    options_.upkeep.tail_bytes = 1'000;
  }
}

void World::run() {
  boot();
  for (int i = stage_.dice.between(2, 7); i > 0; --i) subscribe();
  pass(1s);
  for (int i = stage_.dice.between(15, 60); i > 0; --i) {
    const int kind = stage_.dice.below(10);
    pass(stage_.time.passed() + (kind < 5   ? stage_.dice.spread(1ms, 1s)
                                 : kind < 9 ? stage_.dice.spread(1s, 10min)
                                            : stage_.dice.spread(10min, 8h)));
    act();
  }
  rest();
  stage_.counts.virtual_ms = static_cast<std::uint64_t>(stage_.time.passed().count());
}

void World::act() {
  Dice& dice = stage_.dice;
  if (has(Trouble::kMoods)) change_moods();
  if (!process_) return;
  if (has(Trouble::kCrash) && dice.one_in(12)) return die("at rest");
  if (has(Trouble::kCrashInCommit) && dice.one_in(6)) stage_.fuse = dice.between(1, 40);
  if (has(Trouble::kStop) && dice.one_in(20)) return stop();
  if ((has(Trouble::kFullDisk) || has(Trouble::kFailedSync) || has(Trouble::kBusyDisk)) && dice.one_in(8))
    trouble_disk();
  if (has(Trouble::kUnreadable) && dice.one_in(10)) trouble_reads();
  if ((has(Trouble::kClockForward) || has(Trouble::kClockBack)) && dice.one_in(12)) set_clock();
  if (!process_) return;
  act_outside();
}

// A request of a client or an operator.
void World::act_outside() {
  Dice& dice = stage_.dice;
  if (has(Trouble::kNewKeys) && dice.one_in(3)) return change_or_use_rules();
  switch (dice.below(24)) {
    case 0: return subscribe();
    case 1:
      if (has(Trouble::kDisable)) turn_off_or_on();
      return;
    case 2:
      if (has(Trouble::kDisable)) turn_off_or_on();
      return;
    case 3:
      if (has(Trouble::kMove)) move();
      return;
    case 4:
      if (has(Trouble::kDelete) && dice.one_in(2)) unsubscribe();
      return;
    case 5:
      if (has(Trouble::kErase)) erase();
      return;
    case 6:
      if (has(Trouble::kRetry)) retry();
      return;
    case 7:
      if (has(Trouble::kReplay)) replay();
      return;
    case 8: return test();
    case 9:
      if (has(Trouble::kBurst)) burst();
      return;
    case 20:
    case 21: return ask();
    case 22:
    case 23:
      if (has(Trouble::kAlias)) alias();
      return;
    case 10: return append_again();
    case 11: return publish_again();
    case 12:
    case 13:
    case 14: return publish();
    default: return append();
  }
}

void World::pass(Duration until) {
  for (;;) {
    const Duration next = this->next();
    if (next > until) break;
    const Duration to = std::max(next, stage_.time.passed());
    stood_still_ = to == stage_.time.passed() ? stood_still_ + 1 : 0;
    require(stood_still_ < 20'000, [] { return "P7: the process works and works while no time passes"; });
    step(to);
  }
  stage_.time.go_to(until);
}

void World::step(Duration to) {
  stage_.time.go_to(to);
  if (heal_at_ <= to) heal();
  if (!process_) {
    if (up_at_ <= to) boot();
    return;
  }
  try {
    process_->step();
  } catch (const Crashed& crashed) {
    stage_.counts.add(Count::kCrashesInCommit);
    return die(crashed.where);
  }
}

void World::boot() {
  stage_.tell([] { return "the process begins"; });
  attempts_.disturbed(stage_.time.passed());
  process_ = std::make_unique<Process>(
      stage_, options_,
      Process::Part{.handles = all_handles_,
                    .broken = [] { throw Crashed{"because a sync failed"}; }},  // no further request gets a response
      Storage{disk_.store(), disk_}, network_, attempts_);
  network_.hurry(stage_.time.passed());
  check_answers(*process_);
}

void World::die(const char* where) {
  stage_.tell([&] { return std::string("the process dies ") + where; });
  stage_.counts.add(Count::kCrashes);
  stage_.fuse = 0;
  ++life_;
  stage_.counts.add(Count::kFired, process_->alarm.counts().fired);
  stage_.counts.add(Count::kMessages, process_->alarm.counts().owed);
  const int life = process_->life->number;
  process_.reset();
  stage_.counts.add(Count::kUnknown, outside_.died(life));
  disk_.crash();
  const bool long_one = has(Trouble::kLongOutage) && stage_.dice.one_in(3);
  up_at_ = stage_.time.passed() + (long_one ? stage_.dice.spread(1min, 12h) : stage_.dice.spread(10ms, 30s));
}

// No more requests and no more faults: every delivery must end.
void World::rest() {
  stage_.tell([] { return "from here on all is well"; });
  heal();
  stage_.fuse = 0;
  network_.calm = true;
  if (!process_) boot();
  pass(stage_.time.passed() + 13h + set_back_);
  check_rest(false);
  pass(stage_.time.passed() + options_.outbox.held_for + 2 * kUpkeepWithin);
  check_rest(true);
  check_answers(*process_);
  check_signals_owed();
  check_events_owed();
  check_filled();
  check_undo();
  stage_.counts.add(Count::kFired, process_->alarm.counts().fired);
  stage_.counts.add(Count::kMessages, process_->alarm.counts().owed);
}

}  // namespace beckon::simulator
