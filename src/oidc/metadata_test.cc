#include "oidc/metadata.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oidc/testing/corp.h"

namespace beckon::oidc {
namespace {

using namespace testing;
using ::testing::HasSubstr;

std::string document(const Members& changes = {}) {
  return object({{"issuer", R"("https://login.example.com")"},
                 {"authorization_endpoint", R"("https://login.example.com/auth")"},
                 {"token_endpoint", R"("https://login.example.com/token")"},
                 {"userinfo_endpoint", R"("https://login.example.com/me")"},
                 {"jwks_uri", R"("https://login.example.com/jwks")"}},
                changes);
}
Result<Metadata, std::string> parsed(const Members& changes, const std::string& secret = "") {
  Provider provider = corp();
  provider.client_secret = secret;
  return parse_metadata(document(changes), provider);
}
std::string why_not(const Members& changes) {
  const auto found = parsed(changes);
  return found ? "accepted" : found.error();
}

TEST(Metadata, NamesTheEndpoints) {
  const auto found = parsed({});
  ASSERT_TRUE(found) << found.error();
  EXPECT_EQ(found->authorization_endpoint, "https://login.example.com/auth");
  EXPECT_EQ(found->token_endpoint, "https://login.example.com/token");
  EXPECT_EQ(found->userinfo_endpoint, "https://login.example.com/me");
  EXPECT_EQ(found->jwks_uri, "https://login.example.com/jwks");
  EXPECT_FALSE(found->sends_issuer);
  EXPECT_TRUE(parsed({{"authorization_response_iss_parameter_supported", "true"}})->sends_issuer);
}

TEST(Metadata, IsAtTheIssuer) {
  EXPECT_EQ(metadata_url(corp()), "https://login.example.com/.well-known/openid-configuration");
  EXPECT_EQ(metadata_url(corp("https://login.example.com/realms/acme/")),
            "https://login.example.com/realms/acme/.well-known/openid-configuration");
}

TEST(Metadata, OfAnotherIssuerIsRefused) {
  for (const char* issuer : {R"("https://login.example.com/")", R"("https://evil.example.com")", "1", ""})
    EXPECT_THAT(why_not({{"issuer", issuer}}), HasSubstr("names another issuer")) << issuer;
}

TEST(Metadata, WithoutAnEndpointOrWithOneThatCanBeReadInTransitIsRefused) {
  for (const char* name : {"authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"}) {
    EXPECT_EQ(why_not({{name, ""}}), std::string("has no ") + name);
    EXPECT_THAT(why_not({{name, R"("http://login.example.com/x")"}}), HasSubstr("neither https nor on loopback"));
    EXPECT_THAT(why_not({{name, "\"javascript:alert(1)\""}}), HasSubstr("must start with https://"));
    EXPECT_THAT(why_not({{name, R"("https://login.example.com/x#y")"}}), HasSubstr("must not have a fragment"));
    EXPECT_EQ(why_not({{name, R"("http://127.0.0.1:9000/x")"}}), "accepted");
  }
}

TEST(Metadata, ThatOffersNoS256IsRefused) {
  EXPECT_EQ(why_not({{"code_challenge_methods_supported", R"(["plain"])"}}), "does not offer PKCE with S256");
  EXPECT_EQ(why_not({{"code_challenge_methods_supported", R"(["plain","S256"])"}}), "accepted");
}

TEST(Metadata, SaysHowASecretIsSent) {
  constexpr const char* kMethods = "token_endpoint_auth_methods_supported";
  EXPECT_EQ(parsed({}, "")->proof, ClientProof::kNone);
  EXPECT_EQ(parsed({}, "secret")->proof, ClientProof::kBasic);
  EXPECT_EQ(parsed({{kMethods, R"(["client_secret_post","client_secret_basic"])"}}, "secret")->proof,
            ClientProof::kBasic);
  EXPECT_EQ(parsed({{kMethods, R"(["client_secret_post"])"}}, "secret")->proof, ClientProof::kPost);
  EXPECT_THAT(parsed({{kMethods, R"(["private_key_jwt"])"}}, "secret").error(), HasSubstr("takes a client's secret"));
}

TEST(Metadata, SaysWhichAlgorithmKeysWithoutOneHave) {
  constexpr const char* kAlgorithms = "id_token_signing_alg_values_supported";
  EXPECT_EQ(parsed({})->rsa_algorithm, access::Algorithm::kRs256);
  EXPECT_EQ(parsed({{kAlgorithms, R"(["PS256"])"}})->rsa_algorithm, access::Algorithm::kPs256);
  EXPECT_EQ(parsed({{kAlgorithms, R"(["PS256","RS256"])"}})->rsa_algorithm, access::Algorithm::kRs256);
}

TEST(Metadata, ThatIsNoStrictJsonIsRefused) {
  for (const char* text : {"", "[]", "<html>", R"({"issuer":"a","issuer":"b"})"})
    EXPECT_EQ(parse_metadata(text, corp()).error(), "is not a JSON object without duplicate keys");
}

}  // namespace
}  // namespace beckon::oidc
