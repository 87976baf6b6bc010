#include "rules/live_since.h"

#include <gtest/gtest.h>

namespace beckon::rules {
namespace {

constexpr Instant kBefore = instant_ms(1'000);
constexpr Instant kNow = instant_ms(2'000);

StoredRule stored(std::string json, Instant since) {
  return {.id = RuleId{"r"}, .json = std::move(json), .live_since = since};
}

TEST(LiveSince, BeginsWhenTheRuleIsFirstSaved) {
  EXPECT_EQ(live_since(nullptr, R"({"status":"live"})", kNow), kNow);
  EXPECT_EQ(live_since(nullptr, R"({"status":"shadow"})", kNow), kNow);
  EXPECT_EQ(live_since(nullptr, R"({"name":"live is the default"})", kNow), kNow);
}

TEST(LiveSince, IsNothingForADraftAndAPausedRule) {
  const StoredRule live = stored(R"({"status":"live"})", kBefore);
  EXPECT_EQ(live_since(&live, R"({"status":"paused"})", kNow), Instant{});
  EXPECT_EQ(live_since(nullptr, R"({"status":"draft"})", kNow), Instant{});
}

TEST(LiveSince, StaysWhileTheRuleStaysLive) {
  const StoredRule live = stored(R"({"status":"live","priority":1})", kBefore);
  EXPECT_EQ(live_since(&live, R"({"priority":2})", kNow), kBefore);
}

TEST(LiveSince, StartsAnewWhenTheRuleGoesLiveAgain) {
  const StoredRule paused = stored(R"({"status":"paused"})", Instant{});
  EXPECT_EQ(live_since(&paused, R"({"status":"live"})", kNow), kNow);
  const StoredRule shadow = stored(R"({"status":"shadow"})", kBefore);
  EXPECT_EQ(live_since(&shadow, R"({"status":"live"})", kNow), kNow);
  EXPECT_EQ(live_since(&shadow, R"({"status":"shadow"})", kNow), kBefore);
}

}  // namespace
}  // namespace beckon::rules
