// How long a decision is valid, and what its fingerprint covers: case by case. random_test.cc has the random ones.
#include <gtest/gtest.h>

#include "rules/reference/testing.h"

namespace beckon::rules {
namespace {

using namespace std::chrono_literals;
using testing::judge;
using testing::kNoon;
using testing::rule;
using testing::rule_set;
using testing::window;

constexpr Duration kTick{1};

Duration valid_for(const std::string& when, const std::vector<testing::Given>& given,
                   const ledger::Context& context = {}, Duration retention = testing::kMonth) {
  return judge(rule_set({rule(when, R"("ttl":"10d")")}), window(given), context, kNoon, retention).expires_at - kNoon;
}

TEST(Validity, EndsWhenACountedSignalLeaves) {
  EXPECT_EQ(valid_for(R"({"all":[{"count":{"key":"a"},"within":"10m","atLeast":1}]})", {{"a", 3min}, {"a", 9min}}),
            1min);
  EXPECT_EQ(valid_for(R"({"all":[{"seen":{"key":"a"},"within":"10m"}]})", {{"a", 3min}, {"a", 9min}}), 7min)
      << "seen changes only with the newest";
  EXPECT_EQ(valid_for(R"({"all":[{"distinct":{"key":"a"},"within":"10m","atLeast":1}]})",
                      {{"a", 9min, "x"}, {"a", 6min, "y"}, {"a", 3min, "x"}}),
            4min);
}

TEST(Validity, EndsWhenAnAbsenceBecomesTrue) {
  EXPECT_EQ(valid_for(R"({"none":[{"absent":{"key":"b"},"after":{"key":"a"},"for":"10m"}]})", {{"a", 4min}}), 6min);
}

TEST(Validity, EndsWhenAnAgePassesItsBound) {
  EXPECT_EQ(valid_for(R"({"all":[{"last":{"key":"a"},"atMost":"10m"}]})", {{"a", 4min}}), 6min + kTick);
  EXPECT_EQ(valid_for(R"({"none":[{"last":{"key":"a"},"atLeast":"10m"}]})", {{"a", 4min}}), 6min);
}

TEST(Validity, EndsWhenASignalLeavesTheRetention) {
  EXPECT_EQ(valid_for(R"({"all":[{"seen":{"key":"a"}}]})", {{"a", 4min}}, {}, 1h), 56min);
  EXPECT_EQ(valid_for(R"({"all":[{"seen":{"key":"a"},"within":"2h"}]})", {{"a", 4min}}, {}, 1h), 56min);
}

TEST(Validity, EndsWhenASignalAheadComesIntoSight) {
  EXPECT_EQ(valid_for(R"({"none":[{"seen":{"key":"a"},"within":"10m"}]})", {{"a", -2min}}), 2min);
}

TEST(Validity, IsCappedByTheTtl) {
  const auto none = judge(rule_set({rule(R"({"all":[{"seen":{"key":"a"}}]})")}), window({}));
  EXPECT_EQ(none.expires_at, kNoon + 30s);
  EXPECT_EQ(judge(rule_set({rule("{}")}), window({})).expires_at, kNoon + 30s);
  EXPECT_EQ(judge(rule_set({rule("{}", R"("ttl":"5m")")}), window({})).expires_at, kNoon + 5min);
  EXPECT_EQ(judge(RuleSet(), window({})).expires_at, kNoon + 30s);
}

TEST(Validity, OfASuppressedAnswerIsCappedByTheTtlOfTheRuleThatItNames) {
  const std::string closed = R"("active":{"days":["sun"]})";  // it is a Wednesday
  const RuleSet set = rule_set({rule("{}", closed + R"(,"ttl":"7m","priority":2)", "first"),
                                rule("{}", closed + R"(,"ttl":"1m","priority":1)", "second")});
  const Verdict verdict = judge(set, window({}));
  EXPECT_EQ(verdict.outcome, Outcome::kSuppressed);
  EXPECT_EQ(verdict.rule, "first");
  EXPECT_EQ(verdict.expires_at, kNoon + 7min);
}

TEST(Validity, CountsOnlyWhatWasRead) {
  const std::string leaving = R"({"seen":{"key":"a"},"within":"10m"})";  // in a minute
  EXPECT_EQ(valid_for(R"({"any":[{"seen":{"key":"b"}},)" + leaving + "]}", {{"a", 9min}, {"b", 1min}}), 24h * 10);
  const RuleSet fails = rule_set({rule(R"({"all":[{"context":"c","in":["x"]},)" + leaving + "]}")});
  EXPECT_EQ(judge(fails, window({{"a", 10min - 1s}})).expires_at, kNoon + 30s);
}

// Rules that share an age, which is 4 min, and compare it with bounds of their own.
Duration all_valid_for(const std::vector<std::string>& rules, const std::vector<testing::Given>& given) {
  return judge(rule_set(rules), window(given)).expires_at - kNoon;
}
std::string absent_for(const std::string& minutes, const std::string& id, const std::string& more = "") {
  return rule(R"({"all":[{"absent":{"key":"b"},"after":{"key":"a"},"for":")" + minutes + "\"}" + more + "]}",
              R"("ttl":"1h")", id);
}

TEST(ValidityOfSharedAges, EndsWhenTheAgeReachesTheNearestBoundThatRulesOut) {
  const std::vector<testing::Given> given{{"a", 4min}, {"a", 9min}};
  EXPECT_EQ(all_valid_for({absent_for("245s", "r1"), absent_for("244s", "r2"), absent_for("1h", "r3")}, given), 4s);
  const auto quiet = [](const char* within, const char* id) {
    return rule(R"({"none":[{"seen":{"key":"a"},"within":")" + std::string(within) + "\"}]}", "", id);
  };
  EXPECT_EQ(all_valid_for({quiet("250s", "r1"), quiet("243s", "r2"), quiet("1h", "r3")}, given), 3s);
  const auto few = [](const char* within, const char* id) {
    return rule(R"({"all":[{"count":{"key":"a"},"atMost":1,"within":")" + std::string(within) + "\"}]}", "", id);
  };
  EXPECT_EQ(all_valid_for({few("545s", "r1"), few("550s", "r2"), few("1h", "r3")}, given), 5s);
}

TEST(ValidityOfSharedAges, IsNotEndedByABoundOfARuleBehindTheOneThatActs) {
  EXPECT_EQ(all_valid_for({absent_for("3m", "r1"), absent_for("250s", "r2")}, {{"a", 4min}}), 1h);
  EXPECT_EQ(all_valid_for({absent_for("250s", "r0"), absent_for("3m", "r1")}, {{"a", 4min}}), 10s)
      << "but of one before it";
}

TEST(ValidityOfSharedAges, IsNotEndedByABoundOfARuleThatAMissingSignalExcludes) {
  const std::string seen = R"(,{"seen":{"key":"c"},"within":"1h"})";
  EXPECT_EQ(all_valid_for({absent_for("244s", "r1", seen), absent_for("245s", "r2")}, {{"a", 4min}}), 5s);
  EXPECT_EQ(all_valid_for({absent_for("244s", "r1", seen), absent_for("245s", "r2")}, {{"a", 4min}, {"c", 1min}}), 4s);
}

TEST(ValidityOfSharedAges, IsNotEndedByACountThatStaysAboveItsBound) {
  const auto counted = [](const char* within, const char* id) {
    return rule(R"({"all":[{"count":{"key":"a"},"atLeast":1,"within":")" + std::string(within) + "\"}]}",
                R"("ttl":"1h")", id);
  };
  const std::vector<testing::Given> given{{"a", 4min}, {"a", 9min}};
  EXPECT_EQ(all_valid_for({counted("10m", "r1"), counted("20m", "r2")}, given), 6min);
}

TEST(Reading, DoesNotChangeForAnUnrelatedSignalOrField) {
  const RuleSet set =
      rule_set({rule(R"({"all":[{"count":{"key":"a"},"within":"10m","atLeast":1},{"context":"c","in":["x"]}]})")});
  const auto reading = judge(set, window({{"a", 3min}}), {{"c", "x"}}).reading;
  EXPECT_EQ(judge(set, window({{"a", 3min}, {"b", 1min}}), {{"c", "x"}, {"d", "y"}}).reading, reading);
  EXPECT_EQ(judge(set, window({{"a", 3min}}), {{"c", "x"}}, kNoon + 3min).reading, reading) << "nor with the instant";
}

TEST(Reading, HoldsWhenAnAnchorLeavesBeforeItsWaitIsOver) {
  const RuleSet set = rule_set({rule(R"({"all":[{"absent":{"key":"b"},"after":{"key":"a"},"for":"20m"}]})")});
  const ledger::Window given = window({{"a", 9min}, {"b", -3min}});
  EXPECT_EQ(judge(set, given, {}, kNoon, 10min).reading, judge(set, given, {}, kNoon + 2min, 10min).reading);
}

TEST(Reading, ChangesWithWhatMatters) {
  const std::string when =
      R"({"all":[{"count":{"key":"a"},"within":"10m","atLeast":1},{"context":"c","in":["x","y"]}]})";
  const RuleSet set = rule_set({rule(when)});
  const auto reading = judge(set, window({{"a", 3min}}), {{"c", "x"}}).reading;
  EXPECT_NE(judge(set, window({}), {{"c", "x"}}).reading, reading);
  EXPECT_EQ(judge(set, window({{"a", 4min}}), {{"c", "x"}}).reading, reading)
      << "the instant of expiry is told beside it";
  EXPECT_NE(judge(set, window({{"a", 3min}}), {{"c", "y"}}).reading, reading) << "a changed context";
  EXPECT_NE(judge(rule_set({rule(when, R"("ttl":"5m")")}), window({{"a", 3min}}), {{"c", "x"}}).reading, reading);
  EXPECT_EQ(judge(rule_set({rule(when, R"("name":"New name")")}), window({{"a", 3min}}), {{"c", "x"}}).reading,
            reading);
}

TEST(Since, CountsBehindTheNewestAnchorUntilItLeaves) {
  const auto held = [](const std::vector<testing::Given>& given, Duration retention = testing::kMonth) {
    const RuleSet set =
        rule_set({rule(R"({"all":[{"count":{"key":"a"},"since":{"key":"b"},"atLeast":2}]})", R"("ttl":"90d")")});
    const Verdict verdict = judge(set, window(given), {}, kNoon, retention);
    return std::pair(verdict.outcome, verdict.expires_at - kNoon);
  };
  using Held = std::pair<Outcome, Duration>;
  EXPECT_EQ(held({{"b", 9min}, {"a", 8min}, {"a", 7min}}, 10min), Held(Outcome::kAct, 1min)) << "with the anchor";
  EXPECT_EQ(held({{"a", 9min}, {"b", 8min}, {"a", 7min}}, 10min), Held(Outcome::kNone, 30s));
  EXPECT_EQ(held({{"b", 9min}, {"a", 8min}, {"a", 7min}, {"b", -5s}}, 10min), Held(Outcome::kAct, 5s))
      << "a newer anchor";
  EXPECT_EQ(held({{"a", 9min}, {"a", 8min}}, 10min), Held(Outcome::kNone, 30s)) << "without an anchor";
}

}  // namespace
}  // namespace beckon::rules
