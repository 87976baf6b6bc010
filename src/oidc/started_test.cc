#include "oidc/started.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oidc/testing/corp.h"
#include "system/encoding.h"

namespace beckon::oidc {
namespace {

using ::testing::HasSubstr;
using testing::kInstant;

constexpr std::string_view kPage = "what the page keeps";

class StartedTest : public ::testing::Test {
 protected:
  std::string why(std::string_view state, std::string_view browser = kPage, Instant now = kInstant) {
    const auto found = from_state(state, browser, box_, now);
    return found ? "accepted" : found.error().message;
  }
  SeededRandom random_{7};
  SecretBox box_{std::string(SecretBox::kKeySize, 'k')};
  const Started started_ = start("corp", kPage, kInstant, random_);
  const std::string state_ = to_state(started_, box_, random_);
};

TEST_F(StartedTest, ComesBackAsItWas) {
  const auto found = from_state(state_, kPage, box_, kInstant);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->provider, "corp");
  EXPECT_EQ(found->nonce, started_.nonce);
  EXPECT_EQ(found->verifier, started_.verifier);
  EXPECT_LE(state_.size(), kLongestState);
}

TEST_F(StartedTest, ShowsNothingOfItself) {
  const std::string plain = from_base64url(state_).value();
  EXPECT_EQ(plain.find(started_.verifier), std::string::npos);
  EXPECT_EQ(plain.find(started_.nonce), std::string::npos);
  EXPECT_NE(to_state(started_, box_, random_), state_);
}

TEST_F(StartedTest, OfAnotherBrowserOrServerIsRefused) {
  EXPECT_THAT(why(state_, "another"), HasSubstr("in another browser or tab"));
  EXPECT_THAT(why(state_, ""), HasSubstr("in another browser or tab"));
  const SecretBox other(std::string(SecretBox::kKeySize, 'o'));
  EXPECT_THAT(why(to_state(started_, other, random_)), HasSubstr("not started by this server"));
  const std::string elsewhere = to_base64url(box_.seal(R"({"provider":"corp"})", "signing-key/x", random_));
  for (std::string state : {state_.substr(1), state_ + "=", std::string(), std::string("x"), elsewhere})
    EXPECT_THAT(why(state), HasSubstr("not started by this server")) << state;
}

TEST_F(StartedTest, EndsAfterTenMinutes) {
  EXPECT_EQ(why(state_, kPage, kInstant + kStartedLife - Duration{1}), "accepted");
  EXPECT_THAT(why(state_, kPage, kInstant + kStartedLife), HasSubstr("more than 10 minutes ago"));
}

TEST_F(StartedTest, ChallengesWithTheHashOfItsVerifier) {
  // The example of RFC 7636, appendix B.
  EXPECT_EQ(code_challenge({.verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"}),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

}  // namespace
}  // namespace beckon::oidc
