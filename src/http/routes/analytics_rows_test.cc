#include "http/routes/analytics_rows.h"

#include <gtest/gtest.h>

namespace beckon::http {
namespace {

// "90.5 of 2"
std::string median(const Times& times) {
  const TimeToConvert found = time_to_convert(times);
  std::string text = found.median ? std::to_string(*found.median) : "none";
  if (found.median) text.resize(text.find('.') + 2);
  return text + " of " + std::to_string(found.conversions);
}

TEST(TimeToConvertOf, IsTheMiddleOneOrHalfwayBetweenTheTwoInTheMiddle) {
  EXPECT_EQ(median({}), "none of 0");
  EXPECT_EQ(median({{60, 1}}), "60.0 of 1");
  EXPECT_EQ(median({{60, 1}, {121, 1}}), "90.5 of 2");
  EXPECT_EQ(median({{1, 1}, {2, 1}, {900, 1}}), "2.0 of 3");
  EXPECT_EQ(median({{1, 2}, {900, 2}}), "450.5 of 4");
  EXPECT_EQ(median({{1, 1}, {2, 5}, {900, 2}}), "2.0 of 8");
}

TEST(TimeToConvertOf, LeavesOutTimesOfWhichMoreWasTakenAwayThanCounted) {
  EXPECT_EQ(median({{5, -1}}), "none of 0");
  EXPECT_EQ(median({{5, -3}, {60, 2}, {70, 0}, {80, -1}}), "60.0 of 2");
}

}  // namespace
}  // namespace beckon::http
