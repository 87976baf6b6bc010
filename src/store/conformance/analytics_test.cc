#include <cmath>

#include "store/conformance/suite.h"

namespace beckon::store {
namespace {

using namespace std::chrono_literals;
using commit::Analytics;
using commit::Metric;
using commit::Revenue;
using commit::TallyKey;

constexpr Instant kHour = instant_ms(1'699'999'200'000);  // a full hour, 22:00 UTC
constexpr Instant kMidnight = kHour + 2h;

class AnalyticsOfAStore : public Conformance {
 protected:
  void SetUp() override { ASSERT_TRUE(directory().add_handle(kAcme, "owner@acme.example", audit_entry("aud_1"))); }

  static TallyKey key(Instant hour, std::string trigger, std::string rule = "", std::string variant = "") {
    return {.handle = kAcme,
            .hour = hour,
            .trigger = std::move(trigger),
            .rule = RuleId(rule),
            .variant = std::move(variant)};
  }
  void count(std::vector<std::tuple<TallyKey, Metric, std::int64_t>> what) {
    commit::Tallies tallies;
    for (const auto& [key, metric, n] : what) tallies[key][static_cast<std::size_t>(metric)] += n;
    write({.at = kStart, .changes = {tallies}});
  }
  std::string found(Analytics::Question question, std::size_t limit = 100) {
    std::string all;
    const auto rows = store().analytics().tallies(question, limit).value();
    for (const auto& [key, counts] : rows) {
      all += name(key) + "@" + std::to_string((key.hour - kHour) / 1h);
      for (const std::int64_t n : counts) all += " " + std::to_string(n);
      all += "; ";
    }
    return all;
  }
  // Revenue rows are next to rows of counts.
  void earn(const TallyKey& key, const std::string& currency, const Revenue& revenue) {
    write({.at = kStart, .changes = {commit::GoalTallies{{key, {.revenue = {{currency, revenue}}, .times = {}}}}}});
  }
  void took(const TallyKey& key, std::int64_t seconds, std::int64_t n) {
    write({.at = kStart, .changes = {commit::GoalTallies{{key, {.revenue = {}, .times = {{seconds, n}}}}}}});
  }
  static std::string name(const TallyKey& key) {
    return key.trigger + "/" + key.rule.text + "/" + key.variant + (key.shadow ? "/shadow" : "") +
           (key.holdout ? "/holdout" : "");
  }
  std::string earned(const Analytics::Question& question, std::size_t limit = 100) {
    std::string all;
    const auto rows = store().analytics().revenue(question, limit).value();
    for (const auto& [key, currency, n, value, squares] : rows)
      all += name(key) + "@" + std::to_string((key.hour - kHour) / 1h) + " " + (currency.empty() ? "none" : currency) +
             " " + std::to_string(n) + " " + std::to_string(value) + " " + std::to_string(std::llround(*squares)) +
             "; ";
    return all;
  }
  std::string times(const Analytics::Question& question) {
    std::string all;
    EXPECT_TRUE(store().analytics().times(question, [&](const commit::TimeTally& one) {
      all += name(one.key) + " " + std::to_string(one.seconds) + " " + std::to_string(one.conversions) + "; ";
    }));
    return all;
  }
  static Analytics::Question all() { return {.handle = kAcme, .since = kHour, .until = kHour + 100h}; }
};
BECKON_ON_EVERY_DRIVER(AnalyticsOfAStore);

TEST_P(AnalyticsOfAStore, AddUpWhatEachCommitCounts) {
  count({{key(kHour, "checkout"), Metric::kAsked, 3}, {key(kHour, "checkout", "r", "a"), Metric::kActed, 1}});
  count({{key(kHour, "checkout"), Metric::kAsked, 2}, {key(kHour, "checkout", "r", "a"), Metric::kValue, 12'500'000}});
  EXPECT_EQ(found(all()),
            "checkout//@0 5 0 0 0 0 0 0 0 0 0 0 0 0 0; checkout/r/a@0 0 1 0 0 0 0 0 0 0 0 0 0 0 12500000; ");
}

TEST_P(AnalyticsOfAStore, ClampValuesThatBecomeTooGreatAndNeverWrapAround) {
  constexpr std::int64_t kHuge = 7'000'000'000'000'000'001;
  for (const int hour : {0, 0, 1}) count({{key(kHour + hour * 1h, "t", "r"), Metric::kValue, kHuge}});
  count({{key(kHour, "t", "refunds"), Metric::kValue, -kHuge}});
  count({{key(kHour, "t", "refunds"), Metric::kValue, -kHuge}});
  EXPECT_EQ(
      found(all()),
      "t/r/@0 0 0 0 0 0 0 0 0 0 0 0 0 0 8000000000000000000; t/r/@1 0 0 0 0 0 0 0 0 0 0 0 0 0 7000000000000000001; "
      "t/refunds/@0 0 0 0 0 0 0 0 0 0 0 0 0 0 -8000000000000000000; ");
  Analytics::Question by_day = all();
  by_day.bucket = 24h;
  EXPECT_NE(found(by_day).find(" 8000000000000000000; t/refunds/"), std::string::npos);
}

TEST_P(AnalyticsOfAStore, TellEveryMetricAndEveryArmApart) {
  TallyKey shadow = key(kHour, "t", "r"), holdout = key(kHour, "t", "r");
  shadow.shadow = true;
  holdout.holdout = true;
  commit::Tallies tallies;
  tallies[key(kHour, "t", "r")] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14};
  tallies[shadow] = {0, 1};
  tallies[holdout] = {0, 0, 0, 1};
  write({.at = kStart, .changes = {tallies}});
  EXPECT_EQ(found(all()),
            "t/r/@0 1 2 3 4 5 6 7 8 9 10 11 12 13 14; t/r//holdout@0 0 0 0 1 0 0 0 0 0 0 0 0 0 0; t/r//shadow@0 0 1 0 "
            "0 0 0 0 0 0 0 0 0 0 0; ");
}

TEST_P(AnalyticsOfAStore, AreReadByTheHourOrByTheDay) {
  for (int hour = 0; hour < 4; ++hour) count({{key(kHour + std::chrono::hours{hour}, "t"), Metric::kAsked, 1 + hour}});
  EXPECT_EQ(found({.handle = kAcme, .since = kHour + 1h, .until = kHour + 3h}),
            "t//@1 2 0 0 0 0 0 0 0 0 0 0 0 0 0; t//@2 3 0 0 0 0 0 0 0 0 0 0 0 0 0; ");
  auto days = all();
  days.bucket = 24h;
  EXPECT_EQ(found(days), "t//@-22 3 0 0 0 0 0 0 0 0 0 0 0 0 0; t//@2 7 0 0 0 0 0 0 0 0 0 0 0 0 0; ");
}

TEST_P(AnalyticsOfAStore, OfOneRuleComeWithTheTriggersAsAWhole) {
  count({{key(kHour, "t"), Metric::kAsked, 2},
         {key(kHour, "t", "a"), Metric::kActed, 1},
         {key(kHour, "t", "b"), Metric::kActed, 1},
         {key(kHour, "u", "a"), Metric::kActed, 1}});
  auto question = all();
  question.rule = RuleId{"a"};
  EXPECT_EQ(
      found(question),
      "t//@0 2 0 0 0 0 0 0 0 0 0 0 0 0 0; t/a/@0 0 1 0 0 0 0 0 0 0 0 0 0 0 0; u/a/@0 0 1 0 0 0 0 0 0 0 0 0 0 0 0; ");
  question.trigger = "u";
  EXPECT_EQ(found(question), "u/a/@0 0 1 0 0 0 0 0 0 0 0 0 0 0 0; ");
}

TEST_P(AnalyticsOfAStore, AreNoMoreThanAskedForAndOfOneTenant) {
  count({{key(kHour, "a"), Metric::kAsked, 1}, {key(kHour, "b"), Metric::kAsked, 1}});
  EXPECT_EQ(found(all(), 1), "a//@0 1 0 0 0 0 0 0 0 0 0 0 0 0 0; ");
  EXPECT_EQ(found({.handle = kOther, .since = kHour, .until = kHour + 1h}), "");
}

TEST_P(AnalyticsOfAStore, AddUpRevenueByCurrencyAndTakeItAway) {
  const TallyKey a = key(kHour, "t", "r", "a"), later = key(kHour + 1h, "t", "r", "a");
  earn(a, "EUR", {1, 19'990'000, Revenue::Squares{199'900} * 199'900});
  earn(a, "USD", {1, 5'000'000, Revenue::Squares{50'000} * 50'000});
  earn(a, "EUR", {2, 10'000'000, Revenue::Squares{2 * 50'000} * 50'000});
  earn(a, "", {1, 1'000'000, 10'000 * 10'000});
  earn(later, "EUR", {1, 1'000'000, 10'000 * 10'000});
  EXPECT_EQ(earned(all()),
            "t/r/a@0 none 1 1000000 100000000; t/r/a@0 EUR 3 29990000 44960010000; t/r/a@0 USD 1 5000000 2500000000; "
            "t/r/a@1 EUR 1 1000000 100000000; ");
  earn(later, "EUR", {-3, -29'990'000, Revenue::Squares{-4'496'001} * 10'000});
  EXPECT_EQ(earned({.handle = kAcme, .since = kHour + 1h, .until = kHour + 2h}),
            "t/r/a@1 EUR -2 -28990000 -44860010000; ");
  auto days = all();
  days.bucket = 24h;
  EXPECT_EQ(
      earned(days),
      "t/r/a@-22 none 1 1000000 100000000; t/r/a@-22 EUR 1 1000000 100000000; t/r/a@-22 USD 1 5000000 2500000000; ");
  EXPECT_EQ(earned(all(), 2), "t/r/a@0 none 1 1000000 100000000; t/r/a@0 EUR 3 29990000 44960010000; ");
}

TEST_P(AnalyticsOfAStore, CountConversionsByTheirTimeOverTheWholeRange) {
  const TallyKey a = key(kHour, "t", "r", "a"), later = key(kHour + 30h, "t", "r", "a");
  took(later, 7, 1);
  took(a, 60, 2);
  took(later, 60, 1);
  took(later, 3'600, -1);
  EXPECT_EQ(times(all()), "t/r/a 7 1; t/r/a 60 3; t/r/a 3600 -1; ");
  EXPECT_EQ(times({.handle = kAcme, .since = kHour, .until = kHour + 1h}), "t/r/a 60 2; ");
}

TEST_P(AnalyticsOfAStore, TellRevenueAndTimesOfEveryArmApart) {
  TallyKey shadow = key(kHour, "t", "r"), holdout = key(kHour, "t", "r");
  shadow.shadow = true;
  holdout.holdout = true;
  for (const TallyKey& one : {key(kHour, "t", "r"), shadow, holdout, key(kHour, "u", "r"), key(kHour, "t", "s")}) {
    earn(one, "EUR", {1, 1'000'000, 10'000 * 10'000});
    took(one, 60, 1);
  }
  EXPECT_EQ(earned(all()),
            "t/r/@0 EUR 1 1000000 100000000; t/r//holdout@0 EUR 1 1000000 100000000; t/r//shadow@0 EUR 1 1000000 "
            "100000000; t/s/@0 EUR 1 1000000 100000000; "
            "u/r/@0 EUR 1 1000000 100000000; ");
  EXPECT_EQ(times(all()), "t/r/ 60 1; t/r//holdout 60 1; t/r//shadow 60 1; t/s/ 60 1; u/r/ 60 1; ");
  auto one = all();
  one.rule = RuleId{"r"};
  one.trigger = "u";
  EXPECT_EQ(earned(one), "u/r/@0 EUR 1 1000000 100000000; ");
  EXPECT_EQ(times(one), "u/r/ 60 1; ");
  one.handle = kOther;
  EXPECT_EQ(earned(one) + times(one), "");
}

TEST_P(AnalyticsOfAStore, ClampRevenueThatBecomesTooGreat) {
  constexpr std::int64_t kHuge = 7'000'000'000'000'000'001;
  for (const int hour : {0, 0, 1}) earn(key(kHour + hour * 1h, "t", "r"), "EUR", {1, kHuge, 0});
  auto days = all();
  days.bucket = 24h * 30;
  EXPECT_NE(earned(days).find(" EUR 3 8000000000000000000 0; "), std::string::npos) << earned(days);
}

TEST_P(AnalyticsOfAStore, LoseRevenueAndTimesAtTheAgeOfCounts) {
  for (const TallyKey& one : {key(kHour, "t", "old"), key(kMidnight, "t", "new")}) {
    count({{one, Metric::kConverted, 1}});
    earn(one, "EUR", {1, 1'000'000, 0});
    took(one, 60, 1);
  }
  write({.at = kStart, .changes = {commit::SweepTallies{kMidnight}}});
  EXPECT_EQ(store().analytics().tallies(all(), 9)->size(), 1u);
  EXPECT_EQ(earned(all()), "t/new/@2 EUR 1 1000000 0; ");
  EXPECT_EQ(times(all()), "t/new/ 60 1; ");
}

TEST_P(AnalyticsOfAStore, GoWhenTheyAreOldAFewAtATime) {
  std::vector<std::tuple<TallyKey, Metric, std::int64_t>> many;
  for (int i = 0; i < commit::Batch::kSweep + 5; ++i)
    many.push_back({key(kHour, "t" + std::to_string(1000 + i)), Metric::kAsked, 1});
  many.push_back({key(kMidnight, "kept"), Metric::kAsked, 1});
  count(many);
  write({.at = kStart, .changes = {commit::SweepTallies{kMidnight}}});
  EXPECT_EQ(store().analytics().tallies(all(), 1000)->size(), 6u);
  write({.at = kStart, .changes = {commit::SweepTallies{kMidnight}}});
  EXPECT_EQ(found(all()), "kept//@2 1 0 0 0 0 0 0 0 0 0 0 0 0 0; ");
}

}  // namespace
}  // namespace beckon::store
