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

TEST(Decimal, TakesNoAmountThatASumCouldNotHold) {
  EXPECT_EQ(millionths("10000000000"), std::nullopt);
  EXPECT_EQ(millionths("1e300"), std::nullopt);
  EXPECT_EQ(millionths("0e300"), 0);
}

TEST(Decimal, IsWrittenWithoutIdleZeros) {
  EXPECT_EQ(decimal_text(0), "0");
  EXPECT_EQ(decimal_text(12'500'000), "12.5");
  EXPECT_EQ(decimal_text(-1), "-0.000001");
}

TEST(NumberIn, FindsAFieldAtTheTopOfAnObject) {
  EXPECT_EQ(number_in(R"({"amount":12.5})", "amount"), 12'500'000);
  EXPECT_EQ(number_in(R"({ "a" : {"amount":1,"b":"}\""} , "l":[1,{"amount":2}], "amount" : -3 })", "amount"),
            -3'000'000);
  EXPECT_EQ(number_in(R"({"\u0061mount":7})", "amount"), 7'000'000);
  EXPECT_EQ(number_in(R"({"amount":"12"})", "amount"), std::nullopt);
  EXPECT_EQ(number_in(R"({"amount":null,"n":1})", "amount"), std::nullopt);
  EXPECT_EQ(number_in(R"({"n":1})", "amount"), std::nullopt);
  EXPECT_EQ(number_in("{}", "amount"), std::nullopt);
  EXPECT_EQ(number_in("", "amount"), std::nullopt);
}

}  // namespace
}  // namespace beckon::rules
