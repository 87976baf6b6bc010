// Goals by visitor: what they count, whatever the order in which things came; against a count that reads it all anew.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

#include "commit/visitor.h"
#include "intake/import.h"
#include "intake/testing/due_world.h"
#include "rules/language/decimal.h"

namespace beckon::intake {
namespace {

using namespace std::chrono_literals;

const Instant kStart = *parse_rfc3339("2026-11-01T12:00:00Z");

std::string goal_of(std::string_view more = "") {
  return R"("goal":{"key":"purchase","within":"1h","valueField":"amount")" + std::string(more) + "}";
}
std::string rule_with(std::string_view goal, std::string_view more = "") {
  return R"({"triggers":["t"],"when":{},"action":{"type":"popup","payload":{}},)" + std::string(goal) +
         std::string(more) + "}";
}

// Conversions by rule and arm: "r1 2 value 20; r1/holdout 1 value 5; ".
std::string conversions_of(store::MemoryStore& store) {
  std::string all;
  const auto rows =
      store.analytics()
          .tallies({.handle = Handle{"demo"}, .since = kStart - 24h, .until = kStart + 480h, .bucket = 24h * 30}, 100)
          .value();
  for (const auto& [key, counts] : rows) {
    const std::int64_t n = counts[static_cast<std::size_t>(commit::Metric::kConverted)];
    const std::int64_t value = counts[static_cast<std::size_t>(commit::Metric::kValue)];
    if (n == 0 && value == 0) continue;
    all += (key.rule.empty() ? "shared" : key.rule.text) + (key.variant.empty() ? "" : "/" + key.variant) +
           (key.shadow ? "/shadow" : "") + (key.holdout ? "/holdout" : "") + " " + std::to_string(n);
    if (value != 0) all += " value " + std::to_string(value / 1'000'000);
    all += "; ";
  }
  return all;
}

commit::Analytics::Question all_time() {
  return {.handle = Handle{"demo"}, .since = kStart - 24h, .until = kStart + 480h, .bucket = 24h * 30};
}

std::string name_of(const commit::TallyKey& key) {
  return key.rule.text + (key.variant.empty() ? "" : "/" + key.variant) + (key.shadow ? "/shadow" : "") +
         (key.holdout ? "/holdout" : "");
}

// "r1 2 EUR 30 squares 500; r1 1 none 5 squares 25; ": conversions, and the sum of their values and of its squares.
std::string revenue_of(store::MemoryStore& store) {
  std::string all;
  const auto rows = store.analytics().revenue(all_time(), 100).value();
  for (const auto& [key, currency, n, value, squares] : rows)
    if (n != 0 || value != 0 || squares != 0)
      all += name_of(key) + " " + std::to_string(n) + " " + (currency.empty() ? "none" : currency) + " " +
             rules::decimal_text(value) + " squares " +
             rules::decimal_text(std::llround(*squares / commit::Revenue::kSquaresOfUnit * 1e6)) + "; ";
  return all;
}

// "r1 60s 2, 3600s 1; ": conversions by their time.
std::string times_of(store::MemoryStore& store) {
  std::string all, last;
  const auto took = store.analytics().times(all_time(), [&](const commit::TimeTally& one) {
    if (one.conversions == 0) return;
    if (const std::string name = name_of(one.key); name != last) {
      all += (all.empty() ? "" : "; ") + name;
      last = name;
    }
    all += " " + std::to_string(one.seconds) + "s " + std::to_string(one.conversions);
  });
  return took ? all : took.error().message;
}

class Goals : public testing::Test {
 protected:
  // `who`: more members of the request, such as a visitorId.
  void say(const std::string& session, const std::string& type, const std::string& who = "",
           const std::string& more = "") {
    const std::string as = who.empty() ? "" : "," + who;
    const auto got = world.append(R"({"sessionId":")" + session + "\"" + as + R"(,"signals":[{"type":")" + type + "\"" +
                                  more + "}]}");
    ASSERT_TRUE(got) << got.error().message;
  }
  void buy(const std::string& session, int amount, const std::string& who = "", const std::string& more = "") {
    say(session, "purchase", who, R"(,"metadata":{"amount":)" + std::to_string(amount) + "}" + more);
  }
  std::string ask(const std::string& session, const std::string& who = "") {
    const std::string as = who.empty() ? "" : "," + who;
    return world.resolve(R"({"sessionId":")" + session + R"(","trigger":"t")" + as + "}")->id;
  }
  void alias(const std::string& id, const std::string& other) {
    ASSERT_FALSE(world.plan([&](commit::Draft& draft) {
      return commit::join(draft, Handle{"demo"}, VisitorId{id}, VisitorId{other}, draft.now() + 240h);
    }));
  }
  void split(const std::string& id) {
    ASSERT_FALSE(
        world.plan([&](commit::Draft& draft) { return commit::split(draft, Handle{"demo"}, {VisitorId{id}}); }));
  }
  // A purchase whose metadata names a currency, as JSON.
  void pay(const std::string& session, const std::string& amount, const std::string& currency,
           const std::string& more = "") {
    say(session, "purchase", kJon, R"(,"metadata":{"amount":)" + amount + R"(,"currency":)" + currency + "}" + more);
  }
  void use_currency(const std::string& currency, std::string_view goal = "") {
    commit::HandleSettings settings;
    settings.currency = currency;
    world.tenant(settings, {rule_with(goal_of(R"(,"currencyField":"currency")" + std::string(goal)))});
  }
  static std::string at(Instant instant) { return R"(,"at":)" + std::to_string(to_ms(instant)); }

  std::string converted() { return conversions_of(store); }
  std::string revenue() { return revenue_of(store); }
  std::string times() { return times_of(store); }

  static constexpr const char* kJon = R"("visitorId":"jon")";
  store::MemoryStore store;
  World world{store, kStart};
};

TEST_F(Goals, AreReachedInAnySessionOfTheVisitor) {
  world.tenant({}, {rule_with(goal_of())});
  ask("phone", kJon);
  world.clock.advance(1min);
  buy("desk", 10, kJon);
  EXPECT_EQ(converted(), "r1 1 value 10; ");
  world.clock.advance(1min);
  buy("desk", 99, kJon);
  buy("phone", 98);
  buy("other", 97, R"("visitorId":"ann")");
  EXPECT_EQ(converted(), "r1 1 value 10; ") << "once a decision, and for nobody else";
}

TEST_F(Goals, AreReachedWithinTheirTimeBehindTheDecisionOfAnotherSession) {
  world.tenant({}, {rule_with(goal_of())});
  buy("desk", 1, kJon);
  world.clock.advance(1min);
  ask("phone", kJon);
  buy("desk", 2, kJon);
  EXPECT_EQ(converted(), "") << "not at the instant of the decision, nor before it";
  world.clock.advance(1h);
  buy("desk", 3, kJon);
  EXPECT_EQ(converted(), "r1 1 value 3; ") << "the last instant counts";
  ask("phone", kJon);
  world.clock.advance(1h + 1ms);
  buy("desk", 4, kJon);
  EXPECT_EQ(converted(), "r1 1 value 3; ");
}

TEST_F(Goals, CountEachSignalWhereTheRuleSaysSo) {
  world.tenant({}, {rule_with(goal_of(R"(,"count":"each")")),
                    rule_with(goal_of(R"(,"count":"once")"), R"(,"status":"shadow","priority":9)")});
  ask("phone", kJon);
  for (const int amount : {10, 20, 30}) {
    world.clock.advance(1min);
    buy(amount == 20 ? "phone" : "desk", amount, kJon);
  }
  EXPECT_EQ(converted(), "r1 3 value 60; r2/shadow 1 value 10; ");
}

TEST_F(Goals, CountAPurchaseWithOneIdOnceInWhicheverSessionsItComes) {
  world.tenant({}, {rule_with(goal_of(R"(,"count":"each")"))});
  ask("phone", kJon);
  world.clock.advance(1min);
  buy("phone", 10, kJon, R"(,"id":"order-1")");
  buy("phone", 10, kJon, R"(,"id":"order-1")");
  world.clock.advance(1min);
  buy("server", 10, kJon, R"(,"id":"order-1")");
  EXPECT_EQ(converted(), "r1 1 value 10; ");
  buy("server", 5, kJon, R"(,"id":"order-2")");
  EXPECT_EQ(converted(), "r1 2 value 15; ");
}

TEST_F(Goals, ConvertTheNewestDecisionAmongAllSessions) {
  world.tenant({}, {rule_with(goal_of(), R"(,"split":{"salt":"x","holdout":100})")});
  ask("one", kJon);
  world.clock.advance(10min);
  ask("two", kJon);
  world.clock.advance(10min);
  buy("one", 10, kJon);
  EXPECT_EQ(converted(), "r1/holdout 1 value 10; ");
  buy("one", 20, kJon, at(kStart + 5min));
  EXPECT_EQ(converted(), "r1/holdout 2 value 30; ") << "the other one was not converted yet";
}

TEST_F(Goals, CountASignalThatComesLateForTheDecisionThatItFollowed) {
  world.tenant({}, {rule_with(goal_of())});
  ask("phone", kJon);
  world.clock.advance(30min);
  buy("phone", 10);
  EXPECT_EQ(converted(), "r1 1 value 10; ");
  buy("desk", 7, kJon, at(kStart + 10min));
  EXPECT_EQ(converted(), "r1 1 value 7; ") << "the first by its own time is the conversion, as if it had come in time";
}

TEST_F(Goals, AreSettledADayAfterTheirTime) {
  world.tenant({}, {rule_with(goal_of())});
  ask("phone", kJon);
  ask("tablet", R"("visitorId":"ann")");
  world.clock.advance(1h + 24h);
  buy("desk", 10, kJon, at(kStart + 1min));
  EXPECT_EQ(converted(), "r1 1 value 10; ");
  world.clock.advance(1ms);
  buy("couch", 10, R"("visitorId":"ann")", at(kStart + 1min));
  EXPECT_EQ(converted(), "r1 1 value 10; ");
}

TEST_F(Goals, CountWhatASessionBringsAsItJoinsItsVisitor) {
  world.tenant({}, {rule_with(goal_of())});
  ask("phone", kJon);
  world.clock.advance(1min);
  buy("desk", 10);
  buy("desk", 20);
  EXPECT_EQ(converted(), "");
  say("desk", "login", kJon);
  EXPECT_EQ(converted(), "r1 1 value 10; ");
  say("desk", "view", kJon);
  EXPECT_EQ(converted(), "r1 1 value 10; ");
}

TEST_F(Goals, CountADecisionOfASessionThatJoinsWhereTheSignalHadCome) {
  world.tenant({}, {rule_with(goal_of())});
  ask("desk");
  world.clock.advance(1min);
  buy("phone", 10, kJon);
  EXPECT_EQ(converted(), "");
  say("desk", "login", kJon);
  EXPECT_EQ(converted(), "r1 1 value 10; ");
}

TEST_F(Goals, CountWhatAClaimMakesTheVisitors) {
  world.tenant({}, {rule_with(goal_of())});
  const std::string browser = R"("anonymousId":"a-1")";
  ask("before", browser);
  world.clock.advance(1min);
  buy("elsewhere", 10, kJon);
  EXPECT_EQ(converted(), "");
  say("after", "login", browser + "," + kJon);
  EXPECT_EQ(converted(), "r1 1 value 10; ");
}

TEST_F(Goals, CountAnAliasAndTakeItBackWithTheSplit) {
  world.tenant({}, {rule_with(goal_of())});
  ask("phone", kJon);
  world.clock.advance(1min);
  buy("desk", 10, R"("visitorId":"crm-17")");
  EXPECT_EQ(converted(), "");
  for (int i = 0; i < 2; ++i) {
    alias("jon", "crm-17");
    EXPECT_EQ(converted(), "r1 1 value 10; ");
    split("crm-17");
    EXPECT_EQ(converted(), "");
  }
  alias("jon", "crm-17");
  world.clock.advance(1h + 24h);
  split("crm-17");
  EXPECT_EQ(converted(), "r1 1 value 10; ") << "what is settled stays";
}

TEST_F(Goals, CountNothingForAJoinOnceTheyAreSettled) {
  world.tenant({}, {rule_with(goal_of())});
  ask("phone", kJon);
  world.clock.advance(1min);
  buy("desk", 10, R"("visitorId":"crm-17")");
  world.clock.advance(25h);
  alias("jon", "crm-17");
  EXPECT_EQ(converted(), "");
}

TEST_F(Goals, CountAPrefetchedDecisionFromItsShowingOn) {
  world.tenant({}, {rule_with(goal_of())});
  say("phone", "view", kJon);
  const std::string id = world.prefetch(R"({"sessionId":"phone","trigger":"t"})")->decisions.front().id;
  const std::string shown = R"(,"signalValue":")" + id + "\"";
  world.clock.advance(1min);
  buy("desk", 1, kJon);
  world.clock.advance(1min);
  say("phone", "decision.shown", "", shown);
  EXPECT_EQ(converted(), "") << "bought before it was shown";
  world.clock.advance(1h - 1min);
  buy("desk", 2, kJon);
  EXPECT_EQ(converted(), "r1 1 value 2; ") << "an hour is counted from the showing";
}

TEST_F(Goals, CountAPurchaseThatArrivesBeforeTheShowingThatItFollowed) {
  world.tenant({}, {rule_with(goal_of())});
  say("phone", "view", kJon);
  const std::string id = world.prefetch(R"({"sessionId":"phone","trigger":"t"})")->decisions.front().id;
  world.clock.advance(2min);
  buy("desk", 2, kJon);
  say("phone", "decision.shown", "", R"(,"signalValue":")" + id + "\"" + at(kStart + 1min));
  EXPECT_EQ(converted(), "r1 1 value 2; ");
}

TEST_F(Goals, CountValuesInTheCurrencyThatTheSignalNamesElseInTheHandles) {
  const std::string each = R"(,"count":"each")";
  use_currency("", each);
  ask("phone", kJon);
  world.clock.advance(1min);
  pay("desk", "10", R"("EUR")");
  pay("desk", "2.5", R"("usd")");
  pay("desk", "3", "null");
  EXPECT_EQ(revenue(), "r1 1 none 3 squares 9; r1 1 EUR 10 squares 100; r1 1 USD 2.5 squares 6.25; ");
  use_currency("EUR", each);
  pay("desk", "4", R"("n/a")");
  pay("desk", "1", R"("SEK")");
  say("desk", "purchase", kJon, R"(,"metadata":{"currency":"NOK"})");
  EXPECT_EQ(converted(), "r1 6 value 20; ");
}

TEST_F(Goals, CountValuesWithoutACurrencyInTheHandlesAtThatTime) {
  for (const char* currency : {"", "EUR", "USD", ""}) {
    use_currency(currency);
    world.clock.advance(1min);
    ask("phone", kJon);
    world.clock.advance(1min);
    buy("desk", 10, kJon);
  }
  EXPECT_EQ(revenue(), "r1 2 none 20 squares 200; r1 1 EUR 10 squares 100; r1 1 USD 10 squares 100; ");
}

TEST_F(Goals, CountTheSquaresOfWhatADecisionBringsAsAWhole) {
  world.tenant({}, {rule_with(goal_of(R"(,"count":"each")"))});
  for (const int amount : {3, 4}) {
    ask("phone", kJon);
    world.clock.advance(1min);
    buy("desk", amount, kJon);
    buy("couch", 1, kJon);
    world.clock.advance(1min);
  }
  EXPECT_EQ(revenue(), "r1 4 none 9 squares 41; ") << "(3 + 1)² + (4 + 1)²";
  say("desk", "purchase", kJon, R"(,"metadata":{"amount":"0.05"})");
  EXPECT_EQ(revenue(), "r1 5 none 9.05 squares 41.5025; ") << "(3 + 1)² + (4 + 1 + 0.05)²";
}

TEST_F(Goals, CountHowLongConversionsTook) {
  world.tenant({}, {rule_with(goal_of(R"(,"count":"each")"), R"(,"split":{"salt":"s","holdout":100})"),
                    rule_with(goal_of(R"(,"count":"each")"))});
  ask("phone", kJon);
  world.clock.advance(61s + 499ms);
  buy("desk", 10, kJon);
  world.clock.advance(1ms);
  buy("desk", 10, kJon);
  world.clock.advance(1h - 61s - 500ms);
  buy("desk", 10, kJon);
  EXPECT_EQ(times(), "r1/holdout 61s 1 62s 1 3600s 1");
}

TEST_F(Goals, CountTheTimeOfAPrefetchedDecisionFromItsShowing) {
  world.tenant({}, {rule_with(goal_of())});
  say("phone", "view", kJon);
  const std::string id = world.prefetch(R"({"sessionId":"phone","trigger":"t"})")->decisions.front().id;
  world.clock.advance(1min);
  say("phone", "decision.shown", "", R"(,"signalValue":")" + id + "\"");
  world.clock.advance(90s);
  buy("desk", 2, kJon);
  EXPECT_EQ(times(), "r1 90s 1");
}

TEST_F(Goals, CountTheTimeOfADelayedRulesDecisionFromItsFiring) {
  DueWorld due{kStart};
  due.save("rescue",
           R"({"triggers":["@due"],"when":{"all":[{"absent":{"key":"purchase"},"after":{"key":"cart"},"for":"30m"}]},)"
           R"("action":{"type":"email","payload":{}},"goal":{"key":"purchase","within":"1h"}})");
  ASSERT_TRUE(due.append("phone", R"({"type":"cart"})", R"(,"visitorId":"jon")"));
  due.pass(30min);
  due.pass(10min);
  ASSERT_TRUE(due.append("desk", R"({"type":"purchase"})", R"(,"visitorId":"jon")"));
  EXPECT_EQ(times_of(due.store), "rescue 600s 1");
}

TEST_F(Goals, TakeBackWithASplitAllThatTheJoinAdded) {
  use_currency("EUR");
  ask("phone", kJon);
  world.clock.advance(1min);
  say("desk", "purchase", R"("visitorId":"crm-17")", R"(,"metadata":{"amount":"19.99"})");
  for (int i = 0; i < 2; ++i) {
    world.clock.advance(1h);
    alias("jon", "crm-17");
    EXPECT_EQ(revenue(), "r1 1 EUR 19.99 squares 399.6001; ");
    EXPECT_EQ(times(), "r1 60s 1");
    split("crm-17");
    EXPECT_EQ(revenue(), "");
    EXPECT_EQ(times(), "");
  }
}

TEST_F(Goals, TakeBackInTheCurrencyThatTheSettingHasThen) {
  use_currency("EUR");
  ask("phone", kJon);
  world.clock.advance(1min);
  buy("desk", 10, R"("visitorId":"crm-17")");
  alias("jon", "crm-17");
  use_currency("USD");
  split("crm-17");
  EXPECT_EQ(revenue(), "r1 1 EUR 10 squares 100; r1 -1 USD -10 squares -100; ");
}

TEST_F(Goals, MoveTheTimeAndTheCurrencyToAnEarlierSignalThatArrivesLater) {
  use_currency("EUR");
  ask("phone", kJon);
  world.clock.advance(50min);
  pay("desk", "10", R"("EUR")");
  world.clock.advance(2h);
  pay("couch", "10", R"("USD")", at(kStart + 10min));
  EXPECT_EQ(converted(), "r1 1 value 10; ");
  EXPECT_EQ(revenue(), "r1 1 USD 10 squares 100; ");
  EXPECT_EQ(times(), "r1 600s 1");
  const auto rows =
      store.analytics().tallies({.handle = Handle{"demo"}, .since = kStart + 2h, .until = kStart + 3h}, 9);
  ASSERT_EQ(rows->size(), 1u) << "a row for the hour in which it moved, though its counts are the same";
}

TEST_F(Goals, CountForEachRuleAndSayHowManyConversionsAreShared) {
  world.tenant({}, {rule_with(goal_of(), R"(,"limit":{"caps":[{"max":1,"per":"session"}]})"), rule_with(goal_of())});
  ask("phone", kJon);
  ask("phone", kJon);
  world.clock.advance(1min);
  buy("desk", 10, kJon);
  EXPECT_EQ(converted(), "shared 1; r1 1 value 10; r2 1 value 10; ");
}

TEST_F(Goals, CountImportedSignalsUntilTheyAreSettled) {
  world.tenant({}, {rule_with(goal_of())});
  ask("phone", kJon);
  world.clock.advance(30min);
  auto request =
      parse_import(*json::parse(R"({"signals":[{"type":"purchase","sessionId":"till","visitorId":"jon","id":"o-1",)"
                                R"("at":"2026-11-01T12:10:00Z","metadata":{"amount":5}}]})"),
                   world.tenants, "demo", world.clock.now());
  ASSERT_TRUE(request);
  std::unique_ptr<commit::Work> work = std::make_unique<Import>(std::move(*request), [](const auto&) {});
  world.committer.submit(work);
  world.committer.turn(true);
  EXPECT_EQ(converted(), "r1 1 value 5; ");
}

TEST_F(Goals, StayCountedWhenASessionIsErasedOrItsConsentBecomesBasic) {
  world.tenant({}, {rule_with(goal_of())});
  ask("phone", kJon);
  ask("tablet", R"("visitorId":"ann")");
  world.clock.advance(1min);
  buy("desk", 10, kJon);
  buy("couch", 20, R"("visitorId":"ann")");
  say("desk", "view", R"("consent":"denied")");
  say("couch", "view", R"("consent":"basic")");
  EXPECT_EQ(converted(), "r1 2 value 30; ");
}

TEST_F(Goals, CountOnAfterARestart) {
  world.tenant({}, {rule_with(goal_of())});
  ask("phone", kJon);
  world.clock.advance(1min);
  buy("desk", 10, kJon, R"(,"id":"order-1")");
  World again{store, world.clock.now() + 1min};
  again.tenant({}, {rule_with(goal_of())});
  ASSERT_TRUE(again.append(
      R"({"sessionId":"couch","visitorId":"jon","signals":[{"type":"purchase","id":"order-1"},{"type":"purchase"}]})"));
  EXPECT_EQ(converted(), "r1 1 value 10; ");
}

TEST_F(Goals, KeepTheirCountWhenWhatWasCountedLeavesTheWindowInTheSameCommit) {
  world.tenant({}, {rule_with(goal_of())});
  ask("phone", kJon);
  world.clock.advance(1min);
  buy("phone", 10);
  std::string many;
  for (int i = 0; i < 59; ++i) many += std::string(i ? "," : "") + R"({"type":"scroll"})";
  commit::HandleSettings settings;
  settings.session_signals_per_minute = 10'000;
  world.tenant(settings, {rule_with(goal_of())});
  for (int i = 0; i < 4; ++i) {
    world.clock.advance(1s);
    ASSERT_TRUE(world.append(R"({"sessionId":"phone","signals":[)" + many +
                             (i == 3 ? R"(,{"type":"decision.shown","signalValue":"none"}]})" : "]}")));
  }
  EXPECT_EQ(converted(), "r1 1 value 10; ");
}

TEST_F(Goals, ReadOtherSessionsOnlyForSignalsOfTheirKeys) {
  world.tenant({}, {rule_with(goal_of())});
  ask("phone", kJon);
  std::size_t recounts = 0;
  class Watching final : public commit::Maintenance {
   public:
    explicit Watching(std::size_t& count) : count_(count) {}
    void plan(commit::Draft& draft) override { count_ += draft.recounts().size(); }

   private:
    std::size_t& count_;
  } watching(recounts);
  world.committer.add_maintenance(watching);
  say("phone", "view");
  say("phone", "scroll");
  EXPECT_EQ(recounts, 0u);
  buy("phone", 1);
  EXPECT_EQ(recounts, 1u);
}

TEST_F(Goals, CountADelayedRulesDecisionFromItsFiringOn) {
  DueWorld due{kStart};
  due.save(
      "rescue",
      R"({"triggers":["@due"],"when":{"all":[{"absent":{"key":"purchase"},"after":{"key":"cart"},"for":"30m"}]},)"
      R"("action":{"type":"email","payload":{}},"split":{"salt":"x","holdout":100},"goal":{"key":"purchase","within":"1h"}})");
  const auto buys = [&] { ASSERT_TRUE(due.append("desk", R"({"type":"purchase"})", R"(,"visitorId":"jon")")); };
  ASSERT_TRUE(due.append("phone", R"({"type":"cart"})", R"(,"visitorId":"jon")"));
  due.pass(30min);
  buys();
  EXPECT_EQ(conversions_of(due.store), "") << "at the instant of the firing";
  due.restart();
  due.pass(1h);
  buys();
  EXPECT_EQ(conversions_of(due.store), "rescue/holdout 1; ");
}

TEST_F(Goals, SeeTheNewestSessionsOfEachId) {
  constexpr int kSessions = ledger::Session::kSessionsJoined;
  world.tenant({}, {rule_with(goal_of())});
  for (const std::string who : {"jon", "ann"}) {
    const std::string as = R"("visitorId":")" + who + "\"";
    ask(who + "-first", as);
    world.clock.advance(1s);
    for (int i = 1; i < (who == "jon" ? kSessions : kSessions + 1); ++i) say(who + std::to_string(i), "view", as);
    world.clock.advance(1s);
    buy(who + "1", who == "jon" ? 1 : 100, as);
  }
  EXPECT_EQ(converted(), "r1 1 value 1; ");
}

TEST_F(Goals, SeeTheNewestSignalsOfASession) {
  commit::HandleSettings settings;
  settings.session_signals_per_minute = 10'000;
  world.tenant(settings, {rule_with(goal_of())});
  ask("phone", kJon);
  world.clock.advance(1s);
  for (const std::string session : {"desk", "couch"}) {
    buy(session, session == "desk" ? 1 : 100);
    for (int i = 0; i < (session == "desk" ? 198 : 200); ++i) say(session, "scroll");
    say(session, "login", kJon);
  }
  EXPECT_EQ(converted(), "r1 1 value 1; ");
}

// Any order of arrival gives one count: that of the same facts in the order of time.
TEST_F(Goals, DoNotDependOnTheOrderOfArrival) {
  struct Fact {
    std::string session;
    Instant at;
    int amount;
  };
  for (unsigned seed = 1; seed <= 40; ++seed) {
    std::mt19937 dice(seed);
    const auto roll = [&](unsigned n) { return dice() % n; };
    std::vector<Fact> facts;
    for (int i = 0; i < 8; ++i)
      facts.push_back({"s" + std::to_string(roll(4)), kStart + Duration{roll(7'200'000)}, 1 << i});
    std::vector<std::pair<std::string, Instant>> asks;
    for (int i = 0; i < 4; ++i) asks.emplace_back("s" + std::to_string(roll(4)), kStart + 20min * i + 1ms);
    const bool each = roll(2) == 0;
    std::string results[2];
    for (const bool in_order : {true, false}) {
      store::MemoryStore own;
      World one{own, kStart};
      one.tenant({}, {rule_with(goal_of(each ? R"(,"count":"each")" : ""))});
      for (const auto& [session, when] : asks) {
        one.clock.advance(when - one.clock.now());
        one.resolve(R"({"sessionId":")" + session + R"(","trigger":"t"})");
      }
      one.clock.advance(3h);
      std::vector<std::string> steps;
      for (const Fact& fact : facts)
        steps.push_back(R"({"sessionId":")" + fact.session + R"(","signals":[{"type":"purchase","at":)" +
                        std::to_string(to_ms(fact.at)) + R"(,"metadata":{"amount":)" + std::to_string(fact.amount) +
                        "}}]}");
      for (int i = 0; i < 4; ++i)
        steps.push_back(R"({"sessionId":"s)" + std::to_string(i) +
                        R"(","visitorId":"jon","signals":[{"type":"login"}]})");
      if (!in_order) std::ranges::shuffle(steps, dice);
      for (const std::string& step : steps) ASSERT_TRUE(one.append(step));
      std::int64_t n = 0, value = 0;
      const auto rows =
          own.analytics()
              .tallies({.handle = Handle{"demo"}, .since = kStart, .until = kStart + 24h, .bucket = 24h}, 100)
              .value();
      for (const auto& [key, counts] : rows) {
        n += counts[static_cast<std::size_t>(commit::Metric::kConverted)];
        value += counts[static_cast<std::size_t>(commit::Metric::kValue)];
      }
      results[in_order] = std::to_string(n) + " " + std::to_string(value);
    }
    EXPECT_EQ(results[0], results[1]) << "seed " << seed;
  }
}

}  // namespace
}  // namespace beckon::intake
