// `same`: which value is best, how long it stays so, and how it is explained.
#include <gtest/gtest.h>

#include "rules/reference/testing.h"

namespace beckon::rules {
namespace {

using namespace std::chrono_literals;
using testing::kNoon;
using testing::rule;
using testing::rule_set;
using testing::window;

testing::Given of(std::string key, const std::string& sku, Duration ago) {
  return {.key = std::move(key), .ago = ago, .metadata = R"({"sku":)" + sku + "}"};
}

// "met actual same changesAt" of the only condition of the only rule, the last in minutes from now.
std::string told(const std::string& condition, const std::vector<testing::Given>& given) {
  const RuleSet set = rule_set({rule(R"({"all":[)" + condition + "]}")});
  std::string out;
  json::Writer writer(out);
  set.explain("t", {.window = window(given), .context = {}, .now = kNoon, .retention = testing::kMonth}, writer);
  const auto document = json::parse(out);
  const json::Value& found = document->root().items()[0].find("conditions")->items()[0];
  const json::Value* same = found.find("same");
  const json::Value* changes = found.find("changesAt");
  return std::string(found.find("met")->boolean() ? "met " : "not met ") + std::string(found.find("seen")->text()) +
         " | " + (same->is_null() ? "null" : std::string(same->text())) +
         (changes == nullptr ? ""
                             : " | in " + std::to_string(std::chrono::duration_cast<std::chrono::minutes>(
                                                             *parse_rfc3339(changes->text()) - kNoon)
                                                             .count()));
}

TEST(Same, OfACountIsTheValueWithTheMostSignals) {
  const std::string count = R"({"count":{"key":"a"},"same":"sku","within":"1h","atLeast":2})";
  EXPECT_EQ(told(count, {of("a", "1", 9min), of("a", "2", 8min), of("a", "1", 7min), of("b", "2", 6min)}),
            "met 2 for sku 1 | 1 | in 51");
  EXPECT_EQ(told(count, {of("a", "1", 9min), of("a", "2", 8min)}), "not met 1 for sku 2 | 2 | in 52");
  EXPECT_EQ(told(count, {of("b", "1", 9min), {"a", 1min}}), "not met 0 | null");
}

TEST(Same, OfSeveralThatAreAsGoodIsTheOneThatStaysSoForLongest) {
  const std::string count = R"({"count":{"key":"a"},"same":"sku","within":"1h","atLeast":2})";
  EXPECT_EQ(told(count, {of("a", "1", 9min), of("a", "2", 8min), of("a", "2", 7min), of("a", "1", 1min)}),
            "met 2 for sku 2 | 2 | in 52");
  const std::string steps = R"({"steps":[{"key":"a"},{"key":"b"}],"same":"sku","within":"1h","reached":2})";
  EXPECT_EQ(told(steps, {of("a", "1", 9min), of("a", "2", 8min), of("b", "2", 7min), of("b", "1", 1min)}),
            "met 2 for sku 2 | 2 | in 52");
}

TEST(Same, OfAPathAreItsStepsAlone) {
  const std::string steps = R"({"steps":[{"key":"a"},{"key":"b"},{"key":"c"}],"same":"sku","within":"1h","reached":2})";
  EXPECT_EQ(told(steps, {of("a", "1", 9min), of("b", "2", 8min)}), "not met 1 for sku 1 | 1 | in 51");
  EXPECT_EQ(told(steps, {of("a", "1", 9min), of("a", "2", 8min), of("b", "1", 7min), of("c", "2", 6min)}),
            "met 2 for sku 1 | 1 | in 51");
  EXPECT_EQ(told(steps, {}), "not met 0 | null");
}

TEST(Same, OfAnAbsenceIsTheOneThatHasLastedForLongest) {
  const std::string absent = R"({"absent":{"key":"b"},"after":{"key":"a"},"for":"10m","same":"sku"})";
  EXPECT_EQ(told(absent, {of("a", "1", 30min), of("a", "2", 20min), of("b", "1", 15min), of("a", "3", 12min)}),
            "met 20 min so far for sku 2 | 2 | in 43180");
  EXPECT_EQ(told(absent, {of("a", "1", 7min), of("a", "2", 4min)}), "not met 7 min so far for sku 1 | 1 | in 3");
  EXPECT_EQ(told(absent, {of("a", "1", 30min), of("b", "1", 20min)}), "not met b for sku 1 20 min ago | null");
  EXPECT_EQ(told(absent, {{"a", 30min}}), "not met no a with sku yet | null");
}

TEST(Same, WhatIsMissingIsSaidOfTheBestValue) {
  const auto failed = [](const std::string& condition, const std::vector<testing::Given>& given) {
    const RuleSet set = rule_set({rule(R"({"all":[)" + condition + "]}")});
    std::string out;
    json::Writer writer(out);
    set.explain("t", {.window = window(given), .context = {}, .now = kNoon, .retention = testing::kMonth}, writer);
    const auto document = json::parse(out);
    const json::Value& found = document->root().items()[0].find("conditions")->items()[0];
    return std::string(found.find("measure")->text()) + " | " + std::string(found.find("margin")->text());
  };
  EXPECT_EQ(failed(R"({"count":{"key":"a"},"same":"sku","atLeast":3})", {of("a", "1", 9min), of("a", "2", 8min)}),
            "count of a, with the same sku in this session | 2 more a for sku 2");
  EXPECT_EQ(failed(R"({"count":{"key":"a"},"same":"value","atLeast":1})", {}),
            "count of a, with the same value in this session | one more a with the same value");
  EXPECT_EQ(failed(R"({"steps":[{"key":"a"},{"key":"b"}],"same":"sku","reached":2})", {of("a", "7", 9min)}),
            "steps reached of a, then b, with the same sku in this session | b for sku 7");
  EXPECT_EQ(failed(R"({"absent":{"key":"b"},"after":{"key":"a"},"for":"10m","same":"sku"})", {}),
            "no b for 10 min after a, with the same sku | a new a, then 10 min without b with the same sku");
}

TEST(Same, IsForgottenBeyondTheTwentyNewestValues) {
  std::vector<testing::Given> given{of("a", "0", 50min), of("a", "0", 49min)};
  for (int i = 1; i <= 19; ++i) given.push_back(of("a", std::to_string(i), 30min - i * 1min));
  const std::string count = R"({"count":{"key":"a"},"same":"sku","within":"1h","atLeast":2})";
  EXPECT_TRUE(testing::holds(count, window(given)));
  given.push_back(of("a", "20", 1min));
  EXPECT_FALSE(testing::holds(count, window(given)));
}

TEST(Same, InAPayloadIsTheBestValueAndTheAnswerIsValidAsLongAsItIs) {
  const std::string when = R"({"all":[{"count":{"key":"a"},"same":"sku","within":"10m","atLeast":1}]})";
  const RuleSet set = rule_set({R"({"ruleId":"r","triggers":["t"],"when":)" + when +
                                R"(,"action":{"type":"popup","payload":{"sku":"{{same}}"}},"ttl":"10d"})"});
  const ledger::Window given = window({of("a", "1", 9min), of("a", "1", 8min), of("a", "2", 1min)});
  const ledger::Context context;
  const auto facts = [&](Instant now) {
    return Facts{.window = given, .context = context, .now = now, .retention = testing::kMonth};
  };
  const auto action = [&](Instant now) {
    std::string room;
    return std::string(set.action(set.judge("t", facts(now)), facts(now), {}, room));
  };
  const std::string begin = R"({"type":"popup","payload":{"sku":")";
  EXPECT_EQ(action(kNoon), begin + R"(1"}})");
  EXPECT_EQ(set.judge("t", facts(kNoon)).expires_at, kNoon + 1min);
  EXPECT_EQ(action(kNoon + 1min), begin + R"(2"}})") << "it stays so for longer";
  EXPECT_NE(set.judge("t", facts(kNoon)).reading, set.judge("t", facts(kNoon + 1min)).reading);
}

}  // namespace
}  // namespace beckon::rules
