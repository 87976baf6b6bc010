// What the linter reports, what it accepts, and what its witnesses show.
#include "rules/lint/lint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/language/check_rule.h"
#include "rules/reference/testing.h"

namespace beckon::rules {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kMonth;
using testing::kNoon;
using testing::rule;

Scores scores() {
  const auto document = json::parse(R"({"intent":{"weights":{"view":1,"cart.*":5},"halfLife":"1d"}})");
  Issues issues;
  return read_scores(document->root(), "scores", issues);
}

std::vector<Warning> warnings_of(const std::vector<std::string>& rules, Duration retention = kMonth,
                                 const Zones& zones = testing::ZonesOfRelease()) {
  StoredRules stored{.version = 1};
  for (const std::string& text : rules) {
    const auto document = json::parse(text);
    EXPECT_TRUE(document.has_value()) << text;
    const RuleId id(document->root().find("ruleId")->text());
    const auto checked = check_rule(id, document->root(), system_zones());
    EXPECT_TRUE(checked.has_value()) << text << (checked ? "" : checked.error().message);
    stored.rules.push_back({.id = id, .json = text, .rules_version = 1});
  }
  return lint_rule(RuleId("r"), stored, zones, scores(), retention, kNoon);
}

std::vector<std::string> kinds_of(const std::vector<std::string>& rules, Duration retention = kMonth) {
  std::vector<std::string> out;
  for (const Warning& warning : warnings_of(rules, retention)) out.emplace_back(warning.kind);
  return out;
}

// Of a rule with these conditions in `all`.
std::vector<std::string> of_all(const std::string& conditions) {
  return kinds_of({rule(R"({"all":[)" + conditions + "]}")});
}
std::vector<std::string> of_when(const std::string& when) { return kinds_of({rule(when)}); }

const std::vector<std::string> kNone{}, kNever{"never_true"}, kAlways{"always_true"}, kShadowed{"shadowed"};

TEST(Lint, LetsAnOrdinaryRulePass) {
  EXPECT_EQ(of_when(R"({"all":[{"count":{"key":"cart","value":"add"},"within":"30m","atLeast":1},
    {"absent":{"key":"purchase"},"after":{"key":"cart"},"for":"10m"},{"sum":{"key":"cart","field":"amount"},"within":"1h","atLeast":50},
    {"steps":[{"key":"view"},{"key":"cart","value":"add"},{"key":"checkout"}],"within":"2h","reached":2},{"context":"country","in":["US","GB"]}],
    "any":[{"context":"segment","in":["returning"]},{"score":"intent","atLeast":0.7}],
    "none":[{"seen":{"key":"support","value":"complaint"},"within":"7d"}]})"),
            kNone);
}

TEST(NeverTrue, IsFoundBetweenWhatHasTheSameValueAndWhatIsCountedOfAll) {
  EXPECT_EQ(of_all(R"({"count":{"key":"a"},"same":"sku","atLeast":3},{"count":{"key":"a"},"atMost":2})"), kNever)
      << "so many of one value are so many";
  EXPECT_EQ(of_all(R"({"count":{"key":"a"},"same":"sku","atLeast":3},{"count":{"key":"a"},"same":"sku","atMost":2})"),
            kNever);
  EXPECT_EQ(of_all(R"({"count":{"key":"a"},"same":"sku","atLeast":1},{"count":{"key":"a"},"same":"id","atMost":0})"),
            kNone);
  EXPECT_EQ(of_all(R"({"count":{"key":"a"},"atLeast":3},{"count":{"key":"a"},"same":"sku","atMost":1})"), kNone);
  EXPECT_EQ(of_all(R"({"steps":[{"key":"a"},{"key":"b"}],"same":"sku","reached":2},{"seen":{"key":"a"}})"), kNone);
  EXPECT_EQ(
      of_when(
          R"({"all":[{"steps":[{"key":"a"},{"key":"b"}],"same":"sku","reached":2}],"none":[{"seen":{"key":"b"}}]})"),
      kNever);
  EXPECT_EQ(of_when(R"({"all":[{"absent":{"key":"b"},"after":{"key":"a"},"for":"1h","same":"sku"}],
                        "none":[{"seen":{"key":"a"}}]})"),
            kNever);
  EXPECT_EQ(of_when(R"({"all":[{"absent":{"key":"b"},"after":{"key":"a"},"for":"1h","same":"sku"},
                               {"seen":{"key":"a"},"within":"1m"}]})"),
            kNone)
      << "of another value";
  EXPECT_EQ(of_when(R"({"all":[{"absent":{"key":"b"},"after":{"key":"a"},"for":"1h"},
                               {"seen":{"key":"a"},"within":"1m"}]})"),
            kNever);
}

TEST(NeverTrue, IsFoundBetweenCounts) {
  EXPECT_EQ(of_all(R"({"count":{"key":"a"},"within":"1h","atLeast":3},{"count":{"key":"a"},"within":"1h","atMost":2})"),
            kNever);
  EXPECT_EQ(of_all(R"({"count":{"key":"a"},"within":"1h","atLeast":3},{"count":{"key":"a"},"within":"1d","atMost":2})"),
            kNever)
      << "a longer window counts more";
  EXPECT_EQ(of_all(R"({"count":{"key":"a"},"within":"1d","atLeast":3},{"count":{"key":"a"},"within":"1h","atMost":2})"),
            kNone);
  EXPECT_EQ(of_all(R"({"count":{"key":"a","value":"x"},"atLeast":1},{"count":{"key":["a","b"]},"atMost":0})"), kNever)
      << "a wider filter counts more";
  EXPECT_EQ(of_all(R"({"count":{"key":["a","b"]},"atLeast":1},{"count":{"key":"a","value":"x"},"atMost":0})"), kNone);
  EXPECT_EQ(of_all(R"({"count":{"key":"a"},"atLeast":1},{"count":{"key":"a"},"atMost":0,"scope":"visitor"})"), kNever);
  EXPECT_EQ(of_all(R"({"count":{"key":"a"},"atLeast":1,"scope":"visitor"},{"count":{"key":"a"},"atMost":0})"), kNone);
  EXPECT_EQ(of_all(R"({"count":{"key":"a"},"atLeast":201})"), kNever) << "a window has 200 signals";
  EXPECT_EQ(of_all(R"({"count":{"key":"a"},"atLeast":201,"scope":"visitor"})"), kNone);
  EXPECT_EQ(of_all(R"({"count":{"key":"a"},"atLeast":3,"atMost":2})"), kNever);
}

TEST(NeverTrue, IsNotSaidOfSeveralValuesInOneSignal) {
  const std::string one_order = R"({"count":{"key":"order"},"atMost":1},)";
  const auto brands = [](const std::string& field, const std::string& bound) {
    return R"({"distinct":{"key":"order","field":")" + field + R"("},"atLeast":)" + bound + "}";
  };
  EXPECT_EQ(of_all(one_order + brands("brand", "2")), kNever);
  EXPECT_EQ(of_all(one_order + brands("article.brand", "2")), kNever);
  EXPECT_EQ(of_all(one_order + brands("lines[].brand", "2")), kNone);
  EXPECT_EQ(of_all(brands("lines[].brand", "250")), kNone) << "a window has 200 signals";
  EXPECT_EQ(of_all(R"({"count":{"key":"order"},"atMost":0},)" + brands("lines[].brand", "1")), kNever);
}

TEST(NeverTrue, ShowsAPathAsWhatItLeadsTo) {
  const auto warnings = warnings_of({rule(
      R"({"all":[{"max":{"key":"order","field":"lines[].price.net"},"atLeast":80},
                 {"max":{"key":"order","field":"lines[].price.net"},"atMost":70}]})")});
  ASSERT_EQ(warnings.size(), 1U);
  ASSERT_EQ(warnings[0].witness.signals.size(), 1U);
  EXPECT_EQ(warnings[0].witness.signals[0].metadata, R"({"lines":[{"price":{"net":80}}]})");
}

TEST(NeverTrue, IsFoundBetweenWhatALifetimeCounterHasCounted) {
  EXPECT_EQ(of_all(R"({"ever":"orders","count":{"atLeast":3}},{"ever":"orders","count":{"atMost":2}})"), kNever);
  EXPECT_EQ(of_all(R"({"ever":"orders","count":{"atLeast":3}},{"ever":"views","count":{"atMost":2}})"), kNone);
  EXPECT_EQ(of_all(R"({"ever":"orders","count":{"atLeast":3}},{"ever":"orders","days":{"atMost":2}})"), kNone);
  EXPECT_EQ(
      of_when(R"({"all":[{"ever":"orders","sum":{"atLeast":100}}],"none":[{"ever":"orders","sum":{"atLeast":50}}]})"),
      kNever);
  EXPECT_EQ(of_when(R"({"all":[{"ever":"orders","last":{"age":{"atLeast":"90d"}}}],
                        "none":[{"ever":"orders","last":{"age":{"atLeast":"90d"}}}]})"),
            kNever);
}

TEST(NeverTrue, IsFoundBetweenAllAndNone) {
  EXPECT_EQ(of_when(R"({"all":[{"seen":{"key":"cart.add"}}],"none":[{"seen":{"key":"cart.*"}}]})"), kNever);
  EXPECT_EQ(of_when(R"({"all":[{"seen":{"key":"cart.*"}}],"none":[{"seen":{"key":"cart.add"}}]})"), kNone);
  EXPECT_EQ(of_when(R"({"none":[{"seen":{}},{"count":{},"atMost":0}]})"), kNever);
}

TEST(NeverTrue, NeedsEveryAlternativeOfAnyToFail) {
  const std::string few = R"("all":[{"count":{"key":"a"},"atMost":1}],)";
  EXPECT_EQ(of_when("{" + few + R"("any":[{"count":{"key":"a"},"atLeast":2},{"count":{"key":"a"},"atLeast":3}]})"),
            kNever);
  EXPECT_EQ(of_when("{" + few + R"("any":[{"count":{"key":"a"},"atLeast":2},{"seen":{"key":"b"}}]})"), kNone);
}

TEST(NeverTrue, IsFoundBetweenMeasures) {
  const std::string no_cart = R"({"count":{"key":"cart"},"atMost":0},)";
  EXPECT_EQ(of_all(no_cart + R"({"sum":{"key":"cart","field":"amount"},"atLeast":50})"), kNever);
  EXPECT_EQ(of_all(no_cart + R"({"max":{"key":"cart","field":"amount"},"atMost":50})"), kNever)
      << "of nothing it compares false";
  EXPECT_EQ(of_all(no_cart + R"({"distinct":{"key":"cart"},"atLeast":1})"), kNever);
  EXPECT_EQ(of_all(no_cart + R"({"last":{"key":"cart"},"atMost":"5m"})"), kNever);
  EXPECT_EQ(of_all(no_cart + R"({"absent":{"key":"purchase"},"after":{"key":"cart"},"for":"10m"})"), kNever);
  EXPECT_EQ(of_all(no_cart + R"({"steps":[{"key":"view"},{"key":"cart"}],"reached":2})"), kNever);
  EXPECT_EQ(of_all(no_cart + R"({"steps":[{"key":"view"},{"key":"cart"}],"reached":1})"), kNone);
  EXPECT_EQ(of_all(R"({"count":{},"atMost":0},{"score":"intent","atLeast":0.5})"), kNever);
  EXPECT_EQ(
      of_all(
          R"({"max":{"key":"cart","field":"amount"},"within":"1h","atLeast":50},{"max":{"key":"cart","field":"amount"},"atMost":49})"),
      kNever);
  EXPECT_EQ(
      of_all(
          R"({"sum":{"key":"cart","field":"amount"},"within":"1h","atLeast":50},{"sum":{"key":"cart","field":"amount"},"atMost":49})"),
      kNone)
      << "amounts may be negative";
  EXPECT_EQ(
      of_all(
          R"({"sum":{"key":"cart","field":"amount"},"atLeast":50},{"sum":{"key":"cart","field":"amount"},"atMost":49})"),
      kNever);
}

TEST(NeverTrue, IsFoundInAges) {
  EXPECT_EQ(of_all(R"({"last":{"key":"a"},"atLeast":"10m"},{"seen":{"key":"a"},"within":"10m"})"), kNever);
  EXPECT_EQ(of_all(R"({"last":{"key":"a"},"atLeast":"10m"},{"seen":{"key":"a"},"within":"11m"})"), kNone);
  EXPECT_EQ(of_all(R"({"last":{"key":"a"},"atLeast":"10m","within":"10m"})"), kNever);
  EXPECT_EQ(of_when(R"({"all":[{"last":{"key":"a"},"atMost":"10m"}],"none":[{"seen":{"key":"a"},"within":"11m"}]})"),
            kNever);
  EXPECT_EQ(of_when(R"({"all":[{"last":{"key":"a"},"atMost":"10m"}],"none":[{"seen":{"key":"a"},"within":"10m"}]})"),
            kNone)
      << "exactly ten minutes ago";
  EXPECT_EQ(of_all(R"({"absent":{"key":"b"},"after":{"key":"a"},"for":"10m"},{"seen":{"key":"b"},"within":"10m"})"),
            kNever);
  EXPECT_EQ(of_all(R"({"absent":{"key":"b"},"after":{"key":"a"},"for":"10m"},{"seen":{"key":"a"},"within":"10m"})"),
            kNever);
  EXPECT_EQ(of_all(R"({"absent":{"key":"b"},"after":{"key":"a"},"for":"30d"})"), kNever)
      << "the anchor has left the retention";
  EXPECT_EQ(of_all(R"({"last":{"key":"a"},"atLeast":"30d"})"), kNever);
}

TEST(NeverTrue, IsFoundInValuesAndContexts) {
  EXPECT_EQ(of_all(R"({"context":"c","in":["US"]},{"context":"c","in":["GB","DE"]})"), kNever);
  EXPECT_EQ(of_all(R"({"context":"c","in":["US","GB"]},{"context":"c","notIn":["GB","US","DE"]})"), kNever);
  EXPECT_EQ(of_all(R"({"context":"c","in":["US","GB"]},{"context":"c","notIn":["GB"]},{"context":"c","notIn":["US"]})"),
            kNever)
      << "all three together";
  EXPECT_EQ(
      of_all(R"({"context":"c","in":["US","GB"]},{"context":"c","in":["GB","DE"]},{"context":"c","notIn":["US"]})"),
      kNone);
  EXPECT_EQ(of_all(R"({"context":"c","in":["US"]},{"context":"d","in":["GB"]})"), kNone);
  EXPECT_EQ(of_all(R"({"distinct":{"key":"a","value":["x","y"]},"atLeast":3})"), kNever) << "there are two values";
  EXPECT_EQ(of_all(R"({"distinct":{"key":"a","value":["x","y*"]},"atLeast":3})"), kNone);
  EXPECT_EQ(of_all(R"({"score":"intent","atLeast":2},{"score":"intent","atMost":1})"), kNever);
}

TEST(NeverTrue, IsFoundWhereNoOpeningHourIsActive) {
  const char* weekend =
      R"("active":{"from":"2026-02-28T00:00:00Z","until":"2026-03-02T00:00:00Z","days":["mon","tue"],"zone":"UTC"})";
  EXPECT_EQ(kinds_of({rule(R"({"all":[{"seen":{"key":"a"}}]})", weekend)}), kNever);
  const char* a_minute_more =
      R"("active":{"from":"2026-02-28T00:00:00Z","until":"2026-03-02T00:01:00Z","days":["mon","tue"],"zone":"UTC"})";
  EXPECT_EQ(kinds_of({rule(R"({"all":[{"seen":{"key":"a"}}]})", a_minute_more)}), kNone);
}

TEST(NeverTrue, NamesThePairWithTheReasonAndSignalsThatShowIt) {
  const auto warnings = warnings_of({rule(
      R"({"all":[{"count":{"key":"a"},"within":"1h","atLeast":3}],"none":[{"count":{"key":"a"},"within":"1d","atLeast":2}]})")});
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_THAT(warnings[0].message, HasSubstr("when.all[0] (count of a within 1 h: at least 3) and when.none[0] (count "
                                             "of a within 1 d: not at least 2) contradict each other"));
  EXPECT_THAT(warnings[0].message,
              HasSubstr("one requires at least 3 × a within 1 h, the other at most 1 × a within 1 d"));
  EXPECT_THAT(warnings[0].witness.conditions, ElementsAre("when.all[0]", "when.none[0]"));
  EXPECT_EQ(warnings[0].witness.signals.size(), 3U) << "the first condition holds, and the second does not";
}

TEST(NeverTrue, SaysWhereMoreThanTheTwoAreNeeded) {
  const auto message = [](const std::string& when) { return warnings_of({rule(when)}).at(0).message; };
  EXPECT_THAT(
      message(
          R"({"all":[{"context":"c","in":["US","GB"]},{"context":"c","notIn":["GB"]},{"context":"c","notIn":["US"]}]})"),
      HasSubstr("leave c without a possible value, given the other conditions on it."));
  EXPECT_THAT(
      message(
          R"({"all":[{"count":{"key":"a"},"atMost":0},{"context":"c","in":["US"]}],"any":[{"seen":{"key":"a"}},{"context":"c","in":["GB"]}]})"),
      HasSubstr("All other alternatives conflict as well."));
}

TEST(AlwaysTrue, IsFoundWhereNoConditionCanFail) {
  EXPECT_EQ(of_when("{}"), kAlways);
  EXPECT_EQ(of_all(R"({"count":{"key":"a"},"atLeast":0})"), kAlways);
  EXPECT_EQ(of_all(R"({"count":{"key":"a"},"atMost":200})"), kAlways);
  EXPECT_EQ(of_when(R"({"any":[{"seen":{"key":"a"}},{"count":{"key":"a"},"atMost":0}]})"), kAlways);
  EXPECT_EQ(of_when(R"({"any":[{"seen":{"key":"a"}},{"count":{"key":"a"},"within":"1h","atMost":0}]})"), kAlways);
  EXPECT_EQ(of_when(R"({"any":[{"context":"c","in":["US","GB"]},{"context":"c","notIn":["US"]}]})"), kAlways);
  EXPECT_EQ(of_when(R"({"none":[{"count":{"key":"a"},"atLeast":201}]})"), kAlways);
  EXPECT_EQ(of_all(R"({"score":"intent","atLeast":-1})"), kAlways) << "no weight is negative";
}

TEST(AlwaysTrue, IsNotSaidOfWhatCanFail) {
  EXPECT_EQ(of_all(R"({"count":{"key":"a"},"atLeast":0},{"seen":{"key":"a"}})"), kNone);
  EXPECT_EQ(of_when(R"({"any":[{"seen":{"key":"a"}},{"count":{"key":"b"},"atMost":0}]})"), kNone);
  EXPECT_EQ(of_all(R"({"sum":{"key":"a","field":"n"},"atLeast":-9999999999})"), kNone)
      << "a sum of nothing compares false";
  EXPECT_EQ(of_all(R"({"score":"intent","atLeast":0.000001})"), kNone);
  EXPECT_EQ(kinds_of({rule("{}", R"("active":{"from":"2026-10-01T00:00:00Z"})")}), kNone);
}

TEST(Shadowed, IsFoundWhereTheOneBeforeHoldsWheneverThisOneDoes) {
  const auto behind = [](const std::string& when, const std::string& before, const std::string& more = "") {
    return kinds_of({rule(when, R"("priority":1)"), rule(before, R"("priority":2)" + more, "other")});
  };
  const std::string mine =
      R"({"all":[{"count":{"key":"cart","value":"add"},"within":"10m","atLeast":2},{"context":"c","in":["US"]}]})";
  EXPECT_EQ(behind(mine, "{}"), kShadowed);
  EXPECT_EQ(behind(mine, R"({"all":[{"seen":{"key":"cart"},"within":"1h"}]})"), kShadowed);
  EXPECT_EQ(behind(mine, R"({"any":[{"seen":{"key":"view"}},{"context":"c","in":["GB","US"]}]})"), kShadowed);
  EXPECT_EQ(behind(mine, R"({"none":[{"context":"c","in":["GB"]}]})"), kShadowed);
  EXPECT_EQ(behind(mine, R"({"all":[{"seen":{"key":"cart"},"within":"5m"}]})"), kNone);
  EXPECT_EQ(behind(mine, R"({"all":[{"seen":{"key":"cart"}},{"seen":{"key":"view"}}]})"), kNone);
  EXPECT_EQ(behind(mine, "{}", R"(,"limit":{"cooldown":"1h"})"), kNone) << "it is passed over when it is held back";
  EXPECT_EQ(behind(mine, "{}", R"(,"active":{"hours":"08:00-22:00"})"), kNone);
  EXPECT_EQ(behind(mine, "{}", R"(,"active":{"until":"2026-10-01T00:00:00Z"})"), kNone);
  EXPECT_EQ(behind(mine, "{}", R"(,"status":"paused")"), kNone);
  EXPECT_EQ(behind(mine, "{}", R"(,"status":"shadow")"), kNone);
  EXPECT_EQ(behind(mine, "{}", R"(,"split":{"holdout":50})"), kShadowed) << "holdout ends the search";
}

TEST(Shadowed, LooksAtTheOrderAndAtTheTrigger) {
  const std::string when = R"({"all":[{"seen":{"key":"a"}}]})";
  EXPECT_EQ(kinds_of({rule(when), rule("{}", "", "a")}), kShadowed) << "ties by ruleId";
  EXPECT_EQ(kinds_of({rule(when), rule("{}", "", "z")}), kNone);
  EXPECT_EQ(kinds_of({rule(when, R"("priority":2)"), rule("{}", R"("priority":1)", "a")}), kNone);
  EXPECT_EQ(kinds_of({rule(when), R"({"ruleId":"a","triggers":["u"],"when":{},"action":{"type":"x"}})"}), kNone);
}

TEST(Shadowed, IsSeenWhereBothKeepTheSameHours) {
  const std::string hours = R"("active":{"hours":"08:00-22:00","zone":"Europe/Berlin"})";
  EXPECT_EQ(kinds_of({rule(R"({"all":[{"seen":{"key":"a"}}]})", hours), rule("{}", hours, "other")}), kShadowed);
}

TEST(Shadowed, ShowsSignalsForWhichBothHoldAndTheOtherAnswers) {
  const auto warnings =
      warnings_of({rule(R"({"all":[{"count":{"key":"a"},"within":"1h","atLeast":2},{"context":"c","in":["US"]}]})",
                        R"("priority":1)"),
                   rule(R"({"all":[{"seen":{"key":"a"}}]})", R"("priority":2)", "other")});
  ASSERT_EQ(warnings.size(), 1U);
  const lint::Witness& witness = warnings[0].witness;
  EXPECT_EQ(witness.answered_by, "other");
  EXPECT_EQ(witness.trigger, "t");
  EXPECT_EQ(witness.signals.size(), 2U);
  EXPECT_THAT(witness.context, ElementsAre(std::pair<std::string, std::string>("c", "US")));
}

TEST(Shadowed, ShowsWhatCountersHaveCounted) {
  const auto warnings =
      warnings_of({rule(R"({"all":[{"ever":"orders","count":{"atLeast":5}},{"ever":"orders","sum":{"atLeast":99.5}},
                       {"ever":"orders","days":{"atLeast":3}},{"ever":"orders","last":{"age":{"atLeast":"10d"}}},
                       {"ever":"visits","count":{"atMost":0}}]})",
                        R"("priority":1)"),
                   rule(R"({"all":[{"ever":"orders","count":{"atLeast":2}}]})", R"("priority":2)", "other")});
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_EQ(warnings[0].kind, "shadowed");
  std::string text;
  json::Writer out(text);
  out.begin_object();
  warnings[0].witness.write(out);
  out.end_object();
  EXPECT_THAT(text, HasSubstr(R"("counters":{"orders":{"count":5,"sum":99.5,"first":"2026-02-13T12:00:00Z",)"
                              R"("last":"2026-02-15T12:00:00Z","days":3},)"
                              R"("visits":{"count":0,"sum":null,"first":null,"last":null,"days":0}})"));
}

TEST(UnknownRule, IsFoundWhereARuleAsksAboutDecisionsOfOneThatIsNotThere) {
  const auto asks_about = [](const std::string& id) {
    return rule(R"({"all":[{"decision":{"rule":")" + id + R"("},"atMost":2}]})");
  };
  const auto found = warnings_of({asks_about("welcom"), rule("{}", R"("status":"draft")", "welcome")});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().kind, "unknown_rule");
  EXPECT_THAT(found.front().witness.conditions, ElementsAre("when.all[0]"));
  EXPECT_TRUE(warnings_of({asks_about("welcome"), rule("{}", R"("status":"draft")", "welcome")}).empty());
  EXPECT_TRUE(warnings_of({asks_about("r")}).empty()) << "of itself";
}

TEST(MissingAnchor, IsFoundWhereAMessageNamesOneAndTheRuleWaitsForNone) {
  const auto says = [](const std::string& payload, const std::string& when = "{}", const std::string& triggers = "t") {
    return R"({"ruleId":"r","triggers":[")" + triggers + R"("],"when":)" + when +
           R"(,"action":{"type":"popup","payload":)" + payload + "}}";
  };
  const auto found =
      warnings_of({says(R"({"a":"{{anchor.value | default:'-'}} {{anchor.value}}","b":"{{signal.key}}"})",
                        R"({"all":[{"seen":{"key":"a"}}]})")});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().kind, "missing_anchor");
  EXPECT_THAT(found.front().message, HasSubstr("anchor.value has no value"));
  const std::string waits = R"({"all":[{"absent":{"key":"b"},"after":{"key":"a"},"for":"1h"}]})";
  EXPECT_TRUE(warnings_of({says(R"({"a":"{{anchor.value}}"})", waits)}).empty());
  EXPECT_TRUE(warnings_of({says(R"({"a":"{{anchor.value}}"})", waits, "@due")}).empty());
  EXPECT_EQ(warnings_of({says(R"({"l":{"$each":"anchor.metadata.items","as":"{{item}}"}})",
                              R"({"all":[{"seen":{"key":"a"}}]})")})
                .size(),
            1U);
  EXPECT_TRUE(warnings_of({says(R"({"a":"{{signal.value}}"})", R"({"all":[{"seen":{"key":"a"}}]})")}).empty());
}

TEST(OutdatedTimeZone, IsFoundWhereARuleNamesAZoneAndTheDatabaseIsOlderThanTheNewestKnown) {
  const auto warned = [](std::string_view release, const std::string& active) {
    const auto found = warnings_of({rule(R"({"all":[{"seen":{"key":"a"}}]})", R"("active":{)" + active + "}")}, kMonth,
                                   testing::ZonesOfRelease(release));
    return !found.empty() && found.front().kind == "outdated_time_zone";
  };
  const std::string hours = R"("hours":"09:00-17:00","zone":"America/Winnipeg")";
  EXPECT_TRUE(warned("2024a", hours));
  EXPECT_TRUE(warned("2026a", R"("days":["sat"],"zone":"Africa/Casablanca")"));
  EXPECT_FALSE(warned(kNewestZoneVersion, hours));
  EXPECT_FALSE(warned("2031a", hours));
  EXPECT_FALSE(warned("unknown", hours)) << "a warning is never wrong";
  EXPECT_FALSE(warned("2024a", R"("hours":"09:00-17:00")"));
  EXPECT_FALSE(warned("2024a", R"("hours":"09:00-17:00","zone":"UTC")"));
  EXPECT_FALSE(warned("2024a", R"("hours":"09:00-17:00","zone":"Etc/GMT+5")"));
  EXPECT_FALSE(warned("2024a", R"("from":"2026-01-01T00:00:00Z")"));
}

TEST(OutdatedTimeZone, NamesTheZoneBothReleasesAndWhatToDo) {
  const auto warnings = warnings_of(
      {rule(R"({"all":[{"seen":{"key":"a"}}]})", R"("active":{"hours":"09:00-17:00","zone":"America/Edmonton"})")},
      kMonth, testing::ZonesOfRelease("2023d"));
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_THAT(warnings[0].witness.conditions, ElementsAre("active.zone"));
  for (const char* said : {"2023d", "2026f", "America/Edmonton", "tzdata", "restart"})
    EXPECT_THAT(warnings[0].message, HasSubstr(said));
}

TEST(WindowBeyondRetention, IsFoundInWindowsAndAges) {
  EXPECT_THAT(of_all(R"({"seen":{"key":"a"},"within":"31d"})"), ElementsAre("window_beyond_retention"));
  EXPECT_THAT(of_all(R"({"last":{"key":"a"},"atMost":"31d"})"), ElementsAre("window_beyond_retention"));
  EXPECT_THAT(of_all(R"({"steps":[{"key":"a"},{"key":"b"}],"within":"31d","reached":2})"),
              ElementsAre("window_beyond_retention"));
  EXPECT_THAT(of_all(R"({"seen":{"key":"a"},"within":"30d"})"), IsEmpty());
  const auto warnings = warnings_of({rule(R"({"none":[{"seen":{"key":"a"},"within":"60d"}]})")});
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_EQ(warnings[0].message,
            "when.none[0] looks back 60 d, but signals are only kept for 30 d; older signals never count.");
  ASSERT_EQ(warnings[0].witness.signals.size(), 1U);
  EXPECT_EQ(warnings[0].witness.signals[0].ago, 24h * 45);
}

TEST(UnreachableCap, IsFoundWhereTheCooldownLeavesNoRoomForIt) {
  const auto limited = [](const std::string& limit, const std::vector<std::string>& more = {}) {
    std::vector<std::string> rules{rule(R"({"all":[{"seen":{"key":"a"}}]})", R"("limit":)" + limit)};
    rules.insert(rules.end(), more.begin(), more.end());
    return kinds_of(rules);
  };
  const std::vector<std::string> unreachable{"unreachable_cap"};
  EXPECT_EQ(limited(R"({"cooldown":"24h","caps":[{"max":7,"per":"7d"}]})"), unreachable);
  EXPECT_EQ(limited(R"({"cooldown":"24h","caps":[{"max":6,"per":"7d"}]})"), kNone)
      << "the seventh of a week is held back";
  EXPECT_EQ(limited(R"({"cooldown":"24h","caps":[{"max":1,"per":"24h"}]})"), unreachable);
  EXPECT_EQ(limited(R"({"cooldown":"24h","caps":[{"max":1,"per":"25h"}]})"), kNone);
  EXPECT_EQ(limited(R"({"cooldown":"24h","caps":[{"max":9,"per":"session"}]})"), kNone) << "a session may last";
  EXPECT_EQ(limited(R"({"caps":[{"max":7,"per":"7d"}]})"), kNone);
  const std::string grouped = R"({"cooldown":"24h","caps":[{"max":7,"per":"7d"}],"group":"g"})";
  EXPECT_EQ(limited(grouped), unreachable);
  EXPECT_EQ(limited(grouped, {rule(R"({"all":[{"seen":{"key":"b"}}]})", R"("limit":{"group":"g"})", "z")}), kNone)
      << "another rule spends from it";
}

TEST(UnreachableCap, SaysHowManyTheCooldownLeavesRoomFor) {
  const auto says = [](const std::string& limit) {
    const auto warnings = warnings_of({rule(R"({"all":[{"seen":{"key":"a"}}]})", R"("limit":)" + limit)});
    return warnings.size() == 1 ? warnings[0].message : std::string();
  };
  EXPECT_EQ(says(R"({"cooldown":"24h","caps":[{"max":2,"per":"24h"}]})"),
            "limit.caps[0] has no effect: the cooldown of 1 d leaves room for at most 1 exposure within 1 d, and the "
            "cap allows 2.");
  EXPECT_EQ(says(R"({"cooldown":"2d","caps":[{"max":4,"per":"7d"}]})"),
            "limit.caps[0] has no effect: the cooldown of 2 d leaves room for at most 4 exposures within 7 d, and the "
            "cap allows 4.");
}

TEST(Lint, WritesItsWarningsAsJson) {
  const auto warnings =
      warnings_of({rule(R"({"all":[{"count":{"key":"a"},"atLeast":3},{"count":{"key":"a"},"atMost":2}]})")});
  EXPECT_EQ(
      to_json(warnings),
      R"([{"kind":"never_true","message":"It never matches: when.all[0] (count of a in this session: at least 3) and when.all[1] (count of a in this session: at most 2) contradict each other: one requires at least 3 × a within 30 d, the other at most 2 × a within 30 d.",)"
      R"("conditions":["when.all[0]","when.all[1]"],"witness":[{"signalKey":"a","at":"2026-02-25T12:00:00Z","times":3}],"at":"2026-02-25T12:00:00Z","context":{}}])");
}

TEST(Groups, AreReasonedAbout) {
  const std::string two = R"({"count":{"key":"a"},"within":"1h","atLeast":2})",
                    one = R"({"count":{"key":"a"},"within":"1h","atLeast":1})", b = R"({"seen":{"key":"b"}})";
  EXPECT_EQ(of_when(R"({"all":[{"any":[{"all":[)" + two + "," + b + R"(]},)" + two + R"(]}],"none":[)" + one + "]}"),
            kNever);
  EXPECT_EQ(of_when(R"({"all":[{"any":[{"all":[)" + two + "," + b + R"(]},)" + b + R"(]}],"none":[)" + one + "]}"),
            kNone);
  EXPECT_EQ(of_when(R"({"any":[{"none":[)" + one + R"(]},)" + one + "]}"), kAlways);
  EXPECT_EQ(of_when(R"({"any":[{"none":[)" + two + R"(]},{"all":[)" + one + "," + b + "]}]}"), kNone);
  EXPECT_EQ(kinds_of({rule(R"({"all":[)" + two + "," + b + "]}", R"("priority":1)"),
                      rule(R"({"any":[{"all":[)" + one + "," + b + R"(]},{"none":[)" + one + "]}]}", R"("priority":2)",
                           "other")}),
            kShadowed);
}

}  // namespace
}  // namespace beckon::rules
