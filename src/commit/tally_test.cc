#include "commit/tally.h"

#include <gtest/gtest.h>

#include <limits>

#include "rules/language/decimal.h"

namespace beckon::commit {
namespace {

using namespace std::chrono_literals;

TEST(CountedSeconds, AreRoundedToThreeSignificantDigits) {
  EXPECT_EQ(counted_seconds(0ms), 0);
  EXPECT_EQ(counted_seconds(-5s), 0) << "a signal is never before its decision";
  EXPECT_EQ(counted_seconds(499ms), 0);
  EXPECT_EQ(counted_seconds(500ms), 1);
  for (int s = 0; s < 1'000; ++s) EXPECT_EQ(counted_seconds(std::chrono::seconds{s}), s);
  EXPECT_EQ(counted_seconds(1'004s), 1'000);
  EXPECT_EQ(counted_seconds(1'005s), 1'010);
  EXPECT_EQ(counted_seconds(9'995s), 10'000);
  EXPECT_EQ(counted_seconds(1h), 3'600);
  EXPECT_EQ(counted_seconds(24h), 86'400);
  EXPECT_EQ(counted_seconds(7 * 24h), 605'000);
}

TEST(CountedSeconds, AreOffByAtMostHalfAPercentAndFewAreTheSame) {
  std::int64_t last = 0, kept = 0;
  for (std::int64_t s = 1; s < 90 * 86'400; s += 1 + s / 2'000) {
    const std::int64_t counted = counted_seconds(std::chrono::seconds{s});
    EXPECT_LE(std::abs(counted - s) * 200, s) << s;
    EXPECT_GE(counted, last) << s;
    kept += counted != last;
    last = counted;
  }
  EXPECT_LT(kept, 4'600) << "all that there are in 90 days";
}

TEST(RevenueOfACurrency, AddsUpAndTakesAway) {
  Revenue sum;
  const Revenue one{.conversions = 1, .value = 19'990'000, .squares = Revenue::Squares{199'900} * 199'900};
  add(sum, one);
  add(sum, {.conversions = -one.conversions, .value = -one.value, .squares = -one.squares});
  EXPECT_EQ(sum, Revenue{});
}

TEST(RevenueOfACurrency, NeverWrapsAround) {
  const Revenue::Squares root = rules::kMostAmount / Revenue::kSquared;
  Revenue most{.conversions = 1, .value = rules::kMostAmount, .squares = root * root};
  for (int i = 0; i < 100; ++i) add(most, most);
  EXPECT_EQ(most.value, rules::kMostAmount);
  EXPECT_EQ(most.conversions, rules::kMostAmount);
  EXPECT_GT(most.squares, root * root);
}

}  // namespace
}  // namespace beckon::commit
