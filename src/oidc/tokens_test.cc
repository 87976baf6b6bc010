#include "oidc/tokens.h"

#include <gtest/gtest.h>

#include "oidc/testing/corp.h"

namespace beckon::oidc {
namespace {

using namespace testing;

std::string judged_id(const std::string& token, std::string_view nonce = "n-1") {
  auto parsed = access::parse_jwt(token, kIdTypes);
  if (!parsed) return parsed.error().why;
  const auto checked = check_id_token(*std::move(parsed), keys(), corp(), nonce, kInstant);
  return checked ? "accepted" : checked.error().why;
}

std::string judged_access(const std::string& token) {
  auto parsed = access::parse_jwt(token);
  if (!parsed) return parsed.error().why;
  const auto checked = check_access_token(*std::move(parsed), keys(), corp(), kInstant);
  return checked ? "accepted" : checked.error().why;
}

std::string judged_logout(const std::string& token) {
  auto parsed = access::parse_jwt(token, kLogoutTypes);
  if (!parsed) return parsed.error().why;
  const auto checked = check_logout_token(*std::move(parsed), keys(), corp(), kInstant);
  return checked ? "accepted" : checked.error().why;
}

TEST(IdToken, SaysWhoAndInWhichSession) {
  const auto checked = check_id_token(*access::parse_jwt(id_token(), kIdTypes), keys(), corp(), "n-1", kInstant);
  ASSERT_TRUE(checked) << checked.error().why;
  EXPECT_EQ(checked->subject, "u-1");
  EXPECT_EQ(checked->session, "s-1");
  EXPECT_EQ(judged_id(id_token({{"sid", ""}})), "accepted");
}

TEST(IdToken, EachCheckRefusesWithItsOwnWords) {
  EXPECT_EQ(judged_id(id_token({{"iss", "\"https://other.example.com\""}})), "it comes from another issuer (iss)");
  EXPECT_EQ(judged_id(id_token({{"aud", "\"other\""}})), "it is for another audience (aud)");
  EXPECT_EQ(judged_id(id_token({{"aud", R"(["beckon","other"])"}})), "it is for another audience (aud)");
  EXPECT_EQ(judged_id(id_token({{"aud", R"(["beckon","other"])"}, {"azp", "\"beckon\""}})), "accepted");
  EXPECT_EQ(judged_id(id_token({{"nonce", "\"n-2\""}})), "it belongs to another sign-in (nonce)");
  EXPECT_EQ(judged_id(id_token({{"nonce", ""}})), "it belongs to another sign-in (nonce)");
  EXPECT_EQ(judged_id(id_token({{"exp", std::to_string(kNow - 60)}, {"iat", std::to_string(kNow - 600)}})),
            "it expired at 2026-02-25T11:59:00Z");
  EXPECT_EQ(judged_id(id_token({{"iat", ""}})), "it has no time of issue (iat)");
  EXPECT_EQ(judged_id(id_token({{"sub", ""}})), "it has no subject (sub)");
  EXPECT_EQ(judged_id(access_token()), "its header says that it is a token of another kind (typ)");
  const access::TestKey other = access::TestKey::rsa("k2");
  const std::string claims = object(times(), {});
  EXPECT_EQ(judged_id(other.token(R"({"alg":"RS256","kid":"k2"})", claims, access::Algorithm::kRs256)),
            "it was signed by a key that the provider does not publish (kid)");
  EXPECT_EQ(judged_id(other.token(R"({"alg":"RS256","kid":"k1"})", claims, access::Algorithm::kRs256)),
            "its signature is invalid");
}

TEST(AccessToken, IsOneThatSaysSoForTheConfiguredAudience) {
  const auto checked = check_access_token(*access::parse_jwt(access_token()), keys(), corp(), kInstant);
  ASSERT_TRUE(checked) << checked.error().why;
  EXPECT_EQ(checked->subject, "u-1");
  EXPECT_EQ(checked->id, "t-1");
  EXPECT_EQ(checked->expires_at, instant_ms((kNow + 600) * 1000));
  EXPECT_EQ(judged_access(access_token({{"jti", ""}})), "accepted");
  EXPECT_EQ(judged_access(access_token({{"aud", "\"beckon\""}})), "it is for another audience (aud)");
  EXPECT_EQ(judged_access(access_token({{"aud", R"(["https://beckon.example.com","other"])"}})),
            "it is for another audience (aud)");
  EXPECT_EQ(judged_access(access_token({{"iss", "\"https://other.example.com\""}})),
            "it comes from another issuer (iss)");
}

TEST(AccessToken, IsNotAnIdToken) {
  for (const std::string& token : {id_token(), access_token({}, "JWT")})
    EXPECT_EQ(
        judged_access(token),
        "it is an ID token, or another JWT of Acme SSO that does not say that it is an access token (typ at+jwt)");
}

TEST(LogoutToken, NamesASubjectOrASession) {
  const auto checked = check_logout_token(*access::parse_jwt(logout_token(), kLogoutTypes), keys(), corp(), kInstant);
  ASSERT_TRUE(checked) << checked.error().why;
  EXPECT_EQ(checked->subject, "u-1");
  EXPECT_EQ(checked->session, "s-1");
  EXPECT_EQ(checked->id, "l-1");
  EXPECT_EQ(judged_logout(logout_token({{"sub", ""}})), "accepted");
  EXPECT_EQ(judged_logout(logout_token({{"sid", ""}})), "accepted");
  EXPECT_EQ(judged_logout(logout_token({{"sub", ""}, {"sid", ""}})),
            "it names neither a subject nor a session (sub, sid)");
}

TEST(LogoutToken, IsNoIdTokenAndNoAccessToken) {
  EXPECT_EQ(judged_logout(id_token()), "it is not about signing out (events)");
  EXPECT_EQ(judged_logout(access_token()), "its header says that it is a token of another kind (typ)");
  EXPECT_EQ(judged_logout(logout_token({{"nonce", "\"n\""}})), "it has a nonce, which a logout token must not have");
  EXPECT_EQ(judged_logout(logout_token({{"events", R"({"other":{}})"}})), "it is not about signing out (events)");
  EXPECT_EQ(judged_logout(logout_token({{"jti", ""}})), "it has no id (jti)");
  EXPECT_EQ(judged_logout(logout_token({{"aud", "\"other\""}})), "it is for another audience (aud)");
  EXPECT_EQ(judged_id(logout_token()), "its header says that it is a token of another kind (typ)");
  EXPECT_EQ(judged_access(logout_token()), "its header says that it is not an access token (typ)");
}

}  // namespace
}  // namespace beckon::oidc
