#include "oidc/seen_tokens.h"

#include <gtest/gtest.h>

#include "oidc/testing/corp.h"

namespace beckon::oidc {
namespace {

using testing::kInstant;

TEST(SeenTokens, AreRememberedByProviderUntilTheyExpire) {
  SeenTokens seen;
  EXPECT_FALSE(seen.has("corp", "l-1", kInstant));
  seen.add("corp", "l-1", kInstant + std::chrono::minutes{2});
  EXPECT_TRUE(seen.has("corp", "l-1", kInstant));
  EXPECT_FALSE(seen.has("other", "l-1", kInstant));
  EXPECT_FALSE(seen.has("corp", "l-2", kInstant));
  EXPECT_TRUE(seen.has("corp", "l-1", kInstant + std::chrono::minutes{2} - Duration{1}));
  EXPECT_FALSE(seen.has("corp", "l-1", kInstant + std::chrono::minutes{2}));
}

TEST(SeenTokens, AreBounded) {
  SeenTokens seen;
  for (std::size_t i = 0; i <= SeenTokens::kMost; ++i)
    seen.add("corp", std::to_string(i), kInstant + std::chrono::minutes{2});
  EXPECT_FALSE(seen.has("corp", "0", kInstant));
  EXPECT_TRUE(seen.has("corp", "1", kInstant));
  EXPECT_TRUE(seen.has("corp", std::to_string(SeenTokens::kMost), kInstant));
}

}  // namespace
}  // namespace beckon::oidc
