#include "intake/append.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intake/signal_reader.h"
#include "intake/testing/world.h"

namespace beckon::intake {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr Instant kArrival = instant_ms(1'700'000'123'456);

class AppendedSignals : public testing::Test {
 protected:
  // A signal of session s with additional members.
  static std::string one(const std::string& key, const std::string& more = "") {
    return R"({"type":")" + key + R"(")" + (more.empty() ? "" : "," + more) + "}";
  }
  static std::string at(Instant instant) { return R"("at":)" + std::to_string(to_ms(instant)); }
  Result<Appended> append(const std::string& signals, const std::string& more = "") {
    return world.append(R"({"sessionId":"s","signals":[)" + signals + "]" + (more.empty() ? "" : "," + more) + "}");
  }
  static std::string sent(Instant instant) { return R"("sentAt":)" + std::to_string(to_ms(instant)); }
  std::vector<std::string> faults(const std::string& signals, const std::string& more = "") {
    std::vector<std::string> fields;
    const auto refused = append(signals, more);
    if (refused) return {"none"};
    for (const auto& issue : refused.error().details) fields.push_back(issue.field);
    return fields;
  }
  ledger::Signal newest() {
    const auto session = world.session("s");
    return session->window[session->window.size() - 1];
  }

  store::MemoryStore store;
  World world{store, kArrival};
};

TEST_F(AppendedSignals, OfASlowClockAreMovedByWhatItIsBehindAndKeepWhatItSaid) {
  const Instant there = kArrival - 20min;
  EXPECT_TRUE(append(one("view", at(there - 3s)) + "," + one("cart", at(there)) + "," + one("click"), sent(there)));
  const auto session = world.session("s");
  EXPECT_EQ(session->window[0].at, kArrival - 3s);
  EXPECT_EQ(session->window[0].said, there - 3s);
  EXPECT_EQ(session->window[1].at, kArrival);
  EXPECT_EQ(session->window[2].key, "click");
  EXPECT_EQ(session->window[2].at, kArrival) << "what says no time came as it arrived";
  EXPECT_FALSE(session->window[2].is_said_otherwise());
}

TEST_F(AppendedSignals, OfAFastClockAreMovedBackBeforeTheirLimitsAreJudged) {
  EXPECT_TRUE(append(one("cart", at(kArrival + 3h - 1s)), sent(kArrival + 3h)));
  EXPECT_EQ(newest().at, kArrival - 1s);
  EXPECT_EQ(newest().said, kArrival + 3h - 1s);
  EXPECT_THAT(faults(one("x", at(kArrival + 3h + 6min)), sent(kArrival + 3h)), ElementsAre("signals[0].at"));
  const Duration kept = commit::HandleSettings{}.retention;
  EXPECT_THAT(faults(one("x", at(kArrival - kept + 30min)), sent(kArrival + 1h)), ElementsAre("signals[0].at"));
  EXPECT_TRUE(append(one("old", at(kArrival - kept - 30min)), sent(kArrival - 1h)));
}

TEST_F(AppendedSignals, AreNotMovedByTheTimeThatARequestTakes) {
  for (const Duration way : {10'000ms, 4'000ms, -10'000ms}) {
    EXPECT_TRUE(append(one("cart", at(kArrival - 1min)), sent(kArrival - way)));
    EXPECT_EQ(newest().at, kArrival - 1min);
    EXPECT_FALSE(newest().is_said_otherwise());
  }
  EXPECT_EQ(skew_of(kArrival - 10'001ms, kArrival), 10'001ms);
  EXPECT_EQ(skew_of(kArrival + 10'001ms, kArrival), -10'001ms);
  EXPECT_EQ(skew_of(kArrival - 100h, kArrival), 48h);
  EXPECT_EQ(skew_of(kArrival + 100h, kArrival), -48h);
}

TEST_F(AppendedSignals, FromTheFutureHappenAsTheyArrive) {
  EXPECT_TRUE(append(one("cart", at(kArrival + 2s)), sent(kArrival + 2s)));
  EXPECT_EQ(newest().at, kArrival);
  EXPECT_EQ(newest().said, kArrival + 2s);
  EXPECT_TRUE(append(one("purchase", at(kArrival + 5min))));
  EXPECT_EQ(newest().at, kArrival);
  EXPECT_EQ(newest().key, "purchase") << "which stands behind what came before it";
  EXPECT_THAT(faults(one("x", at(kArrival + 5min + 1ms))), ElementsAre("signals[0].at"));
}

TEST_F(AppendedSignals, ThatNoRuleReadsDoNotPushOutThoseThatOneReads) {
  const std::string purchases = R"({"count":{"key":"purchase"},"atLeast":1})";
  const std::string carts = R"({"count":{"key":"cart.*"},"atLeast":1})";
  world.tenant({}, {R"({"triggers":["t"],"when":{"all":[)" + purchases + "," + carts + R"(]},"action":{"type":"x"}})",
                    R"({"triggers":["t"],"when":{},"action":{"type":"x"},"goal":{"key":"signup","within":"1h"}})"});
  EXPECT_TRUE(append(one("view") + "," + one("purchase") + "," + one("cart.add") + "," + one("signup")));
  for (int minute = 0; minute < 5; ++minute) {
    world.clock.advance(1min);
    std::string scrolls = one("scroll");
    for (int i = 0; i < 49; ++i) scrolls += "," + one("scroll");
    ASSERT_TRUE(append(scrolls));
  }
  const auto expect_kept = [](const ledger::SessionPtr& session) {
    ASSERT_EQ(session->window.size(), 200U);
    EXPECT_EQ(session->window[0].key, "purchase");
    EXPECT_EQ(session->window[1].key, "cart.add");
    EXPECT_EQ(session->window[2].key, "signup");
    EXPECT_EQ(session->window[3].key, "scroll");
    EXPECT_EQ(session->window[199].version, 254U);
  };
  expect_kept(world.session("s"));
  World again{store, kArrival + 10min};
  expect_kept(again.session("s"));
}

TEST_F(AppendedSignals, MaySayTheirAge) {
  EXPECT_TRUE(append(one("view", R"("age":1500)") + "," + one("cart", R"("age":0)"), sent(kArrival - 2h)));
  EXPECT_EQ(world.session("s")->window[0].at, kArrival - 1500ms);
  EXPECT_EQ(newest().at, kArrival);
  EXPECT_FALSE(world.session("s")->window[0].is_said_otherwise());
  for (const char* bad : {R"("age":-1)", R"("age":1.5)", R"("age":"5")", R"("age":null)", R"("age":9007199254740991)",
                          R"("age":5,"at":1700000000000)"})
    EXPECT_THAT(faults(one("x", bad)), ElementsAre("signals[0].age")) << bad;
  EXPECT_THAT(faults(one("x"), R"("sentAt":"yesterday")"), ElementsAre("sentAt"));
}

TEST_F(AppendedSignals, OfAClockOfWholeSecondsStandBehindWhatArrivedBeforeOfThatSecond) {
  const Instant second = instant_ms(1'700'000'120'000);
  EXPECT_TRUE(append(one("cart", at(second + 400ms)) + "," + one("view", at(second + 1s))));
  EXPECT_TRUE(append(one("purchase", at(second)) + "," + one("thanks", at(second))));
  const auto window = world.session("s")->window;
  std::vector<std::string> order;
  for (std::size_t i = 0; i < window.size(); ++i) order.emplace_back(window[i].key);
  EXPECT_THAT(order, ElementsAre("cart", "purchase", "thanks", "view"));
  EXPECT_EQ(window[1].at, second + 400ms);
  EXPECT_EQ(window[1].said, second);
  EXPECT_TRUE(append(one("exact", at(second + 1ms))));
  EXPECT_EQ(world.session("s")->window[0].key, "exact") << "a clock that says milliseconds means them";
}

TEST_F(AppendedSignals, MaySayTheirValueByEitherNameAndNotByBoth) {
  ASSERT_TRUE(append(one("cart", R"("value":"add")")));
  EXPECT_EQ(newest().value, "add");
  ASSERT_TRUE(append(one("cart", R"("value":1.50)")));
  EXPECT_EQ(newest().value, "1.50");
  ASSERT_TRUE(append(one("cart", R"("signalValue":"remove")")));
  EXPECT_EQ(newest().value, "remove");
  const auto both = append(one("cart", R"("value":"add","signalValue":"add")"));
  ASSERT_FALSE(both);
  ASSERT_EQ(both.error().details.size(), 1u);
  EXPECT_EQ(both.error().details[0].field, "signals[0].signalValue");
  EXPECT_EQ(both.error().details[0].issue, "must not be combined with value; they mean the same");
  EXPECT_THAT(faults(one("cart", R"("value":[])") + "," + one("cart", R"("value":")" + std::string(257, 'v') + "\"")),
              ElementsAre("signals[0].value", "signals[1].value"));
}

TEST_F(AppendedSignals, TakeNoVisitorFromAnIdThatNamesNobody) {
  const auto answer = append(one("order"), R"("visitorId":" UNDEFINED ")");
  EXPECT_EQ(answer->accepted, 1u);
  EXPECT_TRUE(world.session("s")->visitor.empty());
  EXPECT_TRUE(append(one("order"), R"("visitorId":null)"));
  EXPECT_TRUE(append(one("login"), R"("visitorId":"auth0|7")"));
  EXPECT_TRUE(append(one("order"), R"("visitorId":"")")) << "nobody is not another visitor";
  EXPECT_EQ(world.session("s")->visitor.text, "auth0|7");

  commit::HandleSettings settings;
  settings.blocked_ids.add(VisitorId{"Till 3"});
  world.tenant(settings);
  EXPECT_EQ(world.append(R"({"sessionId":"t","visitorId":"till 3","signals":[{"type":"order"}]})")->accepted, 1u);
  EXPECT_TRUE(world.session("t")->visitor.empty());
}

TEST_F(AppendedSignals, OfALongestIdAreFoundAgainAfterARestart) {
  const std::string id = "Zo\u00eb " + std::string(251, 'x');
  EXPECT_TRUE(append(one("view"), R"("visitorId":"Zoe\u0308 )" + std::string(251, 'x') + R"(")"));
  EXPECT_EQ(world.session("s")->visitor.text, id);
  const auto refused = append(one("view"), R"("visitorId":"another")");
  EXPECT_EQ(refused.error().code, FaultCode::kConflict);
  EXPECT_THAT(refused.error().extras, ElementsAre(std::pair<std::string, std::string>("reason", "\"visitor\"")));
  World again(store, kArrival + 1min);
  EXPECT_EQ(again.session("s")->visitor.text, id);
  EXPECT_THAT(*again.sessions.of_visitor(Handle{"demo"}, VisitorId{id}), ElementsAre(SessionId{"s"}));
  EXPECT_EQ(again.session("@" + id)->sessions.size(), 1u);
}

TEST_F(AppendedSignals, RefuseAnIdThatHasNoForm) {
  for (const char* bad : {"5", "{}", R"("a\nb")", R"("a\u0000b")", R"("a\u0085b")"})
    EXPECT_THAT(faults(one("x"), std::string(R"("visitorId":)") + bad), ElementsAre("visitorId")) << bad;
  EXPECT_THAT(faults(one("x"), R"("visitorId":")" + std::string(257, 'x') + R"(")"), ElementsAre("visitorId"));
  for (const std::string& bad : {std::string("5"), std::string(R"("")"), "\"" + std::string(129, 'a') + "\""})
    EXPECT_THAT(faults(one("x"), R"("anonymousId":)" + bad), ElementsAre("anonymousId")) << bad;
}

// As left by a version that did not check imports.
class TooMuchContext final : public commit::Work {
 public:
  void plan(commit::Draft& draft) override {
    ledger::AppendRecord record{
        .handle = "demo", .session = "s", .fresh = true, .received = draft.now(), .expires_at = draft.now() + 1h};
    for (int i = 100; i < 196; ++i) record.context.emplace_back("k" + std::to_string(i), "v");
    ASSERT_TRUE(draft.append(draft.places().sessions.digest("demo", "s"), nullptr, record));
  }
  void finish(const std::optional<Fault>& fault) override { EXPECT_FALSE(fault); }
};

TEST_F(AppendedSignals, AreTakenByASessionThatHasTooMuchContextAlready) {
  std::unique_ptr<commit::Work> work = std::make_unique<TooMuchContext>();
  world.committer.submit(work);
  world.committer.turn(true);
  ASSERT_EQ(world.session("s")->context.size(), 96u);
  EXPECT_TRUE(append(one("a")));
  EXPECT_TRUE(append(one("b"), R"("context":{"k120":"other"})"));
  EXPECT_EQ(faults(one("c"), R"("context":{"one":"more"})"), std::vector<std::string>{"context"});
  EXPECT_TRUE(append(one("d"), R"("context":{"k121":null,"k122":null})"));
  EXPECT_EQ(world.session("s")->context.size(), 94u);
  EXPECT_EQ(world.session("s")->version, 3u);
}

}  // namespace
}  // namespace beckon::intake
