// Delayed rules with `same`: a wait, a timer and a message for each value.
#include <gtest/gtest.h>

#include "intake/testing/due_world.h"
#include "rules/language/same.h"

namespace beckon::delayed {
namespace {

using namespace std::chrono_literals;

const Instant kStart = *parse_rfc3339("2026-11-02T12:00:00Z");  // a Monday

std::string rule(const std::string& more = "", const std::string& absence = R"(,"same":"cartId")") {
  return R"({"triggers":["@due"],"when":{"all":[{"absent":{"key":"purchase"},"after":{"key":"cart"},"for":"30m")" +
         absence + R"(}]},"action":{"type":"email","payload":{"cart":")" + (absence.empty() ? "any" : "{{same}}") +
         R"("}})" + more + "}";
}
const std::string kOfVisitor = R"(,"same":"cartId","scope":"visitor")";

std::string of(std::string_view key, std::string_view cart, std::optional<Instant> at = std::nullopt) {
  return R"({"type":")" + std::string(key) + R"(","metadata":{"cartId":)" + std::string(cart) + "}" +
         (at ? R"(,"at":")" + to_rfc3339(*at) + "\"" : "") + "}";
}

class DueBySame : public testing::Test {
 protected:
  DueBySame() { world.save("rescue", rule()); }
  void came(const std::string& signals, const std::string& session = "s1", const std::string& more = "") {
    ASSERT_TRUE(world.append(session, signals, more));
  }
  // "cart=state", oldest first, at the same instant by cart; and why they were withdrawn.
  std::string told() {
    std::string text;
    auto messages = world.messages();
    std::ranges::stable_sort(messages, {}, [this](const auto& one) {
      const auto body = world.body(one);
      return std::pair(one.created_at, std::string(body.root().find("payload")->find("same")->text()));
    });
    for (const auto& one : messages) {
      const auto body = world.body(one);
      const json::Value* same = body.root().find("payload")->find("same");
      text += (same->is_null() ? "null" : std::string(same->text())) + "=" + std::string(to_text(one.state)) +
              (one.reason.empty() ? "" : " (" + one.reason + ")") + "; ";
    }
    return text;
  }
  // Minutes from kStart to the timers of a session, and the versions of their anchors.
  std::string timers(const std::string& session = "s1") {
    std::string text;
    for (const Timer& one : world.timers(session))
      text += std::to_string(std::chrono::duration_cast<std::chrono::minutes>(one.due_at - kStart).count()) + "#" +
              std::to_string(one.anchor) + " ";
    return text;
  }

  intake::DueWorld world{kStart};
};

TEST_F(DueBySame, TellsOfTheOneCartThatWasNotBought) {
  came(of("cart", "1") + "," + of("cart", "2") + "," + of("purchase", "1"));
  EXPECT_EQ(timers(), "30#2 ");
  world.pass(48h);
  EXPECT_EQ(told(), "2=queued; ");
  const auto body = world.body(world.messages()[0]);
  const json::Value& payload = *body.root().find("payload");
  EXPECT_EQ(payload.find("action")->find("payload")->find("cart")->text(), "2");
  EXPECT_EQ(payload.find("anchor")->find("signal")->find("metadata")->find("cartId")->integer(), 2);
  EXPECT_EQ(payload.find("explanation")->items()[0].find("conditions")->items()[0].find("same")->text(), "2");
  EXPECT_TRUE(world.timers("s1").empty());
}

TEST_F(DueBySame, WaitsForEachValueFromItsOwnNewestAnchor) {
  came(of("cart", "1"));
  world.pass(10min);
  came(of("cart", "2"));
  world.pass(10min);
  came(of("cart", "1"));
  EXPECT_EQ(timers(), "40#2 50#3 ");
  world.pass(20min);
  EXPECT_EQ(told(), "2=queued; ");
  world.pass(10min);
  EXPECT_EQ(told(), "2=queued; 1=queued; ") << "and the one does not supersede the other";
}

TEST_F(DueBySame, AMessageIsWithdrawnByWhatComesOfItsOwnValueAlone) {
  came(of("cart", "1") + "," + of("cart", "2") + "," + of("cart", "3"));
  world.pass(40min);
  came(of("purchase", "2"));
  came(of("cart", "3"));
  EXPECT_EQ(told(),
            "1=queued; 2=withdrawn (the message is no longer true: purchase arrived at 2026-11-02T12:40:00Z); "
            "3=withdrawn (superseded: cart arrived at 2026-11-02T12:40:00Z); ");
}

TEST_F(DueBySame, ASignalWithoutTheValueNeitherBeginsNorEndsAWait) {
  came(of("cart", "1") + R"(,{"type":"cart"},{"type":"purchase"})");
  came(of("cart", "null") + "," + of("purchase", "[1]") + "," + of("purchase", R"("")"));
  EXPECT_EQ(timers(), "30#1 ");
  came(of("purchase", R"("1")"));
  EXPECT_EQ(timers(), "") << "a text is the same as the number with these digits";
}

TEST_F(DueBySame, EachAnchorFiresOnceWhateverHasFiredSince) {
  came(of("cart", "1") + "," + of("cart", "2"));
  world.pass(31min);
  EXPECT_EQ(told(), "1=queued; 2=queued; ");
  came(of("cart", "3"));
  came(of("view", "1"));
  world.pass(48h);
  EXPECT_EQ(told(), "1=queued; 2=queued; 3=queued; ");
}

TEST_F(DueBySame, ARestartForgetsNeitherTimersNorWhatIsDone) {
  came(of("cart", "1") + "," + of("cart", "2", kStart - 10min));
  world.restart();
  EXPECT_EQ(timers(), "20#2 30#1 ");
  world.pass(25min);
  world.restart();
  came(of("view", "2"));
  world.restart();
  EXPECT_EQ(timers(), "30#1 ");
  world.sleep(48min);
  world.pass(48h);
  EXPECT_EQ(told(), "2=queued; 1=queued; ");
}

TEST_F(DueBySame, WaitsForNoMoreThanTheTwentyNewestValues) {
  for (int i = 1; i <= 21; ++i) came(of("cart", std::to_string(i), kStart - 10min + i * 1ms));
  EXPECT_EQ(world.timers("s1").size(), 20u);
  came(of("purchase", "21"));
  EXPECT_EQ(world.timers("s1").size(), 19u) << "the 21st stays out";
  world.pass(1h);
  EXPECT_EQ(world.messages().size(), 19u);
  for (int i = 22; i <= 100; ++i) {
    came(of("cart", std::to_string(i)));
    world.pass(31min);
  }
  EXPECT_EQ(world.messages().size(), 98u) << "each once";
  for (const auto& one : world.messages()) EXPECT_EQ(one.state, outbox::DeliveryState::kQueued);
}

TEST_F(DueBySame, EachMessageCountsTowardTheLimitByItself) {
  world.save("rescue", rule(R"(,"limit":{"cooldown":"1h"})"));
  came(of("cart", "1") + "," + of("cart", "2"));
  world.pass(90min);
  came(of("cart", "3"));
  world.pass(48h);
  EXPECT_EQ(told(), "1=queued; 3=queued; ");
  std::string outcomes;
  for (const auto& past : world.decisions("s1")) outcomes += past.outcome + " ";
  EXPECT_EQ(outcomes, "act suppressed act ");
}

TEST_F(DueBySame, WaitsForItsHoursByItself) {
  world.save("rescue", rule(R"(,"active":{"hours":"08:00-12:35"})"));
  came(of("cart", "1"));
  world.pass(10min);
  came(of("cart", "2"));
  world.pass(30min);
  EXPECT_EQ(told(), "1=queued; ");
  EXPECT_EQ(timers(), "1200#2 ") << "at eight in the morning";
  came(of("cart", "3"));
  EXPECT_EQ(timers(), "70#3 1200#2 ") << "what comes of another cart changes nothing of that";
  came(of("purchase", "3"));
  world.pass(20h);
  EXPECT_EQ(told(), "1=queued; 2=queued; ");
}

TEST_F(DueBySame, LooksAtAllSessionsOfTheVisitorInThatScope) {
  world.save("rescue", rule("", kOfVisitor));
  const std::string known = R"(,"visitorId":"v1")";
  came(of("cart", "1"), "phone", known);
  came(of("cart", "2"), "desk", known);
  EXPECT_EQ(timers("phone") + timers("desk"), "30#1 30#1 ");
  came(of("purchase", "1"), "desk", known);
  EXPECT_EQ(timers("phone") + timers("desk"), "30#1 ");
  world.pass(1min);
  came(of("cart", "2"), "phone", known);
  EXPECT_EQ(timers("desk"), "") << "one wait for each value, where its newest anchor is";
  EXPECT_EQ(timers("phone"), "31#2 ");
  world.pass(48h);
  EXPECT_EQ(told(), "2=queued; ");
}

TEST_F(DueBySame, AJoinBringsTheWaitsOfBothTogether) {
  world.save("rescue", rule("", kOfVisitor));
  came(of("cart", "1") + "," + of("cart", "2"), "phone", R"(,"anonymousId":"a1")");
  came(of("purchase", "2"), "desk", R"(,"visitorId":"v1")");
  EXPECT_EQ(timers("phone"), "30#1 30#2 ");
  came(R"({"type":"view"})", "phone", R"(,"anonymousId":"a1","visitorId":"v1")");
  EXPECT_EQ(timers("phone"), "30#1 ");
  world.pass(48h);
  EXPECT_EQ(told(), "1=queued; ");
}

TEST_F(DueBySame, ARuleThatIsChangedGoesOnFromTheSameSignals) {
  world.save("rescue", rule("", ""));
  came(of("cart", "1") + "," + of("cart", "2"));
  EXPECT_EQ(timers(), "30#2 ") << "of all carts the newest";
  world.save("rescue", rule());
  world.fire();
  EXPECT_EQ(timers(), "30#1 30#2 ");
  world.pass(30min);
  world.save("rescue", rule("", ""));
  world.pass(48h);
  EXPECT_EQ(told(), "1=queued; 2=queued; ") << "what is done stays done";
  came(of("purchase", "3"));
  EXPECT_EQ(told().find("queued"), std::string::npos) << "a purchase is now the absence's end, whatever its cart";
}

TEST_F(DueBySame, ARuleThatIsPausedLosesThemAll) {
  came(of("cart", "1") + "," + of("cart", "2"));
  world.pass(40min);
  came(of("cart", "3"));
  world.save("rescue", rule(R"(,"status":"paused")"));
  EXPECT_EQ(timers(), "");
  EXPECT_EQ(told(), "1=withdrawn (the rule is no longer live); 2=withdrawn (the rule is no longer live); ");
}

TEST_F(DueBySame, TheValueIsNotKeptBesideTheMessageOfAnErasedSession) {
  came(of("cart", "1"));
  world.pass(40min);
  EXPECT_EQ(world.messages()[0].same, rules::same_key("1"));
  came(R"({"type":"view"})", "s1", R"(,"consent":"denied")");
  EXPECT_EQ(world.messages()[0].same, 0u);
}

TEST_F(DueBySame, TheSignalsOwnValueCanBeTheOne) {
  world.save("rescue", rule("", R"(,"same":"value")"));
  came(R"({"type":"cart","signalValue":"lamp"},{"type":"cart","signalValue":"rug"},)"
       R"({"type":"purchase","signalValue":"lamp"})");
  world.pass(48h);
  EXPECT_EQ(told(), "rug=queued; ");
}

}  // namespace
}  // namespace beckon::delayed
