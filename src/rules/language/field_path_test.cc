#include "rules/language/field_path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace beckon::rules {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(NumberIn, FindsAFieldAtTheTopOfAnObject) {
  EXPECT_EQ(number_in(R"({"amount":12.5})", "amount"), 12'500'000);
  EXPECT_EQ(number_in(R"({ "a" : {"amount":1,"b":"}\""} , "l":[1,{"amount":2}], "amount" : -3 })", "amount"),
            -3'000'000);
  EXPECT_EQ(number_in(R"({"\u0061mount":7})", "amount"), 7'000'000);
  EXPECT_EQ(number_in(R"({"amount":"19.90"})", "amount"), 19'900'000);
  EXPECT_EQ(number_in(R"({"amount":"-7"})", "amount"), -7'000'000);
  for (const char* no_number :
       {R"("")", R"("-")", R"("1.")", R"(".5")", R"("1,5")", R"("EUR 5")", R"("1e3")", R"("\u0031")"})
    EXPECT_EQ(number_in(std::string(R"({"amount":)") + no_number + "}", "amount"), std::nullopt) << no_number;
  EXPECT_EQ(number_in(R"({"amount":null,"n":1})", "amount"), std::nullopt);
  EXPECT_EQ(number_in(R"({"n":1})", "amount"), std::nullopt);
  EXPECT_EQ(number_in("{}", "amount"), std::nullopt);
  EXPECT_EQ(number_in("", "amount"), std::nullopt);
}

std::vector<std::string> led_to(std::string_view object, std::string_view field) {
  std::vector<std::string_view> found{"left over"};
  values_in(object, field, found);
  return {found.begin(), found.end()};
}

TEST(FieldPath, LeadsIntoObjects) {
  EXPECT_THAT(led_to(R"({"order" : {"x":{"net":1}, "total" : {"net": 12.5 , "tax":2}}})", "order.total.net"),
              ElementsAre("12.5"));
  EXPECT_THAT(led_to(R"({"a":{"b":{"c":{"d":true}}}})", "a.b.c.d"), ElementsAre("true"));
  EXPECT_THAT(led_to(R"({"a":{"b":"say \"hi\""}})", "a.b"), ElementsAre(R"("say \"hi\"")"));
}

TEST(FieldPath, LeadsToEveryElementOfAList) {
  EXPECT_THAT(led_to(R"({"items":[ {"price":3} , {"price":"4.50","of":[1,2]},{"price": null},{"name":"]"} ]})",
                     "items[].price"),
              ElementsAre("3", R"("4.50")", "", ""));
  EXPECT_THAT(led_to(R"({"tags":["a", "b,c" ,[1,2], {"x":1}]})", "tags[]"),
              ElementsAre(R"("a")", R"("b,c")", "[1,2]", R"({"x":1})"));
  EXPECT_THAT(
      led_to(R"({"orders":[{"lines":[{"n":1},{"n":2}]},{"lines":[]},{"lines":[{"n":3}]}]})", "orders[].lines[].n"),
      ElementsAre("1", "2", "3"));
  EXPECT_THAT(led_to(R"({"tags":[ ]})", "tags[]"), IsEmpty());
}

TEST(FieldPath, LeadsNowhereWhereSomethingIsMissingNullOrOfAnotherKind) {
  for (const char* object : {"", "{}", R"({"a":null})", R"({"a":5})", R"({"a":[{"b":1}]})", R"({"a":{"c":1}})",
                             R"({"a":{"b":null}})", R"({"b":1})"})
    EXPECT_THAT(led_to(object, "a.b"), ElementsAre("")) << object;
  for (const char* object : {"{}", R"({"a":{"b":1}})", R"({"a":7})", R"({"a":"[]"})"})
    EXPECT_THAT(led_to(object, "a[].b"), ElementsAre("")) << object;
}

TEST(FieldPath, MeansTheFieldOfThatNameFirst) {
  EXPECT_THAT(led_to(R"({"price":{"net":5},"price.net":7})", "price.net"), ElementsAre("7"));
  EXPECT_THAT(led_to(R"({"items[].price":1,"items":[{"price":2}]})", "items[].price"), ElementsAre("1"));
  EXPECT_THAT(led_to(R"({"price":{"net":5},"price.net":null})", "price.net"), ElementsAre("5"));
  EXPECT_THAT(led_to(R"({"a":{"b.c":1,"b":{"c":2}}})", "a.b.c"), ElementsAre("2")) << "only as a whole";
  EXPECT_THAT(led_to(R"({"price":5})", "price"), ElementsAre("5"));
}

TEST(FieldPath, HasFourNamesAtMostAndBracketsAtTheirEnd) {
  for (const char* text : {"a", "a b", "a.b", "a.b.c.d", "a[].b[].c.d[]", "a[]", "\"x\""})
    EXPECT_TRUE(is_field(text)) << text;
  for (const char* text :
       {"", ".", "a.", ".a", "a..b", "a.b.c.d.e", "a[0]", "a[0].b", "[]", "[].a", "a[][]", "a[]b", "a]"})
    EXPECT_FALSE(is_field(text)) << text;
}

TEST(AmountIn, AddsUpWhatAPathLeadsTo) {
  EXPECT_EQ(amount_in(R"({"order":{"total":"19.90"}})", "order.total"), 19'900'000);
  EXPECT_EQ(amount_in(R"({"items":[{"price":1.25},{"price":"x"},{"price":"2"},{}]})", "items[].price"), 3'250'000);
  EXPECT_EQ(amount_in(R"({"items":[{"price":"x"}]})", "items[].price"), std::nullopt);
  EXPECT_EQ(amount_in(R"({"amount":4})", "amount"), 4'000'000);
}

}  // namespace
}  // namespace beckon::rules
