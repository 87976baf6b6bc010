#include "oidc/providers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oidc/testing/server.h"

namespace beckon::oidc {
namespace {

using namespace testing;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr std::string_view kBrowser = "what the page keeps";

// A sign-in at the scripted server, which each test varies.
class SigningIn : public ::testing::Test {
 protected:
  explicit SigningIn(const std::string& secret = "") : secret_(secret) {
    server_.answer("/me", 200, R"({"sub":"u-1","email":"ada@example.com","email_verified":true})");
  }

  Provider provider() const {
    Provider made = server_.provider();
    made.client_secret = secret_;
    return made;
  }
  Result<std::string> start(const std::string& name = "corp") {
    return waited<Result<std::string>>([&](auto done) { providers_.start(name, kBrowser, std::move(done)); });
  }
  static std::string member(const std::string& url, const std::string& name) {
    const auto at = url.find("&" + name + "=");
    if (at == std::string::npos) return "";
    const auto begin = at + name.size() + 2;
    return url.substr(begin, url.find('&', begin) - begin);
  }
  // Returns from the provider with what it would send; the token's nonce is that of the start.
  std::string finish(const Members& claims = {}, Callback callback = {.code = "c-1"},
                     std::string_view browser = kBrowser) {
    const std::string url = start().value();
    Members changes{{"nonce", json::quote(member(url, "nonce"))}};
    changes.insert(changes.end(), claims.begin(), claims.end());
    server_.answer("/token", 200,
                   object({{"access_token", R"("opaque")"},
                           {"token_type", R"("Bearer")"},
                           {"id_token", json::quote(id_token(changes, server_.issuer()))}},
                          {}));
    return come_back(member(url, "state"), std::move(callback), browser);
  }
  std::string come_back(const std::string& state, Callback callback, std::string_view browser = kBrowser) {
    return waited<std::string>([&](auto told) {
      providers_.finish(state, browser, std::move(callback), [told](Result<Providers::Finished> finished) {
        told(finished ? finished->person.email : finished.error().message);
      });
    });
  }

  const std::string secret_;
  ManualClock clock_{kInstant};
  SeededRandom random_{7};
  SecretBox box_{std::string(SecretBox::kKeySize, 'k')};
  Server server_;
  Calling calling_{clock_};
  Providers providers_{
      {provider()}, "https://beckon.example.com/apps/lifecycle-messaging/", calling_.calls, box_, clock_, random_, {}};
};

TEST_F(SigningIn, GoesToTheProviderWithPkceStateAndNonce) {
  const std::string url = start().value();
  EXPECT_THAT(url, AllOf(HasSubstr(server_.issuer() + "/auth?response_type=code&client_id=beckon"),
                         HasSubstr("&redirect_uri=https%3a%2f%2fbeckon.example.com%2fapps%2flifecycle-messaging%2f&"),
                         HasSubstr("&scope=openid%20email&"), HasSubstr("&code_challenge_method=S256")));
  EXPECT_THAT(member(url, "code_challenge"), SizeIs(43));
  EXPECT_THAT(member(url, "nonce"), SizeIs(43));
  EXPECT_NE(member(start().value(), "nonce"), member(url, "nonce"));
  EXPECT_EQ(start("other").error().code, FaultCode::kNotFound);
}

TEST_F(SigningIn, ComesBackAsTheUserOfTheVerifiedAddress) {
  EXPECT_EQ(finish(), "ada@example.com");
  const std::string token = server_.requests("POST /token")[0];
  EXPECT_THAT(token, AllOf(HasSubstr("grant_type=authorization_code&code=c-1&"), HasSubstr("&code_verifier="),
                           HasSubstr("&client_id=beckon")));
  EXPECT_THAT(server_.requests("GET /me")[0], HasSubstr("Bearer opaque"));
}

TEST_F(SigningIn, IsRefusedWithASentenceForEachCheck) {
  EXPECT_THAT(finish({{"aud", R"("other")"}}), HasSubstr("The ID token of Acme SSO is invalid: it is for another"));
  EXPECT_THAT(finish({{"iss", R"("https://evil.example.com")"}}), HasSubstr("it comes from another issuer (iss)"));
  EXPECT_THAT(finish({{"nonce", R"("n-2")"}}), HasSubstr("it belongs to another sign-in (nonce)"));
  EXPECT_THAT(finish({}, {.code = "c", .issuer = "https://evil.example.com"}), HasSubstr("another issuer than Acme"));
  EXPECT_THAT(finish({}, {.code = "c"}, "another browser"), HasSubstr("in another browser or tab"));
  server_.answer("/me", 200, R"({"sub":"u-1","email":"ada@example.com","email_verified":false})");
  EXPECT_THAT(finish(), HasSubstr("has not verified your e-mail address"));
  server_.answer("/me", 401, "");
  EXPECT_THAT(finish(), HasSubstr("refused to describe the user (userinfo: status 401)"));
  server_.answer("/me", 200, "eyJhbGciOiJSUzI1NiJ9");
  EXPECT_THAT(finish(), HasSubstr("in another form than a JSON object"));
}

TEST_F(SigningIn, IsRefusedIfTheCodeIs) {
  const std::string state = member(start().value(), "state");
  server_.answer("/token", 400, R"({"error":"invalid_grant","error_description":"secret"})");
  EXPECT_EQ(come_back(state, {.code = "c"}),
            "Acme SSO refused the code of this sign-in (invalid_grant); start again from the sign-in page.");
  server_.answer("/token", 400, R"({"error":"<script>"})");
  EXPECT_THAT(come_back(state, {.code = "c"}), HasSubstr("(status 400)"));
  server_.answer("/token", 200, R"({"access_token":"a"})");
  EXPECT_THAT(come_back(state, {.code = "c"}), HasSubstr("it does not consist of three parts"));
  server_.answer("/token", 200, R"({"id_token":"a"})");
  EXPECT_THAT(come_back(state, {.code = "c"}), HasSubstr("sent no access token"));
  server_.answer("/token", 200, std::string(64 * 1024 + 1, ' '));
  EXPECT_THAT(come_back(state, {.code = "c"}), HasSubstr("its response is larger than 64 KiB"));
}

TEST_F(SigningIn, OfAProviderThatNamesItselfNeedsThat) {
  server_.answer("/.well-known/openid-configuration", 200,
                 object({{"issuer", json::quote(server_.issuer())},
                         {"authorization_endpoint", json::quote(server_.issuer() + "/auth?tenant=1")},
                         {"token_endpoint", json::quote(server_.issuer() + "/token")},
                         {"userinfo_endpoint", json::quote(server_.issuer() + "/me")},
                         {"jwks_uri", json::quote(server_.issuer() + "/jwks")},
                         {"authorization_response_iss_parameter_supported", "true"}},
                        {}));
  EXPECT_THAT(start().value(), HasSubstr("/auth?tenant=1&response_type=code&"));
  EXPECT_THAT(finish(), HasSubstr("another issuer than Acme SSO (iss)"));
  EXPECT_EQ(finish({}, {.code = "c", .issuer = server_.issuer()}), "ada@example.com");
}

class WithASecret : public SigningIn {
 protected:
  WithASecret() : SigningIn("s3cret:") {}
};
TEST_F(WithASecret, TheClientProvesWhoItIsByBasic) {
  EXPECT_EQ(finish(), "ada@example.com");
  const std::string token = server_.requests("POST /token")[0];
  EXPECT_THAT(token, HasSubstr("Basic YmVja29uOnMzY3JldCUzYQ=="));  // beckon:s3cret%3a
  EXPECT_EQ(token.find("client_id="), std::string::npos);
}

}  // namespace
}  // namespace beckon::oidc
