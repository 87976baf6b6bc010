#include <gtest/gtest.h>

#include "intake/testing/due_world.h"

namespace beckon::delayed {
namespace {

using namespace std::chrono_literals;
using outbox::DeliveryState;

const Instant kStart = *parse_rfc3339("2026-11-02T12:00:00Z");  // a Monday

std::string rule(const std::string& more = "", const std::string& wait = "30m") {
  return R"({"triggers":["@due"],"when":{"all":[{"absent":{"key":"purchase"},"after":{"key":"cart"},"for":")" + wait +
         R"("}]},"action":{"type":"email","payload":{"template":"cart"}})" + more + "}";
}
const std::string kVisitorRule =
    R"({"triggers":["@due"],"when":{"all":[{"absent":{"key":"purchase"},"after":{"key":"cart"},"for":"30m","scope":"visitor"}]},"action":{"type":"email","payload":{}}})";

std::string signal(std::string_view key) { return R"({"type":")" + std::string(key) + "\"}"; }
std::string signal(std::string_view key, Instant at) {
  return R"({"type":")" + std::string(key) + R"(","at":")" + to_rfc3339(at) + "\"}";
}

class Due : public testing::Test {
 protected:
  Due() { world.save("rescue", rule()); }
  void cart(const std::string& session = "s1") { ASSERT_TRUE(world.append(session, signal("cart"))); }
  std::size_t told() { return world.messages().size(); }
  outbox::Delivery only() {
    const auto all = world.messages();
    EXPECT_EQ(all.size(), 1u);
    return all.empty() ? outbox::Delivery{} : all.front();
  }
  std::string outcomes(const std::string& session = "s1") {
    std::string text;
    for (const auto& past : world.decisions(session)) text += past.trigger + ":" + past.outcome + ":" + past.rule + " ";
    return text;
  }

  intake::DueWorld world{kStart};
};

TEST_F(Due, TellsOnceWhatWasMissedHasBeenMissedForLongEnough) {
  ASSERT_TRUE(world.append("s1", signal("view") + "," + signal("cart")));
  ASSERT_EQ(world.timers("s1").size(), 1u);
  EXPECT_EQ(world.timers("s1")[0].due_at, kStart + 30min);
  EXPECT_EQ(world.timers("s1")[0].anchor, 2u);
  world.pass(30min - 1ms);
  EXPECT_EQ(told(), 0u);
  world.pass(1ms);
  const auto message = only();
  EXPECT_EQ(message.event_type, "chain.message.due");
  EXPECT_EQ(message.session.text, "s1");
  EXPECT_EQ(message.rule.text, "rescue");
  EXPECT_EQ(message.anchor_at, kStart);
  EXPECT_EQ(message.valid_until, kStart + 30min + 24h);
  EXPECT_TRUE(world.timers("s1").empty());
  EXPECT_EQ(outcomes(), "@due:act:rescue ");
}

TEST_F(Due, TellsTheEnvelopeWithItsExplanation) {
  cart();
  world.pass(30min);
  const auto document = world.body(only());
  const json::Value& payload = *document.root().find("payload");
  EXPECT_EQ(payload.find("trigger")->text(), "@due");
  EXPECT_EQ(payload.find("outcome")->text(), "act");
  EXPECT_EQ(payload.find("ruleId")->text(), "rescue");
  EXPECT_EQ(payload.find("sessionId")->text(), "s1");
  EXPECT_EQ(payload.find("decisionId")->text(), world.decisions("s1")[0].id);
  EXPECT_EQ(payload.find("action")->find("type")->text(), "email");
  EXPECT_EQ(payload.find("resolvedAt")->text(), to_rfc3339(kStart + 30min));
  ASSERT_EQ(payload.find("explanation")->items().size(), 1u);
  const auto event = *world.store.outbox().event(intake::kDemo, only().event);
  const auto cause = *json::parse(event->cause);
  EXPECT_EQ(cause.root().find("decision")->text(), world.decisions("s1")[0].id);
  EXPECT_EQ(cause.root().find("signal")->find("version")->integer(), 1);
}

TEST_F(Due, FiresOncePerAnchor) {
  cart();
  world.pass(30min);
  ASSERT_TRUE(world.append("s1", signal("view")));
  ASSERT_TRUE(world.append("s1", signal("cart", kStart - 10min))) << "an older one is not the anchor";
  world.pass(48h);
  EXPECT_EQ(told(), 1u);
  EXPECT_TRUE(world.timers("s1").empty());
}

TEST_F(Due, ANewerAnchorStartsAnew) {
  cart();
  world.pass(20min);
  cart();
  world.pass(29min);
  EXPECT_EQ(told(), 0u);
  world.pass(1min);
  EXPECT_EQ(only().anchor_at, kStart + 20min);
  world.pass(1h);
  cart();
  world.pass(30min);
  EXPECT_EQ(told(), 2u) << "a new anchor fires again";
}

TEST_F(Due, ANewerAnchorSupersedesTheMessageThatIsNotDeliveredYet) {
  cart();
  cart("s2");
  world.pass(45min);
  cart();
  std::string found;
  for (const auto& message : world.messages())
    found += message.session.text + " " + std::string(to_text(message.state)) + " " + message.reason + "; ";
  EXPECT_EQ(found, "s1 withdrawn superseded: cart arrived at 2026-11-02T12:45:00Z; s2 queued ; ");
  world.pass(30min);
  ASSERT_EQ(told(), 3u);
  EXPECT_EQ(world.messages()[2].anchor_at, kStart + 45min);
  EXPECT_EQ(world.messages()[2].state, DeliveryState::kQueued);
}

TEST_F(Due, AnAnchorAtTheSameInstantThatIsStoredLaterIsTheNewerOne) {
  cart();
  world.pass(30min);
  ASSERT_TRUE(world.append("s1", signal("cart", kStart)));
  EXPECT_EQ(only().state, DeliveryState::kWithdrawn);
  EXPECT_EQ(world.timers("s1")[0].anchor, 2u);
}

TEST_F(Due, AnOlderAnchorThatArrivesLateSupersedesNothing) {
  cart();
  world.pass(30min);
  ASSERT_TRUE(world.append("s1", signal("cart", kStart - 1ms)));
  EXPECT_EQ(only().state, DeliveryState::kQueued);
}

TEST_F(Due, ANewerAnchorInAnotherSessionOfTheVisitorSupersedesTheMessage) {
  world.save("rescue", kVisitorRule);
  ASSERT_TRUE(world.append("phone", signal("cart"), R"(,"visitorId":"v1")"));
  world.pass(30min);
  ASSERT_TRUE(world.append("desk", signal("cart"), R"(,"visitorId":"v1")"));
  EXPECT_EQ(only().state, DeliveryState::kWithdrawn);
  EXPECT_EQ(world.timers("desk").size(), 1u);
}

TEST_F(Due, IsCancelledByWhatWasMissed) {
  cart();
  world.pass(29min);
  ASSERT_TRUE(world.append("s1", signal("purchase")));
  EXPECT_TRUE(world.timers("s1").empty());
  world.pass(48h);
  EXPECT_EQ(told(), 0u);
}

TEST_F(Due, IsCancelledByWhatWasMissedAlsoWhereItArrivesLate) {
  cart();
  world.pass(29min);
  ASSERT_TRUE(world.append("s1", signal("purchase", kStart + 5min)));
  world.pass(48h);
  EXPECT_EQ(told(), 0u);
}

TEST_F(Due, WhatWasStoredBehindTheAnchorAtItsInstantCameAfterIt) {
  ASSERT_TRUE(world.append("s1", signal("cart") + "," + signal("purchase")));
  EXPECT_TRUE(world.timers("s1").empty()) << "in one request";
  cart("s2");
  EXPECT_EQ(world.timers("s2").size(), 1u);
  ASSERT_TRUE(world.append("s2", signal("purchase")));
  EXPECT_TRUE(world.timers("s2").empty()) << "in two requests";
  ASSERT_TRUE(world.append("s3", signal("purchase") + "," + signal("cart")));
  ASSERT_EQ(world.timers("s3").size(), 1u) << "the purchase was there before";
  world.pass(48h);
  EXPECT_EQ(only().session.text, "s3");
}

TEST_F(Due, WhatWasStoredBehindTheAnchorAtItsInstantWithdrawsItsMessage) {
  cart();
  world.pass(31min);
  ASSERT_TRUE(world.append("s1", signal("purchase", kStart)));
  EXPECT_EQ(only().state, DeliveryState::kWithdrawn);
}

TEST_F(Due, OfTwoSessionsOfAVisitorTheSignalStoredLaterCameAfterTheOtherAtOneInstant) {
  world.save("rescue", kVisitorRule);
  const auto stored = [&](const std::string& visitor, const std::string& session, std::string_view key) {
    ASSERT_TRUE(world.append(session, signal(key, kStart), R"(,"visitorId":")" + visitor + "\""));
  };
  stored("v1", "old1", "view");
  stored("v1", "new1", "cart");
  stored("v1", "old1", "purchase");
  EXPECT_TRUE(world.timers("new1").empty()) << "bought in the session that joined first";
  stored("v2", "old2", "purchase");
  world.restart();
  stored("v2", "new2", "view");
  stored("v2", "old2", "cart");
  ASSERT_EQ(world.timers("old2").size(), 1u) << "the cart came after the purchase";
  stored("v2", "new2", "purchase");
  EXPECT_TRUE(world.timers("old2").empty());
  stored("v3", "new3", "view");
  stored("v3", "old3", "purchase");
  stored("v3", "new3", "cart");
  world.pass(30min);
  EXPECT_EQ(only().session.text, "new3") << "the purchase in the newer session was there before";
}

TEST_F(Due, IsNotCancelledByWhatCameBefore) {
  cart();
  ASSERT_TRUE(world.append("s1", signal("purchase", kStart - 5min)));
  world.pass(30min);
  EXPECT_EQ(told(), 1u);
}

TEST_F(Due, LooksAtInstantsAndNotAtTheOrderOfArrival) {
  world.pass(10min);
  ASSERT_TRUE(world.append("s1", signal("purchase")));
  ASSERT_TRUE(world.append("s1", signal("cart", kStart)));
  EXPECT_TRUE(world.timers("s1").empty()) << "bought already";
  ASSERT_TRUE(world.append("s2", signal("cart", kStart)));
  EXPECT_EQ(world.timers("s2")[0].due_at, kStart + 30min) << "from when it happened";
  world.pass(1h);
  EXPECT_EQ(only().session.text, "s2");
}

TEST_F(Due, AnAnchorThatArrivesOverdueWaitsAGrace) {
  world.pass(1h);
  ASSERT_TRUE(world.append("s1", signal("cart", kStart)));
  world.pass(60s - 1ms);
  EXPECT_EQ(told(), 0u);
  world.pass(1ms);
  EXPECT_EQ(only().created_at, kStart + 1h + 60s);
  EXPECT_EQ(only().valid_until, kStart + 30min + 24h) << "counted from when it should have been sent";
}

TEST_F(Due, WhatFollowsAnOverdueAnchorInAnotherRequestOfTheSameQueueIsSeenInTime) {
  world.pass(3h);
  ASSERT_TRUE(world.append("s1", signal("view", kStart) + "," + signal("cart", kStart + 1min)));
  world.pass(20s);
  ASSERT_TRUE(world.append("s1", signal("purchase", kStart + 4min)));
  EXPECT_TRUE(world.timers("s1").empty());
  world.pass(48h);
  EXPECT_EQ(told(), 0u);
}

TEST_F(Due, TheGraceIsASettingOfTheHandle) {
  world.settings.due_grace = 0s;
  world.save("rescue", rule());
  world.pass(31min);
  ASSERT_TRUE(world.append("s1", signal("cart", kStart)));
  world.fire();
  EXPECT_EQ(only().created_at, kStart + 31min);
  world.settings.due_grace = 10min;
  world.save("rescue", rule());
  ASSERT_TRUE(world.append("s2", signal("cart", kStart)));
  ASSERT_TRUE(world.append("s3", signal("cart", kStart + 2min)));
  EXPECT_EQ(world.timers("s2")[0].due_at, kStart + 41min);
  EXPECT_EQ(world.timers("s3")[0].due_at, kStart + 32min) << "not due as it arrived";
}

TEST_F(Due, AnAnchorThatArrivesBeyondTheTtlIsNotTold) {
  world.pass(25h);
  ASSERT_TRUE(world.append("s1", signal("cart", kStart)));
  log::set_level(log::Level::kOff);
  world.pass(2min);
  log::set_level(log::Level::kInfo);
  EXPECT_EQ(told(), 0u);
  EXPECT_EQ(world.alarm().counts().expired, 1u);
}

TEST_F(Due, AnAnchorFromTheFutureWaitsFromItsArrival) {
  ASSERT_TRUE(world.append("s1", signal("cart", kStart + 2min)));
  world.pass(29min);
  EXPECT_EQ(told(), 0u);
  world.pass(1min);
  EXPECT_EQ(told(), 1u);
}

TEST_F(Due, WhatWasMissedWithdrawsTheMessageAlsoBehindTheFiring) {
  cart();
  world.pass(40min);
  ASSERT_EQ(told(), 1u);
  ASSERT_TRUE(world.append("s1", signal("purchase", kStart + 10min)));
  EXPECT_EQ(only().state, DeliveryState::kWithdrawn);
  EXPECT_EQ(only().reason, "the message is no longer true: purchase arrived at 2026-11-02T12:10:00Z");
  EXPECT_EQ(only().ended_at, kStart + 40min);
}

TEST_F(Due, WhatWasMissedWithdrawsMessagesOfEarlierAnchorsAlone) {
  cart();
  world.pass(30min);
  cart();
  world.pass(30min);
  ASSERT_EQ(told(), 2u);
  ASSERT_TRUE(world.append("s1", signal("purchase", kStart + 10min)));
  EXPECT_EQ(world.messages()[1].state, DeliveryState::kQueued);
}

TEST_F(Due, WhatWasMissedDoesNotWithdrawForAnotherSession) {
  cart("s1");
  cart("s2");
  world.pass(30min);
  ASSERT_TRUE(world.append("s1", signal("purchase")));
  std::string states;
  for (const auto& message : world.messages())
    states += message.session.text + "=" + std::string(to_text(message.state)) + " ";
  EXPECT_NE(states.find("s1=withdrawn"), std::string::npos);
  EXPECT_NE(states.find("s2=queued"), std::string::npos);
}

TEST_F(Due, OneCommitHoldsTheSignalTheTimerAndTheWithdrawal) {
  cart();
  world.pass(30min);
  world.world().commit.next = commit::CommitFault::kFull;
  log::set_level(log::Level::kOff);
  EXPECT_FALSE(world.append("s1", signal("purchase")));
  log::set_level(log::Level::kInfo);
  EXPECT_EQ(only().state, DeliveryState::kQueued);
  ASSERT_TRUE(world.append("s1", signal("purchase")));
  EXPECT_EQ(only().state, DeliveryState::kWithdrawn);
}

TEST_F(Due, FiringThatCouldNotBeWrittenComesAgain) {
  cart();
  world.world().clock.advance(30min);
  log::set_level(log::Level::kOff);
  ASSERT_TRUE(world.alarm().step());
  world.world().commit.next = commit::CommitFault::kFull;
  world.world().committer.turn(true);
  log::set_level(log::Level::kInfo);
  EXPECT_EQ(told(), 0u);
  EXPECT_EQ(world.alarm().next(), world.now() + 1s);
  EXPECT_FALSE(world.alarm().step()) << "not at once";
  world.pass(1s);
  EXPECT_EQ(told(), 1u);
}

TEST_F(Due, SurvivesARestartBeforeAndBehindTheFiring) {
  cart();
  world.restart();
  EXPECT_EQ(world.timers("s1").size(), 1u);
  world.pass(30min);
  EXPECT_EQ(told(), 1u);
  world.restart();
  ASSERT_TRUE(world.append("s1", signal("cart", kStart - 1min)));
  world.pass(48h);
  EXPECT_EQ(told(), 1u) << "the anchor is done, whatever was looked at since";
}

TEST_F(Due, WhatIsOverdueStillFiresInsideTheTtl) {
  cart();
  world.sleep(24h);
  world.fire();
  EXPECT_EQ(only().created_at, kStart + 24h);
  EXPECT_EQ(only().valid_until, kStart + 30min + 24h) << "counted from when it should have been sent";
}

TEST_F(Due, WhatIsOverdueBeyondTheTtlIsNotTold) {
  cart();
  world.sleep(25h);
  log::set_level(log::Level::kOff);
  world.fire();
  log::set_level(log::Level::kInfo);
  EXPECT_EQ(told(), 0u);
  EXPECT_EQ(world.alarm().counts().expired, 1u);
  ASSERT_TRUE(world.append("s1", signal("cart", kStart - 1min)));
  world.pass(1h);
  EXPECT_EQ(told(), 0u) << "and is done";
}

TEST_F(Due, HasATtlOfItsOwn) {
  world.save("rescue", rule(R"(,"ttl":"5m")"));
  cart();
  world.pass(30min);
  EXPECT_EQ(only().valid_until, kStart + 35min);
  const auto document = world.body(only());
  EXPECT_EQ(document.root().find("payload")->find("expiresAt")->text(), to_rfc3339(kStart + 35min));
}

TEST_F(Due, ManyDueAtOnceAreFiredInSteps) {
  for (int i = 0; i < 600; ++i) cart("s" + std::to_string(i));
  world.sleep(1h);
  world.fire();
  EXPECT_EQ(told(), 600u);
  EXPECT_EQ(world.alarm().counts().owed, 600u);
  EXPECT_EQ(world.alarm().next(), Instant::max()) << "then the store is asked no more";
}

TEST_F(Due, NothingIsAskedOfTheStoreUntilATimerIsDue) {
  world.fire();
  EXPECT_EQ(world.alarm().next(), Instant::max());
  cart();
  EXPECT_EQ(world.alarm().next(), kStart + 30min);
  ASSERT_TRUE(world.append("s2", signal("cart", kStart - 10min)));
  EXPECT_EQ(world.alarm().next(), kStart + 20min);
}

}  // namespace
}  // namespace beckon::delayed
