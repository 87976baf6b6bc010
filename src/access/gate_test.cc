#include "access/gate.h"

#include <gtest/gtest.h>

#include "access/testing/key.h"
#include "access/watched_directory.h"

namespace beckon::access {
namespace {

using namespace std::chrono_literals;

class GateTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"acme", "globex"})
      ASSERT_TRUE(directory_.add_handle(Handle(name), "owner@" + std::string(name) + ".example", {}));
    for (const char* user : {"ada@example.com", "eve@example.com"})
      directory_.facts.users.try_emplace(user, UserRecord{.email = user});
    directory_.facts.roles[{Handle("acme"), "ada@example.com"}] = Role::kOperator;
  }

  std::string header(const TokenKind& kind, Duration life = 1h) {
    return "Bearer " + issuer_.issue(kind, life).value();
  }
  Principal who(const TokenKind& kind) { return gate_.authenticate(header(kind)).value(); }
  FaultCode code(std::string_view authorization) {
    const auto principal = gate_.authenticate(authorization);
    EXPECT_FALSE(principal);
    return principal ? FaultCode::kInternalError : principal.error().code;
  }

  WatchedDirectory directory_;
  SecretBox box_{std::string(32, 'k')};
  ManualClock clock_{instant_ms(1'772'020'800'000)};
  SeededRandom random_{7};
  Issuer issuer_{directory_, box_, clock_, random_};
  Gate gate_{directory_, issuer_, clock_};
};

// A provider whose tokens say in their claims whether they are valid.
class SomeProvider final : public ForeignTokens {
 public:
  bool knows(std::string_view issuer) const override { return issuer == "https://corp"; }
  Wait wait_for(const UnverifiedJwt&) override {
    return [this](std::move_only_function<void()> then) {
      ++waits;
      then();
    };
  }
  Result<ForeignToken> verify(UnverifiedJwt token) override {
    return ForeignToken{.provider = "corp",
                        .title = "Acme SSO",
                        .issuer = "https://corp",
                        .subject = std::string(token.claims.root().find("sub")->text()),
                        .expires_at = instant_ms(1'772'020'800'000) + 1h};
  }
  int waits = 0;
};

class ForeignGate : public GateTest {
 protected:
  static std::string header_of(const std::string& issuer, const std::string& subject) {
    static const TestKey key = TestKey::ec("k");
    return "Bearer " + key.token(R"({"alg":"ES256","kid":"k","typ":"at+jwt"})",
                                 R"({"iss":")" + issuer + R"(","sub":")" + subject + "\"}");
  }
  std::string why(const std::string& authorization) {
    const auto principal = taking_.authenticate(authorization);
    return principal ? "accepted" : principal.error().message;
  }
  SomeProvider corp_;
  Gate taking_{directory_, issuer_, clock_, Gate::kMostRemembered, &corp_};
};

TEST_F(ForeignGate, ATokenOfAProviderIsTheUserWhoSignedInAsItsSubject) {
  const std::string token = header_of("https://corp", "u-1");
  EXPECT_NE(why(token).find("its subject has not signed in here yet; sign in once through Acme SSO"),
            std::string::npos);
  ASSERT_TRUE(directory_.admit({.provider = "corp",
                                .issuer = "https://corp",
                                .subject = "u-1",
                                .email = "ada@example.com",
                                .if_unknown = NewUser::kYes},
                               [](auto&&...) { return AuditEntry{}; }));
  const auto ada = taking_.authenticate(token);
  ASSERT_TRUE(ada) << ada.error().message;
  EXPECT_EQ(ada->subject, "ada@example.com");
  EXPECT_EQ(ada->provider, "corp");
  EXPECT_EQ(taking_.authorize(*ada, Handle("acme"), Role::kOperator), Role::kOperator);
  ASSERT_TRUE(directory_.revoke(Handle("acme"), "ada@example.com", {}));
  EXPECT_EQ(taking_.authorize(*ada, Handle("acme"), Role::kCreator).error().code, FaultCode::kHandleNotFound);
  ASSERT_TRUE(directory_.put_password("ada@example.com", "x", {}));
  EXPECT_TRUE(taking_.authenticate(token)) << "a password of this server is not the provider's";
  ASSERT_TRUE(directory_.end_token(ada->token_id, ada->expires_at, {}));
  EXPECT_NE(why(token).find("the user has signed out"), std::string::npos);
  EXPECT_EQ(code(token), FaultCode::kInvalidToken) << "without a provider";
}

TEST_F(ForeignGate, OnlyATokenOfAKnownIssuerIsForeign) {
  EXPECT_TRUE(taking_.authenticate(header(UserToken{"ada@example.com"})));
  EXPECT_NE(why(header_of("https://other", "u-1")).find("signed by an unknown key"), std::string::npos);
  EXPECT_NE(why("Bearer b4lzZWQtb3BhcXVlLXRva2Vu").find("an opaque access token"), std::string::npos);
  EXPECT_FALSE(taking_.wait_for(header(UserToken{"ada@example.com"})));
  EXPECT_FALSE(taking_.wait_for("Bearer patv1_x.y"));
  EXPECT_FALSE(gate_.wait_for(header_of("https://corp", "u-1")));
  taking_.wait_for(header_of("https://corp", "u-1"))([] {});
  EXPECT_EQ(corp_.waits, 1);
}

void expect_same(const Fault& a, const Fault& b) {
  EXPECT_EQ(a.code, b.code);
  EXPECT_EQ(a.message, b.message);
  EXPECT_EQ(a.details, b.details);
  EXPECT_EQ(a.extras, b.extras);
}

TEST_F(GateTest, NoTokenIsMissingAndAnotherSchemeToo) {
  for (const char* authorization : {"", " ", "Bearer", "Bearer ", "Bearer    ", "Basic YTpi", "Token abc", "bearerabc",
                                    "Bearer\tabc", "BearerX abc"})
    EXPECT_EQ(code(authorization), FaultCode::kMissingBearerToken) << authorization;
  EXPECT_NE(gate_.authenticate("").error().message.find("Authorization: Bearer"), std::string::npos);
}

TEST_F(GateTest, WhatIsNoTokenOfOursIsInvalid) {
  for (const std::string& token : {std::string("abc"), std::string("a.b.c"), std::string("undefined"),
                                   std::string("a b"), "patv1_" + std::string("x.y"), std::string(9'000, 'a')})
    EXPECT_EQ(code("Bearer " + token), FaultCode::kInvalidToken) << token;
  EXPECT_NE(gate_.authenticate("Bearer patv1_x.y").error().message.find("/v2/public/handles/"), std::string::npos);
}

TEST_F(GateTest, AnAccessTokenIsSentWhereItWorksWhicheverHeaderHasIt) {
  expect_same(gate_.authenticate("", "patv1_x.y").error(), gate_.authenticate("Bearer patv1_x.y").error());
  EXPECT_EQ(gate_.authenticate("", "abc").error().code, FaultCode::kMissingBearerToken);
}

TEST_F(GateTest, AnAccessTokenHasNoRoleAndSeesOfVisitorsWhatItsScopesSay) {
  Principal token{.subject = "tok_1", .handle = Handle("acme"), .role = Role::kOwner, .scopes = Scopes{}};
  EXPECT_EQ(gate_.sees_as(token, Handle("acme")), Role::kCreator);
  token.scopes->add(Scope::kVisitorsRead);
  EXPECT_EQ(gate_.sees_as(token, Handle("acme")), Role::kOperator);
  EXPECT_EQ(gate_.sees_as(token, Handle("globex")).error().code, FaultCode::kHandleNotFound);
  EXPECT_EQ(gate_.authorize(token, Handle("acme"), Role::kCreator).error().code, FaultCode::kHandleNotFound);
  EXPECT_EQ(gate_.sees_as(who(UserToken{"ada@example.com"}), Handle("acme")), Role::kOperator);
  EXPECT_EQ(gate_.sees_as(who(UserToken{"eve@example.com"}), Handle("acme")).error().code, FaultCode::kHandleNotFound);
}

TEST_F(GateTest, TheSchemeMayBeWrittenInAnyCase) {
  const std::string token = issuer_.issue(PlatformAdminToken{}, 1h).value();
  for (const char* scheme : {"Bearer ", "bearer ", "BEARER ", "Bearer   "})
    EXPECT_TRUE(gate_.authenticate(scheme + token));
  EXPECT_TRUE(gate_.authenticate("Bearer " + token + " "));
}

TEST_F(GateTest, EachRoleMayDoWhatIsAtMostItsOwn) {
  const Role roles[] = {Role::kCreator, Role::kOperator, Role::kOwner};
  for (const Role held : roles)
    for (const Role needed : roles)
      for (const bool of_user : {false, true}) {
        directory_.facts.roles[{Handle("acme"), "eve@example.com"}] = held;
        const Principal principal =
            of_user ? who(UserToken{"eve@example.com"}) : who(CommandLineToken{Handle("acme"), held});
        const auto role = gate_.authorize(principal, Handle("acme"), needed);
        if (held >= needed) {
          ASSERT_TRUE(role);
          EXPECT_EQ(*role, held);
        } else {
          ASSERT_FALSE(role);
          EXPECT_EQ(role.error().code, FaultCode::kInsufficientRole);
          EXPECT_NE(role.error().message.find("requires the role " + std::string(to_text(needed))), std::string::npos);
          EXPECT_NE(role.error().message.find("you have " + std::string(to_text(held))), std::string::npos);
          EXPECT_EQ(role.error().extras.at(0), std::pair(std::string("requiredRole"), json::quote(to_text(needed))));
          EXPECT_EQ(role.error().extras.at(1), std::pair(std::string("role"), json::quote(to_text(held))));
        }
      }
}

TEST_F(GateTest, AForeignHandleAnswersLikeAnUnknownOneWithTheSameWork) {
  const TokenKind kinds[] = {CommandLineToken{Handle("acme"), Role::kOwner}, UserToken{"ada@example.com"},
                             PlatformAdminToken{}};
  for (const TokenKind& kind : kinds) {
    const Principal principal = who(kind);
    const int before = directory_.role_readings + directory_.handle_readings;
    const auto foreign = gate_.authorize(principal, Handle("globex"), Role::kOwner);
    const int between = directory_.role_readings + directory_.handle_readings;
    const auto unknown = gate_.authorize(principal, Handle("nowhere"), Role::kOwner);
    const int after = directory_.role_readings + directory_.handle_readings;
    ASSERT_FALSE(foreign);
    ASSERT_FALSE(unknown);
    EXPECT_EQ(foreign.error().code, FaultCode::kHandleNotFound);
    expect_same(foreign.error(), unknown.error());
    EXPECT_EQ(between - before, after - between);
    EXPECT_EQ(foreign.error().message.find("globex"), std::string::npos);
  }
}

TEST_F(GateTest, ALockedForeignHandleIsNotToldFromAnUnknownOne) {
  directory_.facts.allowlist = R"({"handles":["acme"],"egress":[]})";
  const auto foreign = gate_.authorize(who(UserToken{"ada@example.com"}), Handle("globex"), Role::kCreator);
  ASSERT_FALSE(foreign);
  expect_same(foreign.error(), handle_not_found());
}

TEST_F(GateTest, ATokenOfTheCommandLineIsNoGoodForAHandleThatIsGoneOrMalformed) {
  const Principal principal = who(CommandLineToken{Handle("initech"), Role::kOwner});
  EXPECT_EQ(gate_.authorize(principal, Handle("initech"), Role::kCreator).error().code, FaultCode::kHandleNotFound);
  for (const char* name : {"", "*", "ACME", "acme ", "../acme", "a"})
    EXPECT_EQ(gate_.authorize(who(UserToken{"ada@example.com"}), Handle(name), Role::kCreator).error().code,
              FaultCode::kHandleNotFound);
}

TEST_F(GateTest, ADemotionHoldsAtOnceForATokenAlreadySeen) {
  const std::string authorization = header(UserToken{"ada@example.com"});
  const auto may = [&](Role least) {
    return gate_.authorize(gate_.authenticate(authorization).value(), Handle("acme"), least);
  };
  EXPECT_TRUE(may(Role::kOperator));
  directory_.facts.roles[{Handle("acme"), "ada@example.com"}] = Role::kCreator;
  EXPECT_EQ(may(Role::kOperator).error().code, FaultCode::kInsufficientRole);
  directory_.facts.roles.erase({Handle("acme"), "ada@example.com"});
  EXPECT_EQ(may(Role::kCreator).error().code, FaultCode::kHandleNotFound);
}

TEST_F(GateTest, ATokenThatWasEndedIsNoGoodAtOnceAlsoWhereItWasSeen) {
  const std::string ended = header(UserToken{"ada@example.com"}), other = header(UserToken{"ada@example.com"});
  const Principal principal = gate_.authenticate(ended).value();
  ASSERT_TRUE(directory_.end_token(principal.token_id, principal.expires_at, {}));
  EXPECT_EQ(code(ended), FaultCode::kInvalidToken);
  EXPECT_TRUE(gate_.authenticate(other));
  EXPECT_EQ(gate_.still_stands(principal).error().code, FaultCode::kInvalidToken);
}

TEST_F(GateTest, AnotherPasswordEndsTheTokensMadeBefore) {
  const std::string before = header(UserToken{"ada@example.com"});
  EXPECT_TRUE(gate_.authenticate(before));
  ASSERT_TRUE(directory_.put_password("ada@example.com", "hash", {}));
  EXPECT_EQ(code(before), FaultCode::kInvalidToken);
  EXPECT_TRUE(gate_.authenticate(header(UserToken{"ada@example.com", 1})));
  EXPECT_TRUE(gate_.authenticate(header(CommandLineToken{Handle("acme"), Role::kOwner})));
}

TEST_F(GateTest, OnlyThePlatformAdminEntersItsRoutes) {
  EXPECT_TRUE(gate_.authorize_platform_admin(who(PlatformAdminToken{})));
  for (const TokenKind& kind :
       {TokenKind(CommandLineToken{Handle("acme"), Role::kOwner}), TokenKind(UserToken{"owner@acme.example"})}) {
    const auto admitted = gate_.authorize_platform_admin(who(kind));
    ASSERT_FALSE(admitted);
    EXPECT_EQ(admitted.error().code, FaultCode::kInsufficientRole);
    EXPECT_NE(admitted.error().message.find("--platform-admin"), std::string::npos);
  }
}

TEST_F(GateTest, AHandleNotOnTheAllowlistIsLockedAtOnce) {
  const Principal owner = who(CommandLineToken{Handle("acme"), Role::kOwner});
  EXPECT_TRUE(gate_.authorize(owner, Handle("acme"), Role::kOwner));
  EXPECT_TRUE(gate_.admit(Handle("acme")));
  directory_.facts.allowlist = R"({"handles":["globex"],"egress":[]})";
  EXPECT_EQ(gate_.authorize(owner, Handle("acme"), Role::kOwner).error().code, FaultCode::kFeatureLocked);
  EXPECT_EQ(gate_.admit(Handle("acme")).error().code, FaultCode::kFeatureLocked);
  EXPECT_TRUE(gate_.admit(Handle("globex")));
  directory_.facts.allowlist = R"({"handles":["globex","acme"],"egress":[]})";
  EXPECT_TRUE(gate_.authorize(owner, Handle("acme"), Role::kOwner));
}

TEST_F(GateTest, AnUnreadableAllowlistLocksRatherThanOpens) {
  for (const char* text : {"{}", "{", "[]", R"({"handles":"*"})"}) {
    directory_.facts.allowlist = text;
    const auto admitted = gate_.admit(Handle("acme"));
    ASSERT_FALSE(admitted) << text;
    EXPECT_EQ(admitted.error().code, FaultCode::kInternalError);
  }
}

TEST_F(GateTest, PublicRoutesKnowOnlyHandlesThatExist) {
  EXPECT_TRUE(gate_.admit(Handle("acme")));
  for (const char* name : {"nowhere", "", "*", "ACME"}) {
    const auto admitted = gate_.admit(Handle(name));
    ASSERT_FALSE(admitted);
    expect_same(admitted.error(), handle_not_found());
  }
}

TEST_F(GateTest, ADirectoryInTroubleIsUnavailableNotForbidden) {
  const Principal command_line = who(CommandLineToken{Handle("acme"), Role::kOwner}),
                  user = who(UserToken{"ada@example.com"});
  const std::string authorization = header(UserToken{"ada@example.com"});
  directory_.failing = true;
  EXPECT_EQ(code(authorization), FaultCode::kUnavailable);
  EXPECT_EQ(gate_.authorize(command_line, Handle("acme"), Role::kCreator).error().code, FaultCode::kUnavailable);
  EXPECT_EQ(gate_.authorize(user, Handle("acme"), Role::kCreator).error().code, FaultCode::kUnavailable);
  EXPECT_EQ(gate_.admit(Handle("acme")).error().code, FaultCode::kUnavailable);
}

TEST_F(GateTest, ARememberedTokenExpiresToTheMillisecondToo) {
  const std::string authorization = header(PlatformAdminToken{}, 10s);
  EXPECT_TRUE(gate_.authenticate(authorization));
  clock_.advance(10s + 59'999ms);
  EXPECT_TRUE(gate_.authenticate(authorization));
  clock_.advance(1ms);
  EXPECT_EQ(code(authorization), FaultCode::kTokenExpired);
  EXPECT_EQ(code(authorization), FaultCode::kTokenExpired);
}

TEST_F(GateTest, ARememberedTokenFallsWithItsKey) {
  const std::string authorization = header(PlatformAdminToken{});
  EXPECT_TRUE(gate_.authenticate(authorization));
  directory_.facts.signing_keys.clear();
  ASSERT_TRUE(issuer_.prepare());
  EXPECT_EQ(code(authorization), FaultCode::kInvalidToken);
}

TEST_F(GateTest, ATokenLikeARememberedOneIsJudgedOnItsOwn) {
  std::string authorization = header(PlatformAdminToken{});
  EXPECT_TRUE(gate_.authenticate(authorization));
  char& changed = authorization[authorization.size() - 10];
  changed = changed == 'A' ? 'B' : 'A';
  EXPECT_EQ(code(authorization), FaultCode::kInvalidToken);
}

TEST(VerifiedTokens, HoldAtMostTheirNumberAndForgetTheFirst) {
  VerifiedTokens tokens(3);
  const auto digest = [](char c) { return std::string(32, c); };
  for (char c = 'a'; c <= 'z'; ++c) tokens.add(digest(c), {.principal = {.subject = std::string(1, c)}, .kid = "k"});
  EXPECT_EQ(tokens.size(), 3u);
  EXPECT_FALSE(tokens.find(digest('w')));
  EXPECT_EQ(tokens.find(digest('x'))->principal.subject, "x");
  tokens.forget(digest('x'));
  EXPECT_FALSE(tokens.find(digest('x')));
  for (int i = 0; i < 100; ++i) {  // repeated adding and forgetting leaves nothing behind
    tokens.add(digest('x'), {});
    tokens.forget(digest('x'));
  }
  EXPECT_LE(tokens.size(), 3u);
}

TEST(VerifiedTokens, OfNumberZeroHoldNothing) {
  VerifiedTokens tokens(0);
  tokens.add(std::string(32, 'a'), {});
  EXPECT_EQ(tokens.size(), 0u);
}

}  // namespace
}  // namespace beckon::access
