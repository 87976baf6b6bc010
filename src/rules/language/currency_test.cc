#include "rules/language/currency.h"

#include <gtest/gtest.h>

namespace beckon::rules {
namespace {

TEST(Currency, IsACodeOfIso4217InCapitals) {
  for (const char* code : {"AED", "EUR", "USD", "JPY", "ZWL"}) EXPECT_TRUE(is_currency(code)) << code;
  for (const char* text : {"", "EU", "EURO", "eur", "XXX", "XAU", "AED ", " AFN", "ED ", "D A"})
    EXPECT_FALSE(is_currency(text)) << text;
}

TEST(Currency, IsTheThreeLettersThatAFieldNames) {
  EXPECT_EQ(currency_in(R"({"currency":"EUR"})", "currency"), "EUR");
  EXPECT_EQ(currency_in(R"({"currency":"eUr"})", "currency"), "EUR");
  EXPECT_EQ(currency_in(R"({"currency":"\u0045UR"})", "currency"), "EUR");
  EXPECT_EQ(currency_in(R"({"order":{"money":"usd"}})", "order.money"), "USD");
  EXPECT_EQ(currency_in(R"({"items":[{"c":null},{"c":"?"},{"c":"sek"},{"c":"NOK"}]})", "items[].c"), "SEK");
}

TEST(Currency, IsNoneWhereAFieldNamesNone) {
  for (const char* metadata : {"", "{}", R"({"c":null})", R"({"c":"euro"})", R"({"c":"€"})", R"({"c":978})",
                               R"({"c":["EUR"]})", R"({"c":true})", R"({"c":""})", R"({"c":"E R"})"})
    EXPECT_EQ(currency_in(metadata, "c"), "") << metadata;
}

}  // namespace
}  // namespace beckon::rules
