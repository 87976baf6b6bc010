#include "rules/language/metadata.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "rules/language/check_rule.h"
#include "rules/language/decimal.h"
#include "rules/language/read_filter.h"
#include "rules/lint/lint.h"
#include "rules/reference/testing.h"

namespace beckon::rules {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::holds;
using ::testing::IsEmpty;
using testing::window;

Filter filter_of(const std::string& meta) {
  const auto document = json::parse(R"({"meta":)" + meta + "}");
  Issues issues;
  Filter filter = read_filter(document->root(), "", issues);
  EXPECT_TRUE(issues.empty()) << meta << issues.items().front().issue;
  return filter;
}

bool fits(const std::string& meta, const std::string& object) { return metadata_fits(object, filter_of(meta).meta); }

constexpr const char* kOrder =
    R"({"currency":"EUR","items":[{"category":"shoes","price":"49.90","quantity":2},{"category":"socks","price":100,"quantity":1}],)"
    R"("boxes":[{"to":"a","parcels":[{"kg":1,"fragile":true},{"kg":9}]},{"to":"b","parcels":[{"kg":20}]}],"tags":["x",null]})";

TEST(Metadata, FitsIfAllOfItDoes) {
  EXPECT_TRUE(fits(R"({"currency":{"in":["EUR","USD"]},"items[].category":{"equals":"socks"}})", kOrder));
  EXPECT_FALSE(fits(R"({"currency":{"in":["USD"]},"items[].category":{"equals":"socks"}})", kOrder));
  EXPECT_FALSE(fits(R"({"currency":{"exists":true}})", ""));
  EXPECT_TRUE(fits(R"({"currency":{"not":"EUR"}})", "{}"));
}

TEST(Metadata, FitsInOneElementOfEachList) {
  const auto one = [](const char* category, const char* price) {
    return std::string(R"({"items[].category":{"equals":")") + category + R"("},"items[].price":{"above":)" + price +
           "}}";
  };
  EXPECT_FALSE(fits(one("shoes", "50"), kOrder));
  EXPECT_TRUE(fits(one("shoes", "49.89"), kOrder));
  EXPECT_TRUE(fits(one("socks", "50"), kOrder));
}

TEST(Metadata, FitsInOneElementOfAListInsideOneElement) {
  const auto parcel = [](const char* to, const char* kg) {
    return std::string(R"({"boxes[].to":{"equals":")") + to + R"("},"boxes[].parcels[].kg":{"atLeast":)" + kg + "}}";
  };
  EXPECT_TRUE(fits(parcel("a", "9"), kOrder));
  EXPECT_FALSE(fits(parcel("a", "20"), kOrder));
  EXPECT_TRUE(fits(parcel("b", "20"), kOrder));
  EXPECT_FALSE(fits(R"({"boxes[].parcels[].kg":{"atLeast":9},"boxes[].parcels[].fragile":{"equals":true}})", kOrder));
}

TEST(Metadata, TakesAListWithoutElementsForOneOfWhichEverythingIsMissing) {
  for (const char* object : {"", "{}", R"({"items":[]})", R"({"items":null})", R"({"items":7})"}) {
    EXPECT_TRUE(fits(R"({"items[].price":{"exists":false},"items[].category":{"notIn":["x"]}})", object)) << object;
    EXPECT_FALSE(fits(R"({"items[].price":{"exists":true}})", object)) << object;
  }
  EXPECT_TRUE(fits(R"({"tags[]":{"exists":false}})", kOrder)) << "null is an element";
  EXPECT_TRUE(fits(R"({"tags[]":{"equals":"x"}})", kOrder));
}

TEST(Metadata, TakesAFieldOfThatVeryNameBeforeAPath) {
  EXPECT_TRUE(fits(R"({"o.n":{"equals":1}})", R"({"o.n":1,"o":{"n":2}})"));
  EXPECT_TRUE(fits(R"({"o.n":{"equals":2}})", R"({"o.n":null,"o":{"n":2}})"));
}

TEST(Metadata, IsMultipliedElementByElement) {
  const auto all = [](const char* field, const char* times, const std::string& meta) {
    std::vector<std::string> out;
    each_value(kOrder, field, times, filter_of(meta).meta, [&](std::string_view value, std::string_view factor) {
      out.push_back(std::string(value) + "*" + std::string(factor));
    });
    return out;
  };
  EXPECT_THAT(all("items[].price", "items[].quantity", R"({"currency":{"exists":true}})"),
              ElementsAre(R"("49.90"*2)", "100*1"));
  EXPECT_THAT(all("items[].price", "items[].quantity", R"({"items[].category":{"equals":"shoes"}})"),
              ElementsAre(R"("49.90"*2)"));
  EXPECT_THAT(all("boxes[].parcels[].kg", "", R"({"boxes[].to":{"equals":"a"},"boxes[].parcels[].kg":{"above":1}})"),
              ElementsAre("9*"));
  EXPECT_THAT(all("items[].price", "", R"({"boxes[].to":{"equals":"a"}})"), ElementsAre(R"("49.90"*)", "100*"));
  EXPECT_THAT(all("items[].price", "", R"({"items[].category":{"equals":"hats"}})"), IsEmpty());
}

TEST(Multiplied, IsExactToSixPlacesAndStaysInRange) {
  EXPECT_EQ(multiplied(49'900'000, 2'000'000), 99'800'000);
  EXPECT_EQ(multiplied(666'667, 500'000), 333'334) << "halves away from zero";
  EXPECT_EQ(multiplied(-666'667, 500'000), -333'334);
  EXPECT_EQ(multiplied(1, 499'999), 0);
  EXPECT_EQ(multiplied(kMostAmount, kMostAmount), kMostAmount);
  EXPECT_EQ(multiplied(-kMostAmount, kMostAmount), -kMostAmount);
}

TEST(Metadata, DecidesWhichElementsOfAnOrderASumCounts) {
  const ledger::Window order = window({{.key = "purchase", .ago = std::chrono::hours{1}, .metadata = kOrder}});
  const auto worth = [&](const std::string& at_least) {
    return holds(R"({"sum":{"key":"purchase","field":"items[].price","times":"items[].quantity",
        "meta":{"currency":{"in":["EUR"]},"items[].category":{"equals":"shoes"}}},"within":"30d","atLeast":)" +
                     at_least + "}",
                 order);
  };
  EXPECT_TRUE(worth("99.80"));
  EXPECT_FALSE(worth("99.81"));
}

TEST(Metadata, IsReasonedAboutByTheLinter) {
  const auto kinds = [](const std::vector<std::string>& rules) {
    StoredRules stored{.version = 1};
    for (std::size_t i = 0; i < rules.size(); ++i)
      stored.rules.push_back({.id = RuleId("r" + std::to_string(i)), .json = rules[i], .rules_version = 1});
    std::vector<std::string> out;
    for (const Warning& one :
         lint_rule(stored.rules.back().id, stored, testing::ZonesOfRelease(), {}, testing::kMonth, testing::kNoon))
      out.emplace_back(one.kind);
    return out;
  };
  const std::string narrow = R"({"key":"a","meta":{"n":{"in":["x"]},"m":{"above":5}}})",
                    wide = R"({"key":"a","meta":{"n":{"in":["x","y"]}}})";
  const auto count = [](const std::string& filter, const std::string& bound) {
    return R"({"count":)" + filter + "," + bound + "}";
  };
  const auto all = [](const std::string& conditions, const char* id) {
    return testing::rule("{\"all\":[" + conditions + "]}", "", id);
  };
  EXPECT_THAT(kinds({all(count(narrow, R"("atLeast":2)") + "," + count(wide, R"("atMost":1)"), "r0")}),
              ElementsAre("never_true"));
  EXPECT_THAT(kinds({all(count(wide, R"("atLeast":2)") + "," + count(narrow, R"("atMost":1)"), "r0")}), IsEmpty());
  EXPECT_THAT(kinds({all(count(wide, R"("atLeast":1)"), "r0"), all(count(narrow, R"("atLeast":2)"), "r1")}),
              ElementsAre("shadowed"));
  EXPECT_THAT(kinds({all(count(R"({"key":"a","meta":{"n":{"below":5}}})", R"("atLeast":1)"), "r0"),
                     all(count(R"({"key":"a","meta":{"n":{"in":["1e3"]}}})", R"("atLeast":1)"), "r1")}),
              IsEmpty());
}

}  // namespace
}  // namespace beckon::rules
