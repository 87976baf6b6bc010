#include "rules/language/decimal.h"

#include <gtest/gtest.h>

#include <limits>

namespace beckon::rules {
namespace {

TEST(Decimal, TellsTheLeastNumberOfAll) {
  EXPECT_EQ(decimal_text(std::numeric_limits<std::int64_t>::min()), "-9223372036854.775808");
}

TEST(Decimal, KeepsSixPlaces) {
  EXPECT_EQ(millionths("0"), 0);
  EXPECT_EQ(millionths("50"), 50'000'000);
  EXPECT_EQ(millionths("-12.50"), -12'500'000);
  EXPECT_EQ(millionths("0.000001"), 1);
  EXPECT_EQ(millionths("0.0000005"), 1);
  EXPECT_EQ(millionths("0.00000049"), 0);
  EXPECT_EQ(millionths("-0.0000005"), -1);
  EXPECT_EQ(millionths("0.9999999"), 1'000'000);
  EXPECT_EQ(millionths("0.0000000001"), 0);
  EXPECT_EQ(millionths("1.5e3"), 1'500'000'000);
  EXPECT_EQ(millionths("1500E-3"), 1'500'000);
  EXPECT_EQ(millionths("5e-7"), 1);
  EXPECT_EQ(millionths("5e-400"), 0);
  EXPECT_EQ(millionths("9999999999.999999"), 9'999'999'999'999'999);
}

TEST(Decimal, HasRoomForGreatAmountsAndClampsWhatLiesBeyond) {
  EXPECT_EQ(millionths("31000000000.5"), 31'000'000'000'500'000);
  EXPECT_EQ(millionths("7999999999999.999999"), 7'999'999'999'999'999'999);
  for (const char* beyond : {"8000000000000", "7999999999999.9999999", "99999999999999999999", "2e13", "1e300"}) {
    EXPECT_EQ(millionths(beyond), kMostAmount) << beyond;
    EXPECT_EQ(millionths(std::string("-") + beyond), -kMostAmount) << beyond;
  }
  EXPECT_EQ(millionths("0e300"), 0);
}

TEST(Decimal, CutsPlacesOffOrRoundsThemUpWhereAsked) {
  EXPECT_EQ(millionths("0.7999999", Rounding::kDown), 799'999);
  EXPECT_EQ(millionths("0.7999990", Rounding::kUp), 799'999);
  EXPECT_EQ(millionths("0.79999900001", Rounding::kUp), 800'000);
  EXPECT_EQ(millionths("3e-9", Rounding::kDown), 0);
  EXPECT_EQ(millionths("3e-9", Rounding::kUp), 1);
  EXPECT_EQ(millionths("0.8", Rounding::kUp), millionths("0.8", Rounding::kDown));
}

TEST(AmountSum, NeverWrapsAroundAndDoesNotDependOnTheOrder) {
  AmountSum up, back;
  for (int i = 0; i < 5'000; ++i) up.add(kMostAmount);
  EXPECT_EQ(up.millionths(), kMostAmount);
  for (int i = 0; i < 5'000; ++i) back.add(-kMostAmount), up.add(-kMostAmount);
  EXPECT_EQ(back.millionths(), -kMostAmount);
  EXPECT_EQ(up.millionths(), 0);
  up.add(-1'500'000), up.add(2'250'001);
  EXPECT_EQ(up.millionths(), 750'001);
}

TEST(AmountSum, OfMoreThanAMillionGreatestAmountsStaysTheGreatest) {
  AmountSum up, down;
  for (int i = 0; i < 1'300'000; ++i) up.add(kMostAmount), down.add(-kMostAmount);
  EXPECT_EQ(up.millionths(), kMostAmount);
  EXPECT_EQ(down.millionths(), -kMostAmount);
}

TEST(Decimal, IsWrittenWithoutIdleZeros) {
  EXPECT_EQ(decimal_text(0), "0");
  EXPECT_EQ(decimal_text(12'500'000), "12.5");
  EXPECT_EQ(decimal_text(-1), "-0.000001");
}

}  // namespace
}  // namespace beckon::rules
