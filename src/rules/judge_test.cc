// The meaning of each measure, bound and filter, and which rule is chosen.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "rules/language/counter.h"
#include "rules/reference/testing.h"

namespace beckon::rules {
namespace {

using namespace std::chrono_literals;
using testing::holds;
using testing::judge;
using testing::kNoon;
using testing::rule;
using testing::rule_set;
using testing::window;

constexpr Duration kTick{1};

std::string all_of(const std::string& conditions) { return R"({"all":[)" + conditions + "]}"; }

TEST(Seen, HoldsInsideAHalfOpenWindow) {
  const std::string seen = R"({"seen":{"key":"cart"},"within":"10m"})";
  EXPECT_FALSE(holds(seen, window({})));
  EXPECT_FALSE(holds(seen, window({{"view", 1s}})));
  EXPECT_TRUE(holds(seen, window({{"cart", 0s}})));
  EXPECT_TRUE(holds(seen, window({{"cart", 10min - kTick}})));
  EXPECT_FALSE(holds(seen, window({{"cart", 10min}})));
}

// Each of 200 rules with bounds of its own acts exactly if it acts alone.
TEST(SharedAges, GiveEachRuleWhatItsOwnMeasureGives) {
  using Make = std::string (*)(const std::string& n);
  const Make makes[] = {
      [](const std::string& n) { return R"({"all":[{"seen":{"key":"a"},"within":")" + n + "s\"}]}"; },
      [](const std::string& n) { return R"({"none":[{"seen":{"key":"a"},"within":")" + n + "s\"}]}"; },
      [](const std::string& n) { return R"({"all":[{"count":{"key":"a"},"atLeast":3,"within":")" + n + "s\"}]}"; },
      [](const std::string& n) { return R"({"all":[{"count":{"key":"a"},"atMost":2,"within":")" + n + "s\"}]}"; },
      [](const std::string& n) { return R"({"none":[{"count":{"key":"a"},"atMost":2,"within":")" + n + "s\"}]}"; },
      [](const std::string& n) { return R"({"all":[{"last":{"key":"a"},"atLeast":")" + n + "s\"}]}"; },
      [](const std::string& n) { return R"({"all":[{"last":{"key":"a"},"atMost":")" + n + "s\"}]}"; },
      [](const std::string& n) {
        return R"({"all":[{"absent":{"key":"b"},"after":{"key":"a"},"for":")" + n + "s\"}]}";
      },
      [](const std::string& n) {
        return R"({"none":[{"absent":{"key":"b"},"after":{"key":"a"},"for":")" + n + "s\"}]}";
      },
  };
  const std::vector<std::vector<testing::Given>> worlds = {
      {}, {{"a", 90s}}, {{"a", 20s}, {"a", 77s}, {"a", 120s}, {"a", 121s}}, {{"a", 90s}, {"b", 80s}}, {{"a", -1s}}};
  for (const Make make : makes) {
    for (const auto& given : worlds) {
      std::vector<std::string> rules;
      for (int n = 1; n <= 200; ++n)
        rules.push_back(rule(make(std::to_string(n)), "", "r" + std::to_string(1000 + n * 7 % 200)));
      std::ranges::sort(rules);
      std::string first;
      for (const std::string& one : rules) {
        const RuleSet alone = rule_set({one});
        first = judge(alone, window(given)).rule;
        if (!first.empty()) break;
      }
      const RuleSet all = rule_set(rules);
      EXPECT_EQ(judge(all, window(given)).rule, first) << rules.front();
    }
  }
}

TEST(Seen, DoesNotSeeASignalBeforeItsInstant) {
  const std::string seen = R"({"seen":{"key":"cart"},"within":"10m"})";
  EXPECT_FALSE(holds(seen, window({{"cart", -1s}})));
  EXPECT_TRUE(holds(seen, window({{"cart", -1s}}), {}, kNoon + 1s));
}

TEST(Seen, LooksAtTheWholeSessionWithoutAWindow) {
  for (const char* seen : {R"({"seen":{"key":"cart"}})", R"({"seen":{"key":"cart"},"per":"session"})"}) {
    EXPECT_TRUE(holds(seen, window({{"cart", 24h * 29}})));
    EXPECT_FALSE(holds(seen, window({{"cart", 24h * 30}}))) << "the retention is half-open too";
    EXPECT_FALSE(holds(seen, window({{"cart", 2h}}), {}, kNoon, 1h));
  }
}

TEST(Count, HoldsBetweenItsBounds) {
  const auto count = [](int n, const char* bounds) {
    std::vector<testing::Given> carts(static_cast<std::size_t>(n), {"cart", 1min});
    return holds(std::string(R"({"count":{"key":"cart"},"within":"10m",)") + bounds + "}", window(carts));
  };
  EXPECT_FALSE(count(1, R"("atLeast":2)"));
  EXPECT_TRUE(count(2, R"("atLeast":2)"));
  EXPECT_TRUE(count(2, R"("atMost":2)"));
  EXPECT_FALSE(count(3, R"("atMost":2)"));
  EXPECT_TRUE(count(2, R"("equals":2)"));
  EXPECT_FALSE(count(3, R"("equals":2)"));
  EXPECT_TRUE(count(0, R"("equals":0)"));
  EXPECT_TRUE(count(3, R"("atLeast":2,"atMost":3)"));
  EXPECT_FALSE(count(4, R"("atLeast":2,"atMost":3)"));
}

TEST(Count, TakesALateSignalAtItsPlaceInTime) {
  const std::string count = R"({"count":{"key":"cart"},"within":"10m","equals":2})";
  EXPECT_TRUE(holds(count, window({{"cart", 1min}, {"cart", 9min}, {"cart", 11min}})));
}

TEST(Count, SeesNoMoreThanTheWindowHolds) {
  std::vector<testing::Given> many(250, {"view", 1min});
  many.insert(many.begin(), {"cart", 2min});
  EXPECT_FALSE(holds(R"({"seen":{"key":"cart"}})", window(many)));
  EXPECT_TRUE(holds(R"({"count":{"key":"view"},"equals":200})", window(many)));
}

TEST(Filter, FitsKeysExactlyByListAndByBeginning) {
  const auto fits = [](const char* key, const char* signal) {
    return holds(std::string(R"({"seen":{"key":)") + key + "}}", window({{signal, 1min}}));
  };
  EXPECT_TRUE(fits(R"("cart")", "cart"));
  EXPECT_FALSE(fits(R"("cart")", "carts"));
  EXPECT_TRUE(fits(R"(["view","cart"])", "cart"));
  EXPECT_FALSE(fits(R"(["view","cart"])", "purchase"));
  EXPECT_TRUE(fits(R"("cart.*")", "cart.add"));
  EXPECT_FALSE(fits(R"("cart.*")", "cart"));
  EXPECT_FALSE(fits(R"("cart.*")", "carts"));
  EXPECT_TRUE(fits(R"(["view","cart.*"])", "cart.add"));
  EXPECT_TRUE(fits(R"("*")", "anything"));
  EXPECT_TRUE(fits(R"("a.very.long.key.of.many.letters")", "a.very.long.key.of.many.letters"));
  EXPECT_FALSE(fits(R"("a.very.long.key.of.many.letters")", "a.very.long.key.in.many.letters"));
  EXPECT_TRUE(holds(R"({"seen":{}})", window({{"anything", 1min}})));
}

TEST(Filter, FitsValuesSourcesAndConfidence) {
  const auto fits = [](const char* filter, const testing::Given& signal) {
    return holds(std::string(R"({"seen":{"key":"cart",)") + filter + "}}", window({signal}));
  };
  EXPECT_TRUE(fits(R"("value":"add")", {"cart", 1min, "add"}));
  EXPECT_FALSE(fits(R"("value":"add")", {"cart", 1min, "added"}));
  EXPECT_FALSE(fits(R"("value":"add")", {"cart", 1min}));
  EXPECT_TRUE(fits(R"("value":"add*")", {"cart", 1min, "added"}));
  EXPECT_TRUE(fits(R"("value":["add","remove"])", {"cart", 1min, "remove"}));
  EXPECT_TRUE(fits(R"("value":3)", {"cart", 1min, "3"}));
  EXPECT_TRUE(fits(R"("value":"*")", {"cart", 1min, "x"}));
  EXPECT_FALSE(fits(R"("value":"*")", {"cart", 1min}));
  EXPECT_TRUE(fits(R"("source":"email")", {"cart", 1min, "", "email"}));
  EXPECT_TRUE(fits(R"("source":["ad","email"])", {"cart", 1min, "", "email"}));
  EXPECT_FALSE(fits(R"("source":"email")", {"cart", 1min}));
  EXPECT_TRUE(fits(R"("minConfidence":0.6)", {"cart", 1min, "", "", 0.6}));
  EXPECT_FALSE(fits(R"("minConfidence":0.6)", {"cart", 1min, "", "", 0.599999}));
}

TEST(Distinct, CountsDifferentValues) {
  const std::string two = R"({"distinct":{"key":"view"},"within":"10m","equals":2})";
  EXPECT_TRUE(holds(two, window({{"view", 1min, "a"}, {"view", 2min, "b"}, {"view", 3min, "a"}, {"view", 4min}})));
  EXPECT_FALSE(holds(two, window({{"view", 1min, "a"}, {"view", 10min, "b"}})));
  EXPECT_TRUE(holds(R"({"distinct":{"key":"view"},"equals":0})", window({})));
}

TEST(Distinct, OfNothingIsZeroSoThatAnUpperBoundHolds) {
  const std::string few = R"({"distinct":{"key":"view","field":"brand"},"atMost":1})";
  EXPECT_TRUE(holds(few, window({})));
  EXPECT_TRUE(holds(few, window({{"view"}, {.key = "view", .metadata = R"({"brand":null})"}})));
}

TEST(Field, IsANameOrElseAPath) {
  const std::string sum = R"({"sum":{"key":"cart","field":"price.net"},"equals":4})";
  EXPECT_TRUE(holds(sum, window({{.key = "cart", .metadata = R"({"price.net":4})"}})));
  EXPECT_TRUE(holds(sum, window({{.key = "cart", .metadata = R"({"price":{"net":4}})"}})));
  EXPECT_TRUE(holds(sum, window({{.key = "cart", .metadata = R"({"price":{"net":9},"price.net":4})"}})));
  EXPECT_TRUE(holds(sum, window({{.key = "cart", .metadata = R"({"price":{"net":4},"price.net":null})"}})));
  EXPECT_FALSE(holds(sum, window({{.key = "cart", .metadata = R"({"net":4})"}})));
}

TEST(Field, OfElementsIsAddedUpComparedAndCountedOverAllOfThem) {
  const auto orders = window(
      {{.key = "order", .ago = 9min, .metadata = R"({"lines":[{"sum":"12.25","of":"tea"},{"sum":3,"of":"mug"}]})"},
       {.key = "order", .ago = 2min, .metadata = R"({"lines":[{"sum":0.5,"of":"tea"},{"sum":"n/a"},{}]})"}});
  const std::string lines = R"({"key":"order","field":"lines[].sum"},)";
  EXPECT_TRUE(holds(R"({"sum":)" + lines + R"("equals":15.75})", orders));
  EXPECT_TRUE(holds(R"({"max":)" + lines + R"("equals":12.25})", orders));
  EXPECT_TRUE(holds(R"({"max":)" + lines + R"("within":"5m","equals":0.5})", orders));
  EXPECT_TRUE(holds(R"({"distinct":{"key":"order","field":"lines[].of"},"equals":2})", orders));
  EXPECT_TRUE(holds(R"({"distinct":)" + lines + R"("equals":4})", orders));
}

TEST(Field, OfAnOlderRuleThatIsNoPathIsAName) {
  const auto deep = window({{.key = "cart", .metadata = R"({"a.b.c.d.e":4,"x[0]":7,"x":[8]})"}});
  EXPECT_TRUE(holds(R"({"sum":{"key":"cart","field":"a.b.c.d.e"},"equals":4})", deep));
  EXPECT_TRUE(holds(R"({"sum":{"key":"cart","field":"x[0]"},"equals":7})", deep));
}

TEST(PerSession, InScopeVisitorLooksAtAllOfAllSessions) {
  const ledger::Window phone = window({{"view", 25h}, {"view", 24h}}), desk = window({{"view", 1min}});
  const ledger::Window both = ledger::Window::merged(std::vector{&phone, &desk});
  const ledger::Context context;
  for (const char* all : {R"("per":"session",)", ""}) {
    const RuleSet set = rule_set(
        {rule(R"({"all":[{"count":{"key":"view"},"scope":"visitor",)" + std::string(all) + R"("equals":3}]})")});
    const Facts facts{.window = desk, .context = context, .now = kNoon, .retention = testing::kMonth, .visitor = &both};
    EXPECT_EQ(set.judge("t", facts).outcome, Outcome::kAct);
  }
}

TEST(Score, CountsASignalFullyWhateverItsConfidence) {
  const auto declared = json::parse(R"({"keen":{"weights":{"view":2},"halfLife":"1h"}})");
  Issues issues;
  const Scores scores = read_scores(declared->root(), "scores", issues);
  const RuleSet set = rule_set({rule(R"({"all":[{"score":"keen","equals":2}]})")}, scores);
  EXPECT_EQ(judge(set, window({{"view", 0s, "", "", 0.1}})).outcome, Outcome::kAct);
}

TEST(Hours, OverMidnightBelongToTheDayOnWhichTheyOpen) {
  const RuleSet set = rule_set({rule("{}", R"("active":{"hours":"21:00-03:00","days":["tue"]})")});
  const auto outcome = [&](const char* at) { return judge(set, window({}), {}, *parse_rfc3339(at)).outcome; };
  EXPECT_EQ(outcome("2026-06-02T22:00:00Z"), Outcome::kAct) << "a Tuesday";
  EXPECT_EQ(outcome("2026-06-03T02:59:59Z"), Outcome::kAct) << "Wednesday morning";
  EXPECT_EQ(outcome("2026-06-02T02:00:00Z"), Outcome::kSuppressed) << "the night that began on Monday";
  EXPECT_EQ(outcome("2026-06-03T22:00:00Z"), Outcome::kSuppressed);
}

TEST(Sum, AddsAFieldOfMetadataInDecimal) {
  const auto sum = [](const char* bounds, const std::vector<testing::Given>& given) {
    return holds(std::string(R"({"sum":{"key":"cart","field":"amount"},"within":"10m",)") + bounds + "}",
                 window(given));
  };
  const testing::Given ten{.key = "cart", .ago = 1min, .metadata = R"({"amount":0.1})"};
  EXPECT_TRUE(sum(R"("equals":0.3)", {ten, ten, ten}));
  EXPECT_TRUE(sum(R"("atLeast":0.2)", {ten, ten, {.key = "cart", .metadata = R"({"amount":"5"})"}, {"cart"}}));
  EXPECT_FALSE(sum(R"("atLeast":0.3)", {ten, ten, {.key = "cart", .ago = 10min, .metadata = R"({"amount":1})"}}));
  for (const char* bounds : {R"("atMost":5)", R"("atLeast":-5)", R"("equals":0)"})
    EXPECT_FALSE(sum(bounds, {{"cart"}})) << "of nothing it compares false with every bound";
}

TEST(Sum, HasRoomForGreatAmountsAndNeverWrapsAround) {
  const auto sum = [](const char* bound) {
    return R"({"sum":{"key":"deal","field":"worth"},)" + std::string(bound) + "}";
  };
  const auto deals = [](std::size_t count, const char* worth) {
    return window(
        std::vector<testing::Given>(count, {.key = "deal", .metadata = std::string(R"({"worth":)") + worth + "}"}));
  };
  EXPECT_TRUE(holds(sum(R"("equals":45000000000)"), deals(3, "15000000000")));
  EXPECT_TRUE(holds(sum(R"("atLeast":999999999999)"), deals(150, "1e12")));
  EXPECT_FALSE(holds(sum(R"("atMost":999999999999)"), deals(150, "1e12")));
  EXPECT_TRUE(holds(sum(R"("atMost":-999999999999)"), deals(150, "-1e250")));
}

TEST(Sum, TakesDecimalTextsAsAmounts) {
  const ledger::Window two = window({{.key = "cart", .metadata = R"({"price":"19.90"})"},
                                     {.key = "cart", .metadata = R"({"price":0.1})"},
                                     {.key = "cart", .metadata = R"({"price":"EUR 7"})"}});
  EXPECT_TRUE(holds(R"({"sum":{"key":"cart","field":"price"},"equals":20})", two));
  EXPECT_TRUE(holds(R"({"max":{"key":"cart","field":"price"},"equals":19.9})", two));
}

TEST(Max, IsTheGreatestAmount) {
  const std::string big = R"({"max":{"key":"cart","field":"amount"},"within":"10m","atLeast":50})";
  EXPECT_TRUE(holds(big, window({{.key = "cart", .ago = 5min, .metadata = R"({"amount":50})"},
                                 {.key = "cart", .metadata = R"({"amount":7})"}})));
  EXPECT_FALSE(holds(big, window({{.key = "cart", .ago = 10min, .metadata = R"({"amount":50})"},
                                  {.key = "cart", .metadata = R"({"amount":7})"}})));
  EXPECT_FALSE(holds(R"({"max":{"field":"amount"},"atMost":50})", window({{"cart"}})));
}

TEST(Active, HoldsFromAndUntil) {
  const auto acts = [](const char* active, Instant now) {
    return judge(rule_set({rule("{}", std::string(R"("active":)") + active)}), window({}), {}, now).outcome ==
           Outcome::kAct;
  };
  EXPECT_TRUE(acts(R"({"from":"2026-02-25T12:00:00Z","until":null})", kNoon));
  EXPECT_FALSE(acts(R"({"from":"2026-02-25T12:00:00Z"})", kNoon - kTick));
  EXPECT_FALSE(acts(R"({"until":"2026-02-25T12:00:00Z"})", kNoon));
  EXPECT_TRUE(acts(R"({"until":"2026-02-25T12:00:00Z"})", kNoon - kTick));
  EXPECT_TRUE(acts("{}", kNoon));
}

TEST(Last, ComparesTheAgeOfTheNewest) {
  const std::string fresh = R"({"last":{"key":"view"},"atMost":"5m"})",
                    old = R"({"last":{"key":"view"},"atLeast":"5m"})";
  EXPECT_TRUE(holds(fresh, window({{"view", 5min}, {"view", 9min}})));
  EXPECT_FALSE(holds(fresh, window({{"view", 5min + kTick}})));
  EXPECT_TRUE(holds(old, window({{"view", 5min}})));
  EXPECT_FALSE(holds(old, window({{"view", 5min - kTick}, {"view", 9min}})));
  EXPECT_FALSE(holds(fresh, window({})));
  EXPECT_FALSE(holds(old, window({}))) << "of nothing it compares false with every bound";
}

TEST(Absent, HoldsFromTheAnchorsWaitOn) {
  const std::string absent = R"({"absent":{"key":"purchase"},"after":{"key":"cart"},"for":"10m"})";
  EXPECT_FALSE(holds(absent, window({}))) << "no anchor";
  EXPECT_FALSE(holds(absent, window({{"cart", 10min - kTick}})));
  EXPECT_TRUE(holds(absent, window({{"cart", 10min}})));
  EXPECT_FALSE(holds(absent, window({{"cart", 20min}, {"purchase", 1min}})));
  EXPECT_TRUE(holds(absent, window({{"cart", 20min}, {"purchase", 21min}})));
  EXPECT_FALSE(holds(absent, window({{"cart", 20min}, {"purchase", 20min}}))) << "stored behind the anchor";
  EXPECT_TRUE(holds(absent, window({{"purchase", 20min}, {"cart", 20min}}))) << "stored before it";
  EXPECT_FALSE(holds(absent, window({{"cart", 20min}, {"purchase", 0min}})));
  EXPECT_TRUE(holds(absent, window({{"cart", 20min}, {"purchase", -1min}}))) << "its instant is still ahead";
}

TEST(Absent, StartsAnewWithANewerAnchorAndEndsWithALatePurchase) {
  const std::string absent = R"({"absent":{"key":"purchase"},"after":{"key":"cart"},"for":"10m"})";
  EXPECT_FALSE(holds(absent, window({{"cart", 20min}, {"cart", 5min}})));
  EXPECT_TRUE(holds(absent, window({{"cart", 30min}, {"purchase", 25min}, {"cart", 20min}})));
  const ledger::Window before = window({{"cart", 20min}, {"view", 1min}});
  EXPECT_TRUE(holds(absent, before));
  std::size_t evicted = 0;
  const ledger::Signal late{.key = "purchase", .at = kNoon - 15min, .received = kNoon, .version = 3};
  EXPECT_FALSE(holds(absent, before.with({{late}}, evicted)));
}

TEST(Absent, WaitsFromItsNewestAnchorsUntilTheyEnd) {
  const std::string same = R"({"absent":{"key":"purchase"},"after":{"key":"cart"},"same":"value","for":"1h"})";
  const std::string plain = R"({"absent":{"key":"order"},"after":{"key":"order.*"},"for":"1h"})";
  const RuleSet rules = rule_set({rule(all_of(same), "", "a"), rule(all_of(plain), "", "b")});
  EXPECT_TRUE(rules.has_waits());
  EXPECT_FALSE(rule_set({rule(all_of(R"({"seen":{"key":"cart"}})"))}).has_waits());
  const ledger::Window seen = window({{"cart", 60s, "x"},
                                      {"cart", 50s, "x"},
                                      {"cart", 40s, "y"},
                                      {"view", 35s},
                                      {"purchase", 30s, "y"},
                                      {"order.a", 20s},
                                      {"order.b", 10s}});
  EXPECT_EQ(rules.waiting(seen), (std::vector<std::size_t>{1, 6}));
  EXPECT_EQ(rules.waiting(window({{"order.a", 20s}, {"order", 10s}})), std::vector<std::size_t>{});
}

TEST(RuleSet, KeepsInTheVisitorsWindowWhatAnAbsenceWaitsFrom) {
  const std::string waits = R"({"absent":{"key":"purchase"},"after":{"key":"cart"},"for":"1h","scope":"visitor"})";
  const std::string counts = R"({"count":{"key":"view"},"atLeast":1,"scope":"visitor"})";
  const RuleSet rules = rule_set({rule(all_of(waits + "," + counts))});
  std::vector<testing::Given> carts{{"cart", 3h}, {"cart", 2h}};
  std::vector<ledger::Window> views;
  for (int i = 0; i < 3; ++i) views.push_back(window(std::vector<testing::Given>(200, {"view", 1h})));
  const ledger::Window first = window(carts);
  const std::vector<const ledger::Window*> all{&first, &views[0], &views[1], &views[2]};
  const ledger::Window seen = rules.window_of_visitor(all);
  ASSERT_EQ(seen.size(), 501U);
  EXPECT_EQ(seen[0].key, "cart");
  EXPECT_EQ(seen.at(0), first.at(1)) << "the older one is replaced";
  EXPECT_EQ(seen[1].key, "view");
  const ledger::Window bought = window({{"purchase", 30min}});
  const std::vector<const ledger::Window*> ended{&first, &views[0], &views[1], &views[2], &bought};
  EXPECT_EQ(rules.window_of_visitor(ended).size(), 500U);
}

TEST(RuleSet, CoversWhatReadsNoOtherKeys) {
  const RuleSet some = rule_set({rule(all_of(R"({"seen":{"key":["cart","order.*"]}})"))});
  const auto covers = [&](const std::string& condition) { return some.covers(rule_set({rule(all_of(condition))})); };
  EXPECT_TRUE(covers(R"({"seen":{"key":"cart"}})"));
  EXPECT_TRUE(covers(R"({"seen":{"key":"order.paid"}})"));
  EXPECT_TRUE(covers(R"({"seen":{"key":"order.paid.*"}})"));
  EXPECT_FALSE(covers(R"({"seen":{"key":"cart.*"}})"));
  EXPECT_FALSE(covers(R"({"seen":{"key":"order"}})"));
  EXPECT_FALSE(covers(R"({"seen":{"source":"mail"}})"));
  EXPECT_FALSE(some.covers(rule_set({R"({"ruleId":"g","triggers":["t"],"when":{},"action":{"type":"x"},)"
                                     R"("goal":{"key":"signup","within":"1h"}})"})));
}

TEST(Context, IsInAListOrNot) {
  const std::string in = R"({"context":"country","in":["US","GB"]})",
                    out = R"({"context":"country","notIn":["US","GB"]})";
  EXPECT_TRUE(holds(in, window({}), {{"country", "GB"}}));
  EXPECT_FALSE(holds(in, window({}), {{"country", "DE"}}));
  EXPECT_FALSE(holds(in, window({}), {{"page", "GB"}}));
  EXPECT_FALSE(holds(out, window({}), {{"country", "GB"}}));
  EXPECT_TRUE(holds(out, window({}), {{"country", "DE"}}));
  EXPECT_TRUE(holds(out, window({}))) << "a missing field is in no list";
}

TEST(When, NeedsAllAnyAndNone) {
  const RuleSet set = rule_set({rule(
      R"({"all":[{"seen":{"key":"a"}}],"any":[{"seen":{"key":"b"}},{"seen":{"key":"c"}}],"none":[{"seen":{"key":"d"}}]})")});
  const auto acts = [&](const std::vector<testing::Given>& given) {
    return judge(set, window(given)).outcome == Outcome::kAct;
  };
  EXPECT_TRUE(acts({{"a"}, {"b"}}));
  EXPECT_TRUE(acts({{"a"}, {"c"}}));
  EXPECT_FALSE(acts({{"a"}}));
  EXPECT_FALSE(acts({{"b"}, {"c"}}));
  EXPECT_FALSE(acts({{"a"}, {"b"}, {"d"}}));
}

TEST(When, AlwaysHoldsWhenEmpty) {
  EXPECT_EQ(judge(rule_set({rule("{}")}), window({})).outcome, Outcome::kAct);
  EXPECT_EQ(judge(rule_set({rule(R"({"all":[],"any":[],"none":[]})")}), window({})).outcome, Outcome::kAct);
}

TEST(RuleSet, AnswersWithTheFirstThatHolds) {
  const RuleSet set = rule_set({rule("{}", R"("priority":1)", "low"), rule("{}", R"("priority":5)", "mid-b"),
                                rule("{}", R"("priority":5)", "mid-a"),
                                rule(R"({"all":[{"seen":{"key":"cart"}}]})", R"("priority":9)", "high")});
  EXPECT_EQ(judge(set, window({{"cart"}})).rule, "high");
  const Verdict verdict = judge(set, window({}));
  EXPECT_EQ(verdict.rule, "mid-a");
  EXPECT_EQ(verdict.action_json, R"({"type":"popup","payload":{}})");
  EXPECT_EQ(verdict.variant, "");
}

TEST(RuleSet, DoesNotEvaluateDraftsAndPausedRules) {
  const RuleSet set = rule_set({rule("{}", R"("status":"draft")", "a"), rule("{}", R"("status":"paused")", "b"),
                                rule("{}", R"("status":"live")", "c")});
  EXPECT_EQ(judge(set, window({})).rule, "c");
}

TEST(RuleSet, AsksOnlyTheRulesOfTheTrigger) {
  const RuleSet set =
      rule_set({R"({"ruleId":"r","triggers":["exit_intent","checkout"],"when":{},"action":{"type":"x"}})"});
  const ledger::Window empty;
  const Facts facts{.window = empty, .context = {}, .now = kNoon, .retention = testing::kMonth};
  EXPECT_EQ(set.judge("checkout", facts).outcome, Outcome::kAct);
  EXPECT_EQ(set.judge("other", facts).outcome, Outcome::kNone);
  EXPECT_EQ(set.triggers(), (std::vector<std::string>{"checkout", "exit_intent"}));
  EXPECT_EQ(RuleSet().judge("checkout", facts).outcome, Outcome::kNone);
  EXPECT_EQ(RuleSet().version(), 0u);
  EXPECT_EQ(set.version(), 1u);
}

TEST(Groups, HoldAsTheirPartsDo) {
  const auto acts = [](const std::string& when, const std::string& keys) {
    std::vector<testing::Given> given;
    for (const char key : keys) given.push_back({std::string(1, key), std::chrono::minutes{1}});
    return judge(rule_set({rule(when)}), window(given)).outcome == Outcome::kAct;
  };
  const auto seen = [](const char* key) { return std::string(R"({"seen":{"key":")") + key + R"("}})"; };
  const auto group = [](const char* kind, const std::string& of) {
    return std::string("{\"") + kind + "\":[" + of + "]}";
  };
  const std::string a = seen("a"), b = seen("b"), c = seen("c");
  const std::string either = group("any", group("all", a + "," + b) + "," + c);
  for (const auto& [keys, expected] : {std::pair{"a", false}, {"ab", true}, {"c", true}, {"b", false}, {"", false}}) {
    EXPECT_EQ(acts(either, keys), expected) << keys;
    EXPECT_EQ(acts(group("all", either), keys), expected) << keys;
    EXPECT_EQ(acts(group("none", either), keys), !expected) << keys;
    EXPECT_EQ(acts(group("none", group("none", either)), keys), expected) << keys;
    EXPECT_EQ(acts(group("any", group("none", either)), keys), !expected) << keys;
    EXPECT_EQ(acts(group("none", group("all", either)), keys), !expected) << keys;
  }
  const std::string two = group("all", group("any", a + "," + b) + "," + group("any", b + "," + c));
  for (const auto& [keys, expected] : {std::pair{"a", false}, {"b", true}, {"ac", true}, {"c", false}})
    EXPECT_EQ(acts(two, keys), expected) << keys;
}

// Whether this many days are left until the date, at an instant, by the clock of Vienna.
bool are_left(int wanted, const std::string& date, const char* at, bool yearly = true) {
  ledger::Traits traits;
  ledger::take(traits, {.name = "d", .value = json::quote(date), .source = "crm", .stamp = {{}, 1}});
  const ledger::PackedTraits packed(traits);
  const ledger::PackedTraits* const said = &packed;
  const std::string condition = R"({"trait":"d","zone":"Europe/Vienna","daysUntil":{"equals":)" +
                                std::to_string(wanted) + R"(,"yearly":)" + (yearly ? "true" : "false") + "}}";
  const RuleSet set = rule_set({rule(R"({"all":[)" + condition + "]}")});
  const ledger::Window window;
  const ledger::Context context;
  return set.judge("t", {.window = window,
                         .context = context,
                         .now = *parse_rfc3339(at),
                         .retention = testing::kMonth,
                         .traits = {&said, 1}})
             .outcome == Outcome::kAct;
}

TEST(TraitDays, CountWholeLocalDaysUntilTheNextReturn) {
  EXPECT_TRUE(are_left(0, "1990-05-01", "2026-04-30T22:00:00Z")) << "the day begins in Vienna";
  EXPECT_TRUE(are_left(1, "1990-05-01", "2026-04-30T21:59:59.999Z"));
  EXPECT_TRUE(are_left(0, "1990-05-01", "2026-05-01T21:59:59.999Z"));
  EXPECT_TRUE(are_left(364, "1990-05-01", "2026-05-01T22:00:00Z"));
  EXPECT_TRUE(are_left(-13'149, "1990-05-01", "2026-05-01T12:00:00Z", false));
  EXPECT_TRUE(are_left(0, "2024-02-29", "2026-02-28T12:00:00Z")) << "in a common year";
  EXPECT_TRUE(are_left(1, "2024-02-29", "2028-02-28T12:00:00Z"));
  EXPECT_TRUE(are_left(0, "2026-05-01T08:00:00Z", "2026-05-01T12:00:00Z")) << "the date of an instant";
  EXPECT_FALSE(are_left(0, "soon", "2026-05-01T12:00:00Z"));
}

// One counter of a visitor, with subtotals under two ids.
struct Orders {
  Counters counters;
  std::array<ledger::Counted, 2> ids;

  explicit Orders(const std::string& definition) {
    Issues issues;
    Counter counter = read_counter(json::parse(definition)->root(), testing::ZonesOfRelease(), issues);
    EXPECT_TRUE(issues.empty());
    counter.id = 1;
    counters.emplace("orders", std::move(counter));
  }
  Orders& of(std::size_t id, const char* at, const std::string& metadata = "") {
    const ledger::Signal signal{.key = "purchase", .metadata = metadata, .at = *parse_rfc3339(at)};
    const auto counted = count(counters.at("orders"), {&signal, 1});
    if (counted) ids[id].take({&*counted, 1}, 1);
    return *this;
  }
  bool hold(const std::string& what, const char* at = "2026-05-01T12:00:00Z") const {
    const std::array<const ledger::Counted*, 2> parts{&ids[0], &ids[1]};
    const RuleSet set = rule_set({rule(R"({"all":[{"ever":"orders",)" + what + "}]}")});
    const ledger::Window window;
    const ledger::Context context;
    return set.judge("t", {.window = window,
                           .context = context,
                           .now = *parse_rfc3339(at),
                           .retention = testing::kMonth,
                           .counted = parts,
                           .counters = &counters})
               .outcome == Outcome::kAct;
  }
};

TEST(Ever, IsWhatAllIdsOfTheVisitorHaveCounted) {
  Orders orders(R"({"key":"purchase","field":"amount"})");
  orders.of(0, "2022-01-01T00:00:00Z", R"({"amount":"49.90"})").of(1, "2026-04-30T12:00:00Z", R"({"amount":50.1})");
  EXPECT_TRUE(orders.hold(R"("count":{"equals":2})"));
  EXPECT_TRUE(orders.hold(R"("sum":{"equals":100})"));
  EXPECT_FALSE(orders.hold(R"("sum":{"atLeast":100.000001})"));
  EXPECT_TRUE(orders.hold(R"("last":{"age":{"atLeast":"24h","atMost":"24h"}})"));
  EXPECT_TRUE(orders.hold(R"("first":{"age":{"atLeast":"1500d"}})"));
  EXPECT_FALSE(orders.hold(R"("last":{"age":{"atLeast":"25h"}})"));
}

TEST(Ever, CountsDifferentDaysOfItsZoneAmongTheLast64) {
  Orders orders(R"({"key":"purchase","zone":"Europe/Vienna"})");
  orders.of(0, "2026-04-30T21:59:59.999Z").of(0, "2026-04-30T22:00:00Z").of(1, "2026-05-01T21:59:59.999Z");
  EXPECT_TRUE(orders.hold(R"("days":{"equals":2})", "2026-05-01T21:59:59.999Z"));
  EXPECT_TRUE(orders.hold(R"("days":{"equals":2})", "2026-07-02T21:59:59.999Z")) << "the 64th day";
  EXPECT_TRUE(orders.hold(R"("days":{"equals":1})", "2026-07-02T22:00:00Z"));
  EXPECT_TRUE(orders.hold(R"("days":{"equals":0})", "2026-07-03T22:00:00Z"));
  EXPECT_TRUE(orders.hold(R"("count":{"equals":3})", "2026-07-03T22:00:00Z"));
}

TEST(Ever, IsKeptOfEachIdBehindTheLastThatItHasCounted) {
  Orders orders(R"({"key":"purchase","keep":"30d"})");
  orders.of(0, "2026-03-01T00:00:00Z").of(0, "2026-04-01T00:00:00Z").of(1, "2026-04-20T00:00:00Z");
  EXPECT_TRUE(orders.hold(R"("count":{"equals":3})", "2026-04-30T23:59:59.999Z"));
  EXPECT_TRUE(orders.hold(R"("count":{"equals":1})", "2026-05-01T00:00:00Z"));
  EXPECT_TRUE(orders.hold(R"("count":{"equals":0})", "2026-05-20T00:00:00Z"));
}

TEST(Ever, HasNoValueBeforeItIsDeclaredAndFilled) {
  Orders orders(R"({"key":"purchase"})");
  orders.of(0, "2026-04-30T12:00:00Z");
  const std::array every{R"("count":{"atMost":5})", R"("days":{"atMost":5})", R"("last":{"age":{"atMost":"9d"}})"};
  for (const char* what : every) EXPECT_TRUE(orders.hold(what)) << what;
  orders.counters.at("orders").filled_to = 1;
  for (const char* what : every) EXPECT_FALSE(orders.hold(what)) << what;
  orders.counters.at("orders").filled_to.reset();
  orders.counters.at("orders").declared = *parse_rfc3339("2026-05-01T12:00:00.001Z");
  for (const char* what : every) EXPECT_FALSE(orders.hold(what)) << what;
  orders.counters.clear();
  for (const char* what : every) EXPECT_FALSE(orders.hold(what)) << what;
}

TEST(Ever, OfNothingIsNoneAndHasNoSumAndNoAge) {
  const Orders orders(R"({"key":"purchase","field":"amount"})");
  EXPECT_TRUE(orders.hold(R"("count":{"atMost":0})"));
  EXPECT_TRUE(orders.hold(R"("days":{"equals":0})"));
  EXPECT_FALSE(orders.hold(R"("sum":{"atMost":5})"));
  EXPECT_FALSE(orders.hold(R"("last":{"age":{"atLeast":"0s"}})"));
}

}  // namespace
}  // namespace beckon::rules
