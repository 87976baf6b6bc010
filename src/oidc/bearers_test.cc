#include "oidc/bearers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oidc/testing/server.h"

namespace beckon::oidc {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class BearersTest : public ::testing::Test {
 protected:
  std::string of(const Members& changes = {}, const std::string& type = "at+jwt") const {
    Members all{{"iss", json::quote(server_.issuer())}};
    all.insert(all.end(), changes.begin(), changes.end());
    return access_token(all, type);
  }
  // As a server does: waits as needed, then verifies.
  Result<access::ForeignToken> verified(const std::string& token) {
    auto read = access::parse_jwt(token);
    EXPECT_TRUE(read && bearers_.knows(text_in_claims(*read)));
    if (auto wait = bearers_.wait_for(*read)) {
      const auto came = std::make_shared<std::promise<void>>();
      wait([came] { came->set_value(); });
      came->get_future().get();
    }
    return bearers_.verify(*std::move(read));
  }
  std::string why_not(const std::string& token) {
    const auto found = verified(token);
    return found ? "accepted" : found.error().message;
  }
  static std::string text_in_claims(const access::UnverifiedJwt& token) {
    return std::string(token.claims.root().find("iss")->text());
  }

  ManualClock clock_{kInstant};
  SeededRandom random_{7};
  SecretBox box_{std::string(SecretBox::kKeySize, 'k')};
  Server server_;
  Calling calling_{clock_};
  Providers providers_{{server_.provider()}, "https://beckon.example.com/", calling_.calls, box_, clock_, random_, {}};
  Bearers bearers_{providers_, clock_};
};

TEST_F(BearersTest, AreVerifiedWithTheKeysOfTheProvider) {
  const auto found = verified(of());
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->provider, "corp");
  EXPECT_EQ(found->issuer, server_.issuer());
  EXPECT_EQ(found->subject, "u-1");
  EXPECT_FALSE(bearers_.wait_for(*access::parse_jwt(of()))) << "the key is known";
  EXPECT_FALSE(bearers_.knows("https://login.example.com"));
}

TEST_F(BearersTest, AreRefusedWithWhatTheyAreInstead) {
  EXPECT_THAT(why_not(of({}, "JWT")), HasSubstr("it is an ID token"));
  EXPECT_THAT(why_not(of({{"aud", "\"beckon\""}})), HasSubstr("it is for another audience (aud)"));
  const auto expired = verified(of({{"iat", std::to_string(kNow - 700)}, {"exp", std::to_string(kNow - 60)}}));
  EXPECT_EQ(expired.error().code, FaultCode::kTokenExpired);
}

TEST_F(BearersTest, WaitForAnUnknownKeyOnceInAnInterval) {
  EXPECT_EQ(why_not(of()), "accepted");
  const access::TestKey next = access::TestKey::rsa("k2");
  const std::string token = next.token(
      R"({"alg":"RS256","kid":"k2","typ":"at+jwt"})",
      object(times(),
             {{"iss", json::quote(server_.issuer())}, {"aud", "\"https://beckon.example.com\""}, {"sub", "\"u-1\""}}),
      access::Algorithm::kRs256);
  EXPECT_THAT(why_not(token), HasSubstr("a key that the provider does not publish (kid)"));
  EXPECT_FALSE(bearers_.wait_for(*access::parse_jwt(token)));
  server_.publish({key().jwk(), next.jwk()});
  clock_.set(kInstant + std::chrono::seconds{30});
  EXPECT_EQ(why_not(token), "accepted");
  EXPECT_THAT(server_.requests("GET /jwks"), SizeIs(2));
}

TEST_F(BearersTest, AreUnavailableWhileThereAreNoKeys) {
  server_.answer("/jwks", 500, "");
  EXPECT_EQ(verified(of()).error().code, FaultCode::kUnavailable);
}

}  // namespace
}  // namespace beckon::oidc
