#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intake/testing/world.h"

namespace beckon::intake {
namespace {

using namespace std::chrono_literals;

const Instant kNow = *parse_rfc3339("2026-11-01T12:34:56Z");
constexpr std::string_view kGoal = R"("goal":{"key":"purchase","within":"1h","valueField":"amount"})";

class Counted : public testing::Test {
 protected:
  // A rule that acts on trigger `t`, with additional members.
  static std::string rule(std::string_view more = "") {
    return R"({"triggers":["t"],"when":{},"action":{"type":"popup","payload":{}})" +
           std::string(more.empty() ? "" : ",") + std::string(more) + "}";
  }
  void signal(const std::string& key, const std::string& value = "", const std::string& more = "") {
    const std::string text = value.empty() ? "" : R"(,"signalValue":")" + value + "\"";
    ASSERT_TRUE(world.append(R"({"sessionId":"s","signals":[{"type":")" + key + "\"" + text + more + "}]}"));
  }
  std::string resolve(const std::string& trigger = "t", const std::string& session = "s") {
    return world.resolve(R"({"sessionId":")" + session + R"(","trigger":")" + trigger + "\"}")->id;
  }
  std::string prefetch() { return world.prefetch(R"({"sessionId":"s","trigger":"t"})")->decisions.front().id; }

  // Every row: "trigger/rule/variant: metric n …".
  std::string counts() {
    static constexpr const char* kNames[] = {"asked",   "acted",          "suppressed", "heldOut", "shown",
                                             "clicked", "dismissed",      "byHours",    "byLimit", "byRender",
                                             "mixed",   "mixedConverted", "converted",  "value"};
    std::string all;
    const auto rows =
        store.analytics()
            .tallies({.handle = Handle{"demo"}, .since = kNow - 24h, .until = kNow + 24h, .bucket = 24h}, 100)
            .value();
    for (const auto& [key, counts] : rows) {
      all += key.trigger + "/" + key.rule.text + "/" + key.variant + (key.shadow ? "/shadow" : "") +
             (key.holdout ? "/holdout" : "") + ":";
      for (std::size_t i = 0; i < counts.size(); ++i)
        if (counts[i] != 0) all += std::string(" ") + kNames[i] + " " + std::to_string(counts[i]);
      all += "; ";
    }
    return all;
  }

  store::MemoryStore store;
  World world{store, kNow};
};

TEST_F(Counted, ADecisionAsksItsTriggerAndActsForItsRule) {
  world.tenant({}, {rule()});
  signal("view");
  resolve();
  resolve();
  EXPECT_EQ(counts(), "t//: asked 2; t/r1/: acted 2; ");
}

TEST_F(Counted, StandsInTheHourOfItsCommit) {
  world.tenant({}, {rule()});
  resolve();
  world.clock.advance(1h);
  resolve();
  const auto rows =
      store.analytics().tallies({.handle = Handle{"demo"}, .since = kNow - 24h, .until = kNow + 24h}, 100).value();
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(to_rfc3339(rows[0].key.hour), "2026-11-01T12:00:00Z");
  EXPECT_EQ(to_rfc3339(rows[1].key.hour), "2026-11-01T13:00:00Z");
}

TEST_F(Counted, NoneForASessionNeverSeenIsOnlyCounted) {
  world.tenant(
      {}, {R"({"triggers":["t"],"when":{"all":[{"seen":{"key":"cart"}}]},"action":{"type":"popup","payload":{}}})"});
  resolve();
  EXPECT_EQ(world.session("s"), nullptr);
  EXPECT_EQ(counts(), "t//: asked 1; ");
}

TEST_F(Counted, TriggersThatNoRuleNamesAreCountedTogether) {
  world.tenant({}, {rule()});
  signal("view");
  for (const char* trigger : {"a", "b", "c"}) resolve(trigger);
  resolve("d", "never-seen");
  EXPECT_EQ(counts(), "//: asked 4; ");
}

TEST_F(Counted, ARuleThatIsHeldBackIsSuppressedAndTheOneBehindItActs) {
  world.tenant({}, {rule(R"("priority":2,"limit":{"caps":[{"max":1,"per":"session"}]})"), rule()});
  signal("view");
  resolve();
  resolve();
  EXPECT_EQ(counts(), "t//: asked 2; t/r1/: acted 1 suppressed 1 byLimit 1; t/r2/: acted 1; ");
}

TEST_F(Counted, ARuleThatIsHeldBackAloneIsSuppressedOnce) {
  world.tenant({}, {rule(R"("limit":{"cooldown":"1h"})")});
  signal("view");
  resolve();
  resolve();
  EXPECT_EQ(counts(), "t//: asked 2; t/r1/: acted 1 suppressed 1 byLimit 1; ");
}

TEST_F(Counted, WhyRulesAreHeldBackIsToldApartAlsoOfThoseInShadowAndOfAPrefetchThatIsShown) {
  const std::string lacks = R"("priority":3,"action":{"type":"popup","payload":{"x":"{{visitor.traits.plan}}"}})";
  const auto with = [](std::string_view more) { return R"({"triggers":["t"],"when":{},)" + std::string(more) + "}"; };
  world.tenant({}, {with(lacks), with(lacks + R"(,"status":"shadow")"),
                    rule(R"("priority":2,"active":{"hours":"00:00-01:00","zone":"UTC"})"),
                    rule(R"("limit":{"cooldown":"1h"})")});
  signal("view");
  resolve();
  const std::string once =
      "t//: asked 1; t/r1/: suppressed 1 byRender 1; t/r2//shadow: suppressed 1 byRender 1; "
      "t/r3/: suppressed 1 byHours 1; t/r4/: acted 1; ";
  EXPECT_EQ(counts(), once);
  const std::string id = prefetch();
  EXPECT_EQ(counts(), once) << "nothing is shown";
  signal("decision.shown", id);
  EXPECT_EQ(counts(),
            "t//: asked 2; t/r1/: suppressed 2 byRender 2; t/r2//shadow: suppressed 2 byRender 2; "
            "t/r3/: suppressed 2 byHours 2; t/r4/: acted 1 suppressed 1 byLimit 1; ");
}

TEST_F(Counted, ArmsControlGroupAndShadowAreToldApart) {
  world.tenant(
      {},
      {R"({"triggers":["t"],"when":{},"split":{"salt":"x","arms":{"a":1}},"actions":{"a":{"type":"popup","payload":{}}}})",
       rule(R"("status":"shadow","priority":5)")});
  signal("view");
  resolve();
  world.tenant({}, {rule(R"("split":{"salt":"x","holdout":100})")});
  resolve();
  EXPECT_EQ(counts(), "t//: asked 2; t/r1//holdout: heldOut 1; t/r1/a: acted 1; t/r2//shadow: acted 1; ");
}

TEST_F(Counted, APrefetchCountsOnceItIsShown) {
  world.tenant({}, {rule()});
  signal("view");
  const std::string id = prefetch();
  EXPECT_EQ(counts(), "");
  signal("decision.shown", id);
  signal("decision.shown", id);
  EXPECT_EQ(counts(), "t//: asked 1; t/r1/: acted 1 shown 1; ");
}

TEST_F(Counted, WhatBecomesOfADecisionCountsOnceEach) {
  world.tenant({}, {rule()});
  signal("view");
  const std::string resolved = resolve(), prefetched = prefetch();
  signal("decision.shown", prefetched);
  for (int i = 0; i < 2; ++i)
    for (const char* word : {"decision.shown", "decision.clicked", "decision.dismissed", "decision.converted"})
      for (const std::string& id : {resolved, prefetched}) signal(word, id);
  EXPECT_EQ(counts(), "t//: asked 2; t/r1/: acted 2 shown 2 clicked 2 dismissed 2 converted 2; ");
}

TEST_F(Counted, AnIdThatIsNoneOfTheSessionIsAPlainSignal) {
  world.tenant({}, {rule()});
  signal("view");
  const std::string foreign = world.resolve(R"({"sessionId":"other","trigger":"t"})")->id;
  for (const std::string& id : {foreign, std::string("dec_nothing")}) signal("decision.clicked", id);
  EXPECT_EQ(counts(), "t//: asked 1; t/r1/: acted 1; ");
}

TEST_F(Counted, TheFirstGoalBehindADecisionConvertsItWithItsValue) {
  world.tenant({}, {rule(kGoal)});
  signal("purchase", "", R"(,"metadata":{"amount":1})");  // before it: no conversion
  world.clock.advance(1s);
  resolve();
  world.clock.advance(30min);
  signal("purchase", "", R"(,"metadata":{"amount":12.5})");
  signal("purchase", "", R"(,"metadata":{"amount":99})");
  EXPECT_EQ(counts(), "t//: asked 1; t/r1/: acted 1 converted 1 value 12500000; ");
  resolve();
  world.clock.advance(1h + 1ms);
  signal("purchase");
  EXPECT_EQ(counts(), "t//: asked 2; t/r1/: acted 2 converted 1 value 12500000; ");
}

TEST_F(Counted, AConversionsValueIsWhatAPathAddsUpTo) {
  world.tenant({}, {rule(R"("goal":{"key":"order","within":"1h","valueField":"lines[].sum"})")});
  resolve();
  world.clock.advance(1min);
  signal("order", "", R"(,"metadata":{"lines":[{"sum":"7.50"},{"sum":"n/a"},{"sum":0.25},{}]})");
  EXPECT_EQ(counts(), "t//: asked 1; t/r1/: acted 1 converted 1 value 7750000; ");
}

TEST_F(Counted, AGoalThatComesLateConvertsTheDecisionThatItFollowed) {
  world.tenant({}, {rule(kGoal)});
  signal("view");
  resolve();
  world.clock.advance(40min);
  resolve();
  world.clock.advance(10min);
  signal("purchase", "", R"(,"at":)" + std::to_string(to_ms(kNow + 20min)));
  signal("purchase");
  EXPECT_EQ(counts(), "t//: asked 2; t/r1/: acted 2 converted 2; ");
}

TEST_F(Counted, TheControlGroupAndShadowRulesConvertToo) {
  world.tenant({}, {rule(std::string(kGoal) + R"(,"split":{"salt":"x","holdout":100})"),
                    rule(std::string(kGoal) + R"(,"status":"shadow","priority":9)")});
  signal("view");
  resolve();
  world.clock.advance(1s);
  signal("purchase");
  EXPECT_EQ(counts(), "t//: asked 1; t/r1//holdout: heldOut 1 converted 1; t/r2//shadow: acted 1 converted 1; ");
}

TEST_F(Counted, WhereARuleHasAGoalTheWordConvertedIsAPlainSignal) {
  world.tenant({}, {rule(kGoal)});
  signal("view");
  signal("decision.converted", resolve());
  EXPECT_EQ(counts(), "t//: asked 1; t/r1/: acted 1; ");
}

TEST_F(Counted, WhatWasNotStoredIsNotCounted) {
  world.tenant({}, {rule()});
  signal("view");
  world.commit.next = commit::CommitFault::kFull;
  resolve();
  EXPECT_EQ(counts(), "");
}

TEST_F(Counted, ManyDecisionsOfOneCommitAreAHandfulOfRows) {
  world.tenant({}, {rule()});
  signal("view");
  for (int i = 0; i < 100; ++i)
    world.resolver.resolve(*decision::parse_decision(json::parse(R"({"sessionId":"s","trigger":"t"})")->root(),
                                                     world.tenants, "demo", false, world.clock.now()),
                           [](const auto&) {});
  std::size_t rows = 0;
  world.committer.set_observer([&](const commit::Batch& batch) {
    for (const commit::Tallies& tallies : commit::changes_of<commit::Tallies>(batch)) rows += tallies.size();
  });
  world.committer.turn(true);
  EXPECT_EQ(rows, 2u);
  EXPECT_EQ(counts(), "t//: asked 100; t/r1/: acted 100; ");
}

}  // namespace
}  // namespace beckon::intake
