#include "intake/rule_book.h"

#include <gtest/gtest.h>

namespace beckon::intake {
namespace {

TEST(RuleBook, AChangeMakesANewVersionInTheOrderOfIds) {
  rules::StoredRules rules{.version = 3, .rules = {{RuleId{"a"}, "{}", 1, {}}, {RuleId{"c"}, "{}", 3, {}}}};
  const auto put = with_change(rules, RuleId{"b"}, R"({"ruleId":"b"})", instant_ms(5));
  EXPECT_EQ(put.version, 4u);
  ASSERT_EQ(put.rules.size(), 3u);
  EXPECT_EQ(put.rules[1].id.text, "b");
  EXPECT_EQ(put.rules[1].rules_version, 4u);
  EXPECT_EQ(put.rules[1].live_since, instant_ms(5));
  EXPECT_EQ(with_change(put, RuleId{"b"}, R"({"ruleId":"b","priority":2})", instant_ms(6)).rules[1].live_since,
            instant_ms(5));
  const auto removed = with_change(put, RuleId{"a"}, "", instant_ms(6));
  EXPECT_EQ(removed.version, 5u);
  EXPECT_EQ(find_rule(removed, RuleId{"a"}), nullptr);
}

TEST(RuleBook, RolledBackChangeWhatDiffersAndKeepTheRest) {
  const rules::StoredRules now{.version = 7,
                               .rules = {{RuleId{"a"}, "1", 1, instant_ms(1)},
                                         {RuleId{"b"}, "2", 7, instant_ms(7)},
                                         {RuleId{"c"}, "3", 6, instant_ms(6)}}};
  const rules::StoredRules then{.version = 5,
                                .rules = {{RuleId{"a"}, "1", 1, instant_ms(1)},
                                          {RuleId{"b"}, "old", 4, instant_ms(4)},
                                          {RuleId{"d"}, "4", 5, instant_ms(5)}}};
  const auto next = rolled_back(now, then, instant_ms(9));
  EXPECT_EQ(next.version, 8u);
  ASSERT_EQ(next.rules.size(), 3u);
  EXPECT_EQ(next.rules[0].rules_version, 1u);
  EXPECT_EQ(next.rules[1].json, "old");
  EXPECT_EQ(next.rules[1].rules_version, 8u);
  EXPECT_EQ(next.rules[2].at, instant_ms(9));
  EXPECT_EQ(rolled_back(next, next, instant_ms(10)).version, 8u);
  const rules::StoredRules none{};
  EXPECT_EQ(rolled_back(now, none, instant_ms(9)).version, 8u);
}

}  // namespace
}  // namespace beckon::intake
