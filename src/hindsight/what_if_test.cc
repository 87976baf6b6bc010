// What rules did is what a simulation says they would have done: random histories under rules that are live from the
// beginning, played back.
#include "hindsight/what_if.h"

#include "hindsight/what_if_jobs.h"
#include "intake/testing/life.h"
#include "rules/language/check_rule.h"
#include "system/zones.h"

namespace beckon::hindsight {
namespace {

using namespace std::chrono_literals;

// "rule act", "rule suppressed" …, shadow rules likewise; how often.
using Came = std::map<std::string, std::int64_t>;

Came lived(intake::Life& life) {
  Came came;
  for (int i = 0; i < intake::Life::kSessions; ++i)
    for (const ledger::PastDecision& past : life.world.decisions(intake::Life::session(i))) {
      if (past.outcome == "act" || past.outcome == "holdout") ++came[past.rule + " " + past.outcome];
      if (past.outcome == "suppressed" && past.beside.empty()) ++came[past.rule + " suppressed"];
      for (const ledger::PastBeside& beside : past.beside) ++came[beside.rule + " " + beside.outcome];
    }
  return came;
}

Came simulated(const WhatIf& found) {
  Came came;
  for (const WhatIf::Rule& rule : found.rules) {
    if (rule.acted) came[rule.id + " act"] = rule.acted;
    if (rule.held_out) came[rule.id + " holdout"] = rule.held_out;
    if (rule.suppressed) came[rule.id + " suppressed"] = rule.suppressed;
  }
  return came;
}

WhatIfRequest request_of(intake::DueWorld& world) {
  return {.tenant = *world.world().tenants.find("demo"),
          .tried = *world.store.rules().rules(intake::kDemo),
          .live = {},
          .since = intake::kLifeBegins,
          .until = world.now() + Duration{1},
          .asks = {}};
}

Result<WhatIf> what_if(intake::DueWorld& world, const WhatIfRequest& request, const WhatIfLimits& limits = {}) {
  WhatIfProgress progress;
  auto found = what_if(world.store.ledger(), world.world().sessions, request, limits, progress);
  EXPECT_TRUE(!found || progress.done == progress.total);
  return found;
}

TEST(SimulationAtRandom, SaysWhatTheSameRulesDid) {
  Came all;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    intake::Life life(seed);
    life.prefetches = false;  // a prefetch leaves no record of what was known of the visitor's other sessions
    for (int i = 0; i < 200; ++i) life.step();
    const auto before = *life.world.store.ledger().last_position();
    WhatIfRequest request = request_of(life.world);
    const auto found = what_if(life.world, request);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(simulated(*found), lived(life));
    request.live = request.tried;
    EXPECT_EQ(what_if(life.world, request)->changed_sessions, 0) << "the same rules answer the same";
    EXPECT_EQ(*life.world.store.ledger().last_position(), before) << "nothing was stored";
    if (testing::Test::HasFailure()) return;
    for (const WhatIf::Rule& rule : found->rules) EXPECT_LE(rule.sessions, found->sessions) << rule.id;
    for (const auto& [kind, count] : simulated(*found)) all[kind] += count;
  }
  for (const char* kind :
       {"capped act", "capped suppressed", "capped holdout", "shadow act", "shadow suppressed", "visitor act",
        "visitor suppressed", "abroad act", "missed act", "rescue act", "rescue holdout", "rescue suppressed",
        "afar act", "watched act", "each act", "each suppressed", "each-afar act", "again act"})
    EXPECT_GT(all[kind], 10) << "or it has shown little of " << kind;
}

class SimulationTest : public testing::Test {
 protected:
  void cart(const std::string& session) { EXPECT_TRUE(world.append(session, R"({"type":"cart"})")); }
  void ask(const std::string& session, const std::string& trigger) {
    EXPECT_TRUE(world.world().resolve(R"({"sessionId":")" + session + R"(","trigger":")" + trigger + "\"}"));
  }
  WhatIfRequest request(const std::string& rule) {
    WhatIfRequest made = request_of(world);
    made.tried = {.version = 1, .rules = {}};
    made.tried.rules.push_back({.id = RuleId{"r"},
                                .json = *rules::check_rule(RuleId{"r"}, json::parse(rule)->root(), system_zones()),
                                .rules_version = 1});
    return made;
  }
  static std::vector<std::string> told(const WhatIf& found) {
    std::vector<std::string> all;
    for (const auto& one : found.examples)
      all.push_back(one.session.text + " " + one.trigger + " " + one.was.outcome + " " + one.would_be.outcome + " " +
                    one.would_be.rule + " at " + to_rfc3339(one.at).substr(11, 8));
    return all;
  }
  intake::DueWorld world{intake::kLifeBegins};
};

constexpr const char* kCarts =
    R"({"triggers":["exit"],"when":{"all":[{"count":{"key":"cart"},"within":"10m","atLeast":1}]},"limit":{"caps":[{"max":1,"per":"session"}]},"action":{"type":"x"}})";

TEST_F(SimulationTest, AsksAtTheMomentsThatWereRecordedAndShowsWhatWouldHaveBeenOtherwise) {
  for (const char* session : {"a", "b"}) cart(session);
  world.pass(1min);
  for (const char* session : {"a", "a", "b"}) ask(session, "exit");
  world.pass(20min);
  ask("b", "exit");
  ask("b", "other");
  const auto found = what_if(world, request(kCarts));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->signals, 2);
  EXPECT_EQ(found->asked, 5);
  ASSERT_EQ(found->rules.size(), 1u);
  EXPECT_EQ(found->rules[0].asked, 4);
  EXPECT_EQ(found->rules[0].acted, 2);
  EXPECT_EQ(found->rules[0].suppressed, 1);
  EXPECT_EQ(found->rules[0].sessions, 2);
  EXPECT_EQ(found->changed_sessions, 2);
  EXPECT_EQ(told(*found), (std::vector<std::string>{"a exit none act r at 12:01:00", "b exit none act r at 12:01:00"}));
}

TEST_F(SimulationTest, CountsTheSessionsThatHadASignalOrADecisionWithinTheSpan) {
  for (const char* session : {"before", "asked", "both"}) cart(session);
  world.pass(1h);
  WhatIfRequest later = request(kCarts);
  later.since = world.now();
  EXPECT_EQ(what_if(world, later)->sessions, 0);
  for (const char* session : {"both", "new"}) cart(session);
  for (const char* session : {"asked", "asked", "both"}) ask(session, "exit");
  later.until = world.now() + Duration{1};
  EXPECT_EQ(what_if(world, later)->sessions, 3) << "asked, both and new";
  later.since = intake::kLifeBegins;
  EXPECT_EQ(what_if(world, later)->sessions, 4);
  world.pass(1h);
  cart("behind");
  EXPECT_EQ(what_if(world, later)->sessions, 4);
}

TEST_F(SimulationTest, APrefetchThatWasShownIsAskedAtItsOwnInstantAndOneThatWasNotIsNot) {
  world.save("r", kCarts);
  cart("a");
  world.pass(1min);
  const auto ready = world.world().prefetch(R"({"sessionId":"a","trigger":"exit"})");
  ASSERT_TRUE(ready) << ready.error().message;
  EXPECT_EQ(what_if(world, request(kCarts))->asked, 0);
  world.pass(12min);
  EXPECT_TRUE(world.append("a", R"({"type":"decision.shown","signalValue":")" + ready->decisions[0].id + "\"}"));
  const auto found = what_if(world, request(kCarts));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->asked, 1);
  EXPECT_EQ(told(*found), std::vector<std::string>{"a exit none act r at 12:01:00"})
      << "the cart was not ten minutes old";
}

TEST_F(SimulationTest, AsksAtSignalsWhereTheCallerWantsThatTo) {
  cart("a");
  world.pass(1min);
  EXPECT_TRUE(world.append("a", R"({"type":"checkout","signalValue":"start"})"));
  world.pass(1min);
  EXPECT_TRUE(world.append("a", R"({"type":"checkout","signalValue":"end"})"));
  auto asking = request(kCarts);
  asking.asks.push_back(
      {.trigger = "exit",
       .on = {.keys = {{.text = "checkout", .prefix = false}}, .values = {}, .sources = {}, .min_confidence = 0}});
  const auto found = what_if(world, asking);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->rules[0].asked, 2);
  EXPECT_EQ(found->rules[0].acted, 1);
  EXPECT_EQ(found->rules[0].suppressed, 1) << "it spends as if it had been";
}

TEST_F(SimulationTest, LooksAtWhatCameBeforeTheSpanAndCountsNothingOfIt) {
  cart("a");
  world.pass(5min);
  ask("a", "exit");
  world.pass(1min);
  auto later = request(kCarts);
  later.since = world.now() - 30s;
  ask("a", "exit");
  later.until = world.now() + Duration{1};
  world.pass(1min);
  ask("a", "exit");
  const auto found = what_if(world, later);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->asked, 1);
  EXPECT_EQ(found->rules[0].acted, 1) << "the cart of before is seen, and the cap is untouched";
}

TEST_F(SimulationTest, FiresDelayedRulesInSimulatedTime) {
  for (const char* session : {"a", "b", "c"}) cart(session);
  world.pass(10min);
  EXPECT_TRUE(world.append("b", R"({"type":"purchase"})"));
  world.pass(30min);
  cart("c");
  world.pass(29min);
  const auto found = what_if(world, request(intake::kLifeRules[5].second));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->rules[0].acted + found->rules[0].held_out, 2)
      << "b has bought, and the second cart of c is not 30 minutes old";
  EXPECT_EQ(found->changed_sessions, 2);
  for (const auto& one : found->examples) EXPECT_EQ(to_rfc3339(one.at).substr(11, 5), "12:30");
  auto shorter = request(intake::kLifeRules[5].second);
  shorter.until = intake::kLifeBegins + 30min;
  EXPECT_EQ(what_if(world, shorter)->changed_sessions, 0);
}

TEST_F(SimulationTest, WhatDoesNotFitIntoItsMemoryIsRefusedAndWhatIsCancelledEnds) {
  for (int i = 0; i < 100; ++i) cart("s" + std::to_string(i));
  const auto too_large = what_if(world, request(kCarts), {.memory = 10'000});
  ASSERT_FALSE(too_large);
  EXPECT_EQ(too_large.error().code, FaultCode::kConflict);
  WhatIfProgress progress;
  progress.cancelled = true;
  EXPECT_FALSE(what_if(world.store.ledger(), world.world().sessions, request(kCarts), {}, progress));
}

TEST_F(SimulationTest, ErasedSessionsAreNoPartOfIt) {
  cart("a");
  ask("a", "exit");
  cart("b");
  ask("b", "exit");
  EXPECT_TRUE(world.append("a", R"({"type":"x"})", R"(,"consent":"denied")"));
  const auto found = what_if(world, request(kCarts));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->asked, 1);
  EXPECT_EQ(told(*found), std::vector<std::string>{"b exit none act r at 12:00:00"});
}

TEST_F(SimulationTest, RulesSeeSignalsOfKeysThatNoLiveRuleReads) {
  cart("a");
  for (int i = 0; i < 250; ++i) {
    world.pass(2s);
    EXPECT_TRUE(world.append("a", R"({"type":"scroll"})"));
  }
  ask("a", "exit");
  EXPECT_EQ(world.world().session("a")->window[0].key, "scroll");
  const auto found = what_if(
      world,
      request(R"({"triggers":["exit"],"when":{"all":[{"count":{"key":"cart"},"atLeast":1}]},"action":{"type":"x"}})"));
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_EQ(found->rules.size(), 1U);
  EXPECT_EQ(found->rules[0].acted, 1);
}

TEST_F(SimulationTest, AJobWaitsForItsTurnIsCancelledAndKept) {
  cart("a");
  ask("a", "exit");
  WhatIfJobs jobs(world.store.ledger(), world.world().sessions, {.waiting = 1, .kept = 1});
  const SimulationId one{"sim_1"}, two{"sim_2"}, three{"sim_3"};
  EXPECT_FALSE(jobs.start(one, request(kCarts)));
  EXPECT_EQ(jobs.start(two, request(kCarts))->code, FaultCode::kConflict) << "one of a handle at a time";
  EXPECT_EQ(jobs.find(intake::kDemo, one)->state, WhatIfState::kRunning);
  EXPECT_FALSE(jobs.find(Handle{"other"}, one));
  EXPECT_EQ(jobs.cancel(intake::kDemo, one)->state, WhatIfState::kCancelled);
  EXPECT_FALSE(jobs.step()) << "nothing is left to do";
  EXPECT_FALSE(jobs.start(two, request(kCarts)));
  EXPECT_TRUE(jobs.step());
  EXPECT_EQ(jobs.wait(intake::kDemo, two, 0ms)->state, WhatIfState::kDone);
  EXPECT_EQ(jobs.find(intake::kDemo, two)->result->asked, 1);
  EXPECT_EQ(jobs.cancel(intake::kDemo, two)->state, WhatIfState::kDone) << "what has ended stays as it ended";
  EXPECT_FALSE(jobs.start(three, request(kCarts)));
  EXPECT_FALSE(jobs.find(intake::kDemo, one)) << "the oldest goes";
}

}  // namespace
}  // namespace beckon::hindsight
