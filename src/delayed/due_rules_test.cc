// Delayed rules with other features of rules: status, hours, limits, splits, scope; and consent.
#include <gtest/gtest.h>

#include "intake/testing/due_world.h"

namespace beckon::delayed {
namespace {

using namespace std::chrono_literals;
using outbox::DeliveryState;

const Instant kStart = *parse_rfc3339("2026-11-02T12:00:00Z");  // a Monday

std::string rule(const std::string& more = "", const std::string& wait = "30m", const std::string& scope = "session") {
  return R"({"triggers":["@due"],"when":{"all":[{"absent":{"key":"purchase"},"after":{"key":"cart"},"for":")" + wait +
         R"(","scope":")" + scope + R"("}]},"action":{"type":"email","payload":{}})" + more + "}";
}

class DueRules : public testing::Test {
 protected:
  void signal(const std::string& session, std::string_view key, const std::string& more = "") {
    ASSERT_TRUE(world.append(session, R"({"type":")" + std::string(key) + "\"}", more));
  }
  std::string told() {
    std::string text;
    for (const auto& one : world.messages()) text += one.session.text + "=" + std::string(to_text(one.state)) + " ";
    return text;
  }
  std::string outcomes(const std::string& session = "s1") {
    std::string text;
    for (const auto& past : world.decisions(session)) text += past.outcome + ":" + past.rule + " ";
    return text;
  }
  std::size_t waiting(const std::string& session) { return world.timers(session).size(); }

  intake::DueWorld world{kStart};
};

TEST_F(DueRules, ForAnchorsThatArriveAfterTheyWentLive) {
  signal("s1", "cart");
  world.pass(1min);
  world.save("rescue", rule());
  signal("s1", "view");
  signal("s1", "purchase");
  signal("s2", "cart");
  EXPECT_EQ(waiting("s1"), 0u);
  EXPECT_EQ(waiting("s2"), 1u);
  world.pass(1h);
  EXPECT_EQ(told(), "s2=queued ");
}

TEST_F(DueRules, LoseTimersAndMessagesWhenTheyArePaused) {
  world.save("rescue", rule());
  signal("s1", "cart");
  world.pass(30min);
  signal("s2", "cart");
  world.save("rescue", rule(R"(,"status":"paused")"));
  EXPECT_EQ(told(), "s1=withdrawn ");
  EXPECT_EQ(world.messages()[0].reason, "the rule is no longer live");
  EXPECT_EQ(waiting("s2"), 0u);
  world.save("rescue", rule());
  signal("s2", "view");
  world.pass(1h);
  EXPECT_EQ(told(), "s1=withdrawn ") << "live again, it waits for new anchors";
  signal("s2", "cart");
  world.pass(30min);
  EXPECT_EQ(world.messages().size(), 2u);
}

TEST_F(DueRules, LoseTimersAndMessagesWhenTheyAreDeleted) {
  world.save("rescue", rule());
  world.save("other", rule());
  signal("s1", "cart");
  world.pass(30min);
  signal("s2", "cart");
  world.save("rescue", "");
  std::string reasons;
  for (const auto& one : world.messages()) reasons += one.rule.text + ": " + one.reason + ". ";
  EXPECT_NE(reasons.find("rescue: the rule was deleted. "), std::string::npos);
  EXPECT_NE(reasons.find("other: . "), std::string::npos);
  ASSERT_EQ(waiting("s2"), 1u);
  EXPECT_EQ(world.timers("s2")[0].rule.text, "other");
}

TEST_F(DueRules, ThatChangeKeepTheirAnchorsAndAreLookedAtAnew) {
  world.save("rescue", rule("", "2h"));
  signal("s1", "cart");
  world.pass(10min);
  world.save("rescue", rule("", "30m"));
  world.pass(19min);
  EXPECT_EQ(told(), "");
  world.pass(1min);
  EXPECT_EQ(told(), "s1=queued ") << "shorter";
  signal("s2", "cart");
  world.save("rescue", rule("", "1h"));
  world.pass(59min);
  EXPECT_EQ(world.messages().size(), 1u) << "longer";
  world.pass(1min);
  EXPECT_EQ(world.messages().size(), 2u);
}

TEST_F(DueRules, InShadowAreRecordedAndTellNothing) {
  world.save("rescue", rule(R"(,"status":"shadow")"));
  signal("s1", "cart");
  world.pass(30min);
  EXPECT_EQ(told(), "");
  const auto decisions = world.decisions("s1");
  ASSERT_EQ(decisions.size(), 1u);
  EXPECT_EQ(decisions[0].outcome, "none");
  EXPECT_EQ(decisions[0].rule, "");
  EXPECT_EQ(decisions[0].beside, (std::vector<ledger::PastBeside>{{"rescue", "", "act", true}}));
  world.save("rescue", rule());
  world.pass(1h);
  EXPECT_EQ(told(), "") << "for anchors that arrive after it went live";
}

TEST_F(DueRules, ThatDoNotHoldWhenTheyAreDueAreDone) {
  world.save("rescue",
             R"({"triggers":["@due"],"when":{"all":[{"absent":{"key":"purchase"},"after":{"key":"cart"},"for":"30m"}],)"
             R"("none":[{"seen":{"key":"support"},"within":"1h"}]},"action":{"type":"email","payload":{}}})");
  signal("s1", "cart");
  signal("s1", "support");
  world.pass(3h);
  EXPECT_EQ(told(), "");
  EXPECT_EQ(outcomes(), "");
  EXPECT_EQ(waiting("s1"), 0u);
  EXPECT_EQ(world.alarm().counts().fired, 1u);
}

TEST_F(DueRules, ArePutOffByClosedHoursToTheirOpening) {
  world.save("rescue", rule(R"(,"ttl":"5m","active":{"hours":"15:00-18:00","zone":"Etc/UTC"})"));
  signal("s1", "cart");
  world.pass(2h);
  EXPECT_EQ(told(), "");
  ASSERT_EQ(waiting("s1"), 1u);
  EXPECT_EQ(world.timers("s1")[0].due_at, kStart + 3h);
  world.restart();
  world.pass(1h);
  EXPECT_EQ(told(), "s1=queued ");
  EXPECT_EQ(world.messages()[0].created_at, kStart + 3h);
  EXPECT_EQ(world.messages()[0].valid_until, kStart + 3h + 5min) << "counted from the opening";
}

TEST_F(DueRules, PutOffAreCancelledAllTheSame) {
  world.save("rescue", rule(R"(,"active":{"hours":"15:00-18:00","zone":"Etc/UTC"})"));
  signal("s1", "cart");
  world.pass(2h);
  signal("s1", "purchase");
  world.pass(48h);
  EXPECT_EQ(told(), "");
}

TEST_F(DueRules, PutOffWhileTheServerWasDownFireAtTheOpening) {
  world.save("rescue", rule(R"(,"ttl":"5m","active":{"hours":"15:00-18:00","zone":"Etc/UTC"})"));
  signal("s1", "cart");
  world.sleep(2h);
  world.pass(1h);
  ASSERT_EQ(told(), "s1=queued ");
  EXPECT_EQ(world.messages()[0].created_at, kStart + 3h);
  signal("s2", "cart");
  world.sleep(48h);
  log::set_level(log::Level::kOff);
  world.fire();
  log::set_level(log::Level::kInfo);
  EXPECT_EQ(told(), "s1=queued ") << "and beyond the ttl of the opening not at all";
}

TEST_F(DueRules, HeldBackByACapAreRecordedAsSuppressed) {
  world.save("rescue", rule(R"(,"limit":{"caps":[{"max":1,"per":"session"}]})"));
  signal("s1", "cart");
  world.pass(30min);
  signal("s1", "cart");
  world.restart();
  world.pass(30min);
  EXPECT_EQ(outcomes(), "act:rescue suppressed:rescue ");
  EXPECT_EQ(told(), "s1=withdrawn ") << "superseded, and counts all the same";
  world.pass(48h);
  EXPECT_EQ(outcomes(), "act:rescue suppressed:rescue ") << "its anchor is done";
}

TEST_F(DueRules, ShareTheCapOfTheVisitorAcrossSessions) {
  world.save("rescue", rule(R"(,"limit":{"caps":[{"max":1,"per":"7d"}]})"));
  signal("s1", "cart", R"(,"visitorId":"v1")");
  world.pass(30min);
  signal("s2", "cart", R"(,"visitorId":"v1")");
  world.pass(30min);
  EXPECT_EQ(told(), "s1=queued ");
  EXPECT_EQ(outcomes("s2"), "suppressed:rescue ");
}

TEST_F(DueRules, InTheControlGroupAreRecordedAndTellNothing) {
  world.save("rescue", rule(R"(,"split":{"salt":"x","holdout":100})"));
  signal("s1", "cart");
  world.pass(30min);
  EXPECT_EQ(outcomes(), "holdout:rescue ");
  EXPECT_EQ(told(), "");
}

TEST_F(DueRules, EndWithConsent) {
  world.save("rescue", rule());
  world.save("remind", rule("", "2h"));
  signal("s1", "cart");
  world.pass(30min);
  ASSERT_EQ(waiting("s1"), 1u);
  ASSERT_TRUE(world.append("s1", R"({"type":"view"})", R"(,"consent":"denied")"));
  EXPECT_EQ(waiting("s1"), 0u);
  ASSERT_EQ(world.messages().size(), 1u);
  EXPECT_EQ(world.messages()[0].state, DeliveryState::kWithdrawn);
  EXPECT_EQ(world.messages()[0].reason, "consent denied");
  world.pass(48h);
  EXPECT_EQ(world.messages().size(), 1u);
}

TEST_F(DueRules, SetATimerInACommitThatBeginsWithADenial) {
  world.save("rescue", rule());
  signal("s1", "cart");
  ASSERT_TRUE(world.append("s1", R"({"type":"view"})", R"(,"consent":"denied")"));
  signal("s1", "cart", R"(,"consent":"full")");
  EXPECT_EQ(waiting("s1"), 1u);
  world.pass(30min);
  EXPECT_EQ(told(), "s1=queued ");
}

TEST_F(DueRules, EndWithTheSession) {
  world.settings.retention = 1h;
  world.save("rescue", rule("", "2h"));
  signal("s1", "cart");
  world.pass(3h);
  EXPECT_EQ(told(), "") << "it had expired";
  EXPECT_EQ(waiting("s1"), 0u);
}

class DueOfAVisitor : public DueRules {
 protected:
  DueOfAVisitor() { world.save("rescue", rule("", "30m", "visitor")); }
  void signal(const std::string& session, std::string_view key) {
    DueRules::signal(session, key, R"(,"visitorId":"v1")");
  }
};

TEST_F(DueOfAVisitor, IsCancelledInAnotherSession) {
  signal("s1", "cart");
  world.pass(10min);
  signal("s2", "purchase");
  EXPECT_EQ(waiting("s1"), 0u);
  world.pass(1h);
  EXPECT_EQ(told(), "");
}

TEST_F(DueOfAVisitor, WaitsFromTheNewestAnchorOfAllSessions) {
  signal("s1", "cart");
  world.pass(10min);
  signal("s2", "cart");
  EXPECT_EQ(waiting("s1"), 0u);
  EXPECT_EQ(waiting("s2"), 1u);
  world.restart();
  world.pass(30min);
  EXPECT_EQ(told(), "s2=queued ");
  world.pass(48h);
  EXPECT_EQ(told(), "s2=queued ");
}

TEST_F(DueOfAVisitor, IsWithdrawnByAnotherSession) {
  signal("s1", "cart");
  world.pass(40min);
  signal("s2", "purchase");
  EXPECT_EQ(told(), "s1=withdrawn ");
}

TEST_F(DueOfAVisitor, DoesNotConcernOthers) {
  signal("s1", "cart");
  DueRules::signal("s2", "purchase", R"(,"visitorId":"v2")");
  DueRules::signal("s3", "purchase");
  world.pass(30min);
  EXPECT_EQ(told(), "s1=queued ");
}

TEST_F(DueOfAVisitor, SeesASessionFromTheMomentItJoins) {
  DueRules::signal("s2", "cart");
  world.pass(10min);
  DueRules::signal("s1", "purchase");
  EXPECT_EQ(waiting("s2"), 1u) << "nobody knows that they are one";
  signal("s1", "view");
  signal("s2", "view");
  EXPECT_EQ(waiting("s2"), 0u);
  world.pass(1h);
  EXPECT_EQ(told(), "");
}

TEST_F(DueOfAVisitor, TellsNothingOldBecauseASessionLeft) {
  signal("s1", "cart");
  world.pass(10min);
  signal("s2", "purchase");
  world.pass(1h);
  ASSERT_TRUE(world.append("s2", R"({"type":"view"})", R"(,"consent":"denied")"));
  EXPECT_EQ(waiting("s1"), 0u) << "the wait would have been over 40 minutes ago";
  world.pass(1h);
  EXPECT_EQ(told(), "");
}

TEST_F(DueOfAVisitor, IsNotLostBecauseASessionJoinsOnceTheWaitIsOver) {
  signal("s1", "cart");
  world.sleep(1h);
  signal("s2", "view");
  EXPECT_EQ(waiting("s1"), 1u);
  world.fire();
  EXPECT_EQ(told(), "s1=queued ");
}

TEST_F(DueOfAVisitor, NoLongerSeesASessionThatLeft) {
  signal("s1", "cart");
  world.pass(10min);
  signal("s2", "purchase");
  EXPECT_EQ(waiting("s1"), 0u);
  ASSERT_TRUE(world.append("s2", R"({"type":"view"})", R"(,"consent":"denied")"));
  EXPECT_EQ(waiting("s1"), 1u) << "as if it had never been";
  world.pass(20min);
  EXPECT_EQ(told(), "s1=queued ");
}

TEST_F(DueOfAVisitor, IsToldOnceToWhoTurnsOutToBeOne) {
  DueRules::signal("s1", "cart", R"(,"visitorId":"v1")");
  world.pass(5min);
  DueRules::signal("s2", "cart", R"(,"anonymousId":"a-2")");
  world.pass(40min);
  ASSERT_EQ(told(), "s1=queued s2=queued ");
  DueRules::signal("s2", "view", R"(,"anonymousId":"a-2","visitorId":"v1")");
  EXPECT_EQ(told(), "s1=queued s2=withdrawn ");
}

TEST_F(DueOfAVisitor, IsToldToWhoTurnsOutToBeOneIfTheOtherWasToldLongAgo) {
  DueRules::signal("s1", "cart", R"(,"visitorId":"v1")");
  world.pass(25h);
  DueRules::signal("s2", "cart", R"(,"anonymousId":"a-2")");
  world.pass(40min);
  DueRules::signal("s2", "view", R"(,"anonymousId":"a-2","visitorId":"v1")");
  EXPECT_EQ(told(), "s1=queued s2=queued ") << "the first is over, and ends by itself";
}

TEST_F(DueOfAVisitor, LosesTheVisitorWithConsentBasic) {
  signal("s1", "cart");
  world.pass(1min);
  signal("s2", "cart");
  ASSERT_EQ(waiting("s1"), 0u);
  ASSERT_TRUE(world.append("s2", R"({"type":"view"})", R"(,"consent":"basic")"));
  EXPECT_EQ(waiting("s1"), 1u);
  EXPECT_EQ(waiting("s2"), 1u) << "each stands alone";
  world.pass(1h);
  EXPECT_EQ(world.messages().size(), 2u);
}

}  // namespace
}  // namespace beckon::delayed
