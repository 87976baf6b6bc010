#include "rules/language/measure_definition.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "base/json.h"
#include "rules/language/read_rule.h"
#include "system/zones.h"

namespace beckon::rules {
namespace {

std::string faults_of(const json::Value& condition) {
  Issues issues;
  read_condition(condition, "when.all[0]", system_zones(), issues);
  return issues.empty() ? "" : json::to_text(condition) + ": " + issues.items().front().issue;
}

// The entry of a measure in the generated documents, by name.
const json::Value& described(const json::Document& all, std::string_view name) {
  return *std::ranges::find_if(all.root().items(),
                               [&](const json::Value& one) { return one.find("name")->text() == name; });
}

TEST(Measures, AreEachFoundByTheirKind) {
  for (const MeasureDefinition* measure : measure_definitions()) EXPECT_EQ(&definition_of(measure->kind), measure);
}

TEST(Measures, LeaveNothingOutThatIsAskedOfEach) {
  for (const MeasureDefinition* measure : measure_definitions()) {
    EXPECT_TRUE(measure->take && measure->needed_key && measure->measured && measure->wanted && measure->seen &&
                measure->margin && measure->cases && measure->range && measure->never_exceeded)
        << measure->name;
    if (measure->name.empty()) continue;
    EXPECT_TRUE(measure->read && measure->random && !measure->parts.empty()) << measure->name;
    EXPECT_NE(measure->description, "") << measure->name;
    EXPECT_NE(measure->label, "") << measure->name;
    EXPECT_NE(measure->sentence, "") << measure->name;
  }
}

TEST(Measures, OfferAConditionThatCanBeSaved) {
  for (const MeasureDefinition* measure : measure_definitions()) {
    if (measure->name.empty()) continue;
    const auto blank = json::parse(std::string(measure->blank));
    ASSERT_TRUE(blank.has_value()) << measure->blank;
    EXPECT_EQ(faults_of(blank->root()), "");
    EXPECT_NE(blank->root().find(measure->name), nullptr);
  }
}

// So that the random cases cover everything that the documents describe, and vice versa.
TEST(Measures, HaveRandomConditionsThatFitTheirSchema) {
  const auto all = json::parse(measures_json());
  ASSERT_TRUE(all.has_value());
  Dice dice(20260225);
  std::map<std::string_view, std::set<std::string>> given;
  for (int i = 0; i < 20'000; ++i) {
    const auto condition = json::parse(random_condition(dice));
    ASSERT_TRUE(condition.has_value());
    EXPECT_EQ(faults_of(condition->root()), "");
    const auto is_named = [&](const MeasureDefinition* one) {
      return !one->name.empty() && condition->root().find(one->name) != nullptr;
    };
    auto measure =
        std::ranges::find_if(measure_definitions(), [&](const auto* one) { return one->alone && is_named(one); });
    if (measure == measure_definitions().end()) measure = std::ranges::find_if(measure_definitions(), is_named);
    ASSERT_NE(measure, measure_definitions().end());
    for (const json::Member& member : condition->root().members()) given[(*measure)->name].emplace(member.key);
  }
  for (const MeasureDefinition* measure : measure_definitions()) {
    if (measure->name.empty()) continue;
    std::set<std::string> known;
    for (const json::Member& member : described(*all, measure->name).find("schema")->find("properties")->members())
      known.emplace(member.key);
    EXPECT_EQ(given[measure->name], known) << measure->name;
  }
}

}  // namespace
}  // namespace beckon::rules
