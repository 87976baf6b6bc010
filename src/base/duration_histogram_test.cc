#include "base/duration_histogram.h"

#include <gtest/gtest.h>

namespace beckon {
namespace {

using namespace std::chrono_literals;

TEST(DurationHistogram, CountsADurationUnderTheFirstBoundThatItDoesNotExceed) {
  DurationHistogram histogram;
  histogram.observe(0us);
  histogram.observe(100us);
  histogram.observe(101us);
  histogram.observe(10s);
  histogram.observe(10s + 1us);
  EXPECT_EQ(histogram.count(0), 2u);
  EXPECT_EQ(histogram.count(1), 1u);
  EXPECT_EQ(histogram.count(DurationHistogram::kBounds.size() - 1), 1u);
  EXPECT_EQ(histogram.count(DurationHistogram::kBounds.size()), 1u) << "longer than every bound";
  EXPECT_EQ(histogram.total(), 20s + 202us);
}

TEST(DurationHistogram, HasBoundsThatRise) {
  EXPECT_TRUE(std::ranges::is_sorted(DurationHistogram::kBounds, std::less_equal{}));
}

}  // namespace
}  // namespace beckon
