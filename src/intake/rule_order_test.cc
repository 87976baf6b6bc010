#include "intake/rule_order.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <sstream>

#include "base/json.h"
#include "rules/language/rule.h"

namespace beckon::intake {
namespace {

using rules::StoredRules;
using rules::limits::kPriority;

// "a:10 b:5 c": by id, each with its priority, or without one.
StoredRules rules_of(const std::string& text) {
  StoredRules all{.version = 7, .rules = {}};
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const std::string id = word.substr(0, word.find(':'));
    const std::string priority = word == id ? "" : ",\"priority\":" + word.substr(id.size() + 1);
    all.rules.push_back({RuleId{id}, R"({"ruleId":")" + id + "\"" + priority + R"(,"status":"live"})", 7, instant_ms(1),
                         instant_ms(1)});
  }
  std::ranges::sort(all.rules, {}, &rules::StoredRule::id);
  return all;
}

std::vector<RuleId> ids(const std::string& text) {
  std::vector<RuleId> all;
  std::istringstream words(text);
  for (std::string word; words >> word;) all.emplace_back(word);
  return all;
}

// In evaluation order, with a star at rules of the new version.
std::string told(const StoredRules& now) {
  std::string all;
  for (const rules::StoredRule* rule : evaluation_order(now))
    all += (all.empty() ? "" : " ") + rule->id.text + ":" + std::to_string(priority_of(*rule)) +
           (rule->rules_version == 8 ? "*" : "");
  return all;
}

std::string after(const std::string& before, const std::string& named) {
  return told(in_order(rules_of(before), ids(named), instant_ms(9)));
}

TEST(TheOrderOfRules, ChangesAsFewPrioritiesAsCanBe) {
  EXPECT_EQ(after("a:30 b:20 c:10", "c a b"), "c:40* a:30 b:20");
  EXPECT_EQ(after("a:30 b:20 c:10", "b c a"), "b:20 c:10 a:0*");
  EXPECT_EQ(after("a:30 b:20 c:10 d:5", "a c b d"), "a:30 c:25* b:20 d:5");
}

TEST(TheOrderOfRules, LeavesThoseThatAreNotNamedAtTheirPlaces) {
  EXPECT_EQ(after("a:50 b:40 c:30 d:20 e:10", "d b"), "a:50 d:40* c:30 b:20* e:10");
}

TEST(TheOrderOfRules, SeparatesRulesOfOnePriority) {
  EXPECT_EQ(after("a b c d", "d a b c"), "d:10* a:0 b:0 c:0");
  EXPECT_EQ(after("a b c d", "b a"), "b:10* a:0 c:0 d:0");
}

TEST(TheOrderOfRules, IsNoNewVersionWhereNothingChanges) {
  const auto now = rules_of("a:30 b:20 c:10");
  EXPECT_EQ(in_order(now, ids("a c"), instant_ms(9)).version, 7u);
  EXPECT_EQ(in_order(now, ids("b"), instant_ms(9)).version, 7u);
  EXPECT_EQ(in_order({}, {}, instant_ms(9)).version, 0u);
}

TEST(TheOrderOfRules, FitsIntoThePrioritiesThatThereAre) {
  const std::string most = std::to_string(kPriority);
  EXPECT_EQ(after("a:" + most + " b:-" + most, "b a"), "b:20* a:10*");
  EXPECT_EQ(after("a:" + most + " b:" + most, "b a"), "b:1000000 a:999990*");
  EXPECT_EQ(after("a:-" + most + " b:-" + most, "b a"), "b:-999990* a:-1000000");
  EXPECT_EQ(after("a:999999 b:999998 c:999997", "c a b"), "c:1000000* a:999999 b:999998");
}

TEST(TheOrderOfRules, KeepsWhatARuleSaysElseAndSinceWhenItIsLive) {
  const auto next = in_order(rules_of("a:30 b"), ids("b a"), instant_ms(9));
  const rules::StoredRule& b = next.rules[1];
  EXPECT_EQ(b.json, R"({"ruleId":"b","status":"live","priority":40})");
  EXPECT_EQ(b.live_since, instant_ms(1));
  EXPECT_EQ(b.at, instant_ms(9));
  EXPECT_EQ(next.version, 8u);
}

TEST(TheOrderOfRules, IsTheOneThatWasAskedForWhateverThePriorities) {
  std::mt19937_64 random(1);  // NOLINT(cert-msc51-cpp): the same cases each time
  const auto below = [&](std::size_t most) { return static_cast<std::size_t>(random() % most); };
  for (int i = 0; i < 2'000; ++i) {
    const std::size_t count = 1 + below(12), spread = 1 + below(20);
    std::string text;
    for (std::size_t rule = 0; rule < count; ++rule)
      text += "r" + std::to_string(10 + rule) + ":" + std::to_string(below(spread)) + " ";
    const StoredRules now = rules_of(text);
    std::vector<std::string> order, named;
    std::vector<std::size_t> places;
    for (const rules::StoredRule* rule : evaluation_order(now)) order.push_back(rule->id.text);
    for (std::size_t place = 0; place < count; ++place)
      if (below(2)) places.push_back(place), named.push_back(order[place]);
    std::ranges::shuffle(named, random);
    for (std::size_t at = 0; at < places.size(); ++at) order[places[at]] = named[at];

    std::vector<RuleId> asked(named.begin(), named.end());
    const StoredRules next = in_order(now, asked, instant_ms(9));
    std::vector<std::string> made;
    std::map<std::int64_t, int> priorities;
    for (const rules::StoredRule* rule : evaluation_order(next)) {
      made.push_back(rule->id.text);
      ++priorities[priority_of(*rule)];
    }
    EXPECT_EQ(made, order) << text;
    for (const rules::StoredRule& rule : next.rules) {
      const bool is_alone = priorities[priority_of(rule)] == 1;
      EXPECT_TRUE(is_alone || rule.rules_version < 8) << text << rule.id.text;
    }
    EXPECT_EQ(in_order(next, asked, instant_ms(9)).version, next.version);
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace beckon::intake
