#include "access/issuer.h"

#include <gtest/gtest.h>

#include "access/testing/key.h"
#include "access/watched_directory.h"
#include "system/encoding.h"

namespace beckon::access {
namespace {

using namespace std::chrono_literals;

class IssuerTest : public testing::Test {
 protected:
  WatchedDirectory directory_;
  SecretBox box_{std::string(32, 'k')};
  ManualClock clock_{instant_ms(1'772'020'800'500)};
  SeededRandom random_{7};
  Issuer issuer_{directory_, box_, clock_, random_};

  json::Document claims_of(const std::string& token) {
    const std::size_t first = token.find('.'), second = token.rfind('.');
    return document_of(*from_base64url(token.substr(first + 1, second - first - 1)));
  }
};

TEST_F(IssuerTest, ACommandLineTokenCarriesItsHandleAndRole) {
  const auto token = issuer_.issue(CommandLineToken{Handle("acme"), Role::kOperator}, 1h);
  ASSERT_TRUE(token);
  const auto identity = issuer_.verify(*token);
  ASSERT_TRUE(identity) << identity.error().message;
  EXPECT_EQ(identity->principal.subject, "cli");
  EXPECT_EQ(identity->principal.handle, Handle("acme"));
  EXPECT_EQ(identity->principal.role, Role::kOperator);
  EXPECT_FALSE(identity->principal.platform_admin);
  EXPECT_EQ(to_ms(identity->principal.expires_at), 1'772'024'400'000);
  const auto claims = claims_of(*token);
  for (const char* name : {"iss", "aud", "sub", "handle", "role", "iat", "exp", "jti"})
    EXPECT_NE(claims.root().find(name), nullptr) << name;
  EXPECT_EQ(claims.root().members().size(), 8u);
}

TEST_F(IssuerTest, APlatformAdminTokenHasNoHandle) {
  const auto identity = issuer_.verify(issuer_.issue(PlatformAdminToken{}, 1h).value());
  ASSERT_TRUE(identity);
  EXPECT_TRUE(identity->principal.platform_admin);
  EXPECT_TRUE(identity->principal.handle.empty());
}

TEST_F(IssuerTest, AUserTokenSaysWhoAndUnderWhichPasswordAndNothingElse) {
  const auto token = issuer_.issue(UserToken{"ada@example.com", 3}, 1h);
  const auto identity = issuer_.verify(*token);
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->principal.password_version, 3);
  EXPECT_EQ(identity->principal.token_id, claims_of(*token).root().find("jti")->text());
  EXPECT_EQ(identity->principal.subject, "ada@example.com");
  EXPECT_FALSE(identity->principal.platform_admin);
  EXPECT_TRUE(identity->principal.handle.empty());
  EXPECT_EQ(claims_of(*token).root().find("role"), nullptr);
}

TEST_F(IssuerTest, TokensDifferByTheirJti) {
  const auto first = issuer_.issue(PlatformAdminToken{}, 1h), second = issuer_.issue(PlatformAdminToken{}, 1h);
  EXPECT_NE(claims_of(*first).root().find("jti")->text(), claims_of(*second).root().find("jti")->text());
}

TEST_F(IssuerTest, ALifeIsFromOneSecondToADay) {
  EXPECT_TRUE(issuer_.issue(PlatformAdminToken{}, 1s));
  const auto longest = issuer_.issue(PlatformAdminToken{}, 24h);
  ASSERT_TRUE(longest);
  EXPECT_TRUE(issuer_.verify(*longest));
  for (const Duration life : {Duration(0), Duration(-1), Duration(999), Duration(24h + 1ms)}) {
    const auto token = issuer_.issue(PlatformAdminToken{}, life);
    ASSERT_FALSE(token);
    EXPECT_EQ(token.error().code, FaultCode::kValidationError);
    EXPECT_EQ(token.error().details.at(0).field, "ttl");
  }
}

TEST_F(IssuerTest, ATokenThatIsNoneOfTheThreeKindsIsRefused) {
  ASSERT_TRUE(issuer_.prepare());
  const auto jwk =
      box_.open(directory_.facts.signing_keys[0].sealed_jwk, "signing-key/" + directory_.facts.signing_keys[0].kid);
  const auto key = Es256Key::from_private_jwk(*jwk);
  const auto judge = [&](const std::string& who) {
    return issuer_.verify(
        key->sign(R"({"iss":"beckon","aud":"beckon","iat":1772020800,"exp":1772024400,"jti":"tok_1",)" + who + "}"));
  };
  EXPECT_TRUE(judge(R"("sub":"cli","handle":"acme","role":"OWNER")"));
  for (const char* who : {R"("sub":"cli")",
                          R"("sub":"cli","handle":"acme")",
                          R"("sub":"cli","role":"OWNER")",
                          R"("sub":"cli","handle":"acme","role":"ADMIN")",
                          R"("sub":"cli","handle":"acme","role":"owner")",
                          R"("sub":"cli","handle":"acme","role":3)",
                          R"("sub":"cli","handle":"ACME","role":"OWNER")",
                          R"("sub":"cli","handle":"","role":"OWNER")",
                          R"("sub":"cli","handle":"*","role":"OWNER")",
                          R"("sub":"cli","handle":["acme"],"role":"OWNER")",
                          R"("sub":"cli","platformAdmin":false)",
                          R"("sub":"cli","platformAdmin":1)",
                          R"("sub":"cli","platformAdmin":"true")",
                          R"("sub":"cli","platformAdmin":true,"handle":"acme","role":"OWNER")",
                          R"("sub":"cli","platformAdmin":false,"handle":"acme","role":"OWNER")",
                          R"("sub":"ada@example.com","handle":"acme","role":"OWNER")",
                          R"("sub":"ada@example.com","platformAdmin":true)",
                          R"("sub":"ada@example.com","role":"OWNER")",
                          R"("sub":"Ada@Example.com")",
                          R"("sub":"ada")"}) {
    const auto identity = judge(who);
    ASSERT_FALSE(identity) << who;
    EXPECT_EQ(identity.error().code, FaultCode::kInvalidToken) << who;
  }
  const auto nameless = issuer_.verify(
      key->sign(R"({"iss":"beckon","aud":"beckon","iat":1772020800,"exp":1772024400,"sub":"ada@example.com"})"));
  ASSERT_FALSE(nameless);
  EXPECT_EQ(nameless.error().code, FaultCode::kInvalidToken) << "without an id it could not be ended";
}

TEST_F(IssuerTest, TheFirstKeyIsMadeAtFirstUseAndSealed) {
  EXPECT_TRUE(directory_.facts.signing_keys.empty());
  ASSERT_TRUE(issuer_.issue(PlatformAdminToken{}, 1h));
  ASSERT_EQ(directory_.facts.signing_keys.size(), 1u);
  EXPECT_EQ(directory_.facts.signing_keys[0].sealed_jwk.find("\"d\""), std::string::npos);
  ASSERT_TRUE(issuer_.issue(PlatformAdminToken{}, 1h));
  EXPECT_EQ(directory_.facts.signing_keys.size(), 1u);
}

TEST_F(IssuerTest, AnotherMasterKeyDoesNotOpenTheKeysAndMakesNoNewOne) {
  ASSERT_TRUE(issuer_.prepare());
  const SecretBox other(std::string(32, 'x'));
  Issuer wrong(directory_, other, clock_, random_);
  const auto prepared = wrong.prepare();
  ASSERT_FALSE(prepared);
  EXPECT_EQ(prepared.error().code, FaultCode::kInternalError);
  EXPECT_NE(prepared.error().message.find("master key"), std::string::npos);
  EXPECT_FALSE(wrong.issue(PlatformAdminToken{}, 1h));
  EXPECT_EQ(directory_.facts.signing_keys.size(), 1u);
}

TEST_F(IssuerTest, ASealedKeyMovedToAnotherRowDoesNotOpen) {
  ASSERT_TRUE(issuer_.prepare());
  ASSERT_TRUE(issuer_.rotate({"cli"}));
  std::swap(directory_.facts.signing_keys[0].sealed_jwk, directory_.facts.signing_keys[1].sealed_jwk);
  Issuer fresh(directory_, box_, clock_, random_);
  EXPECT_FALSE(fresh.prepare());
}

TEST_F(IssuerTest, ANewKeyIsListedForAnHourBeforeItSignsAndAllVerify) {
  const auto before = issuer_.issue(PlatformAdminToken{}, 24h);
  clock_.advance(2h);
  ASSERT_TRUE(issuer_.rotate({"cli"}));
  clock_.advance(Issuer::kAhead - 1ms);
  EXPECT_EQ(issuer_.verify(*issuer_.issue(PlatformAdminToken{}, 1h))->kid, directory_.facts.signing_keys[0].kid);
  EXPECT_EQ(parse_jwks(*issuer_.jwks())->size(), 2u);
  clock_.advance(1ms);
  const auto after = issuer_.issue(PlatformAdminToken{}, 1h);
  const auto first = issuer_.verify(*before), second = issuer_.verify(*after);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->kid, directory_.facts.signing_keys[0].kid);
  EXPECT_EQ(second->kid, directory_.facts.signing_keys[1].kid);
}

TEST_F(IssuerTest, TheKeyMadeLastSignsThoughTheClockWentBack) {
  ASSERT_TRUE(issuer_.prepare());
  clock_.advance(-1h);
  Issuer command_line(directory_, box_, clock_, random_);
  ASSERT_TRUE(command_line.rotate({"cli"}));
  ASSERT_TRUE(issuer_.prepare());
  clock_.advance(1h + Issuer::kAhead + 1ms);
  EXPECT_EQ(issuer_.verify(issuer_.issue(PlatformAdminToken{}, 1h).value())->kid, directory_.facts.signing_keys[1].kid);
}

TEST_F(IssuerTest, TheJwksNamesEveryKeyAndNothingPrivate) {
  ASSERT_TRUE(issuer_.prepare());
  ASSERT_TRUE(issuer_.rotate({"cli"}));
  const auto text = issuer_.jwks();
  ASSERT_TRUE(text);
  const auto set = parse_jwks(*text);
  ASSERT_TRUE(set);
  EXPECT_EQ(set->size(), 2u);
  EXPECT_EQ(text->find("\"d\""), std::string::npos);
  clock_.advance(Issuer::kAhead + 1ms);
  const auto token = issuer_.issue(PlatformAdminToken{}, 1h);
  EXPECT_TRUE(set->find(directory_.facts.signing_keys[1].kid)->verifies(*token));
}

TEST_F(IssuerTest, AKeyThatAnotherProcessMadeIsFoundWhenItsTokenComes) {
  ASSERT_TRUE(issuer_.prepare());
  Issuer command_line(directory_, box_, clock_, random_);
  ASSERT_TRUE(command_line.rotate({"cli"}, true));
  const auto token = command_line.issue(PlatformAdminToken{}, 1h);
  clock_.advance(1s);
  EXPECT_TRUE(issuer_.verify(*token));
}

TEST_F(IssuerTest, KeysAreReplacedOnScheduleAndGoWhenNothingThatTheySignedIsValid) {
  const auto kids = [&] {
    std::string all;
    const auto known = issuer_.known().value();
    for (const Issuer::Known& one : known) all += one.kid.substr(0, 4) + (one.signs ? "* " : " ");
    return all;
  };
  ASSERT_TRUE(issuer_.prepare());
  const std::string first = directory_.facts.signing_keys[0].kid.substr(0, 4);
  clock_.advance(24h * 30 - 1ms);
  ASSERT_TRUE(issuer_.keep_up(24h * 30));
  EXPECT_EQ(kids(), first + "* ");
  clock_.advance(1ms);
  ASSERT_TRUE(issuer_.keep_up(24h * 30));
  const std::string second = directory_.facts.signing_keys[1].kid.substr(0, 4);
  EXPECT_EQ(kids(), second + " " + first + "* ");
  clock_.advance(Issuer::kAhead - 1s);
  const auto last = issuer_.issue(PlatformAdminToken{}, 24h);
  clock_.advance(1s);
  EXPECT_EQ(kids(), second + "* " + first + " ");
  clock_.advance(24h - 2s);
  ASSERT_TRUE(issuer_.keep_up(24h * 30));
  EXPECT_TRUE(issuer_.verify(*last)) << "the last token that the first key signed";
  clock_.advance(kLeeway + 3s);
  ASSERT_TRUE(issuer_.keep_up(24h * 30));
  EXPECT_EQ(kids(), second + "* ");
  EXPECT_EQ(directory_.facts.signing_keys.size(), 1u);
  std::string said;
  for (const auto& [place, entry] : directory_.facts.audit.at(Handle{})) said += entry.action + " ";
  EXPECT_EQ(said, "signing-key.create signing-key.create signing-key.delete ");
}

TEST_F(IssuerTest, ARotationAtOnceEndsAllTokens) {
  const auto token = issuer_.issue(PlatformAdminToken{}, 1h);
  ASSERT_TRUE(issuer_.rotate({"cli"}, true));
  EXPECT_FALSE(issuer_.verify(*token));
  EXPECT_TRUE(issuer_.verify(*issuer_.issue(PlatformAdminToken{}, 1h)));
  EXPECT_EQ(directory_.facts.signing_keys.size(), 1u);
}

TEST_F(IssuerTest, UnknownKeysHaveTheDirectoryReadAtMostOnceASecond) {
  ASSERT_TRUE(issuer_.prepare());
  const auto token = TestKey::ec("stranger").token(R"({"alg":"ES256","kid":"stranger"})", "{}");
  clock_.advance(1s);
  const int before = directory_.key_readings;
  for (int i = 0; i < 100; ++i) {
    const auto identity = issuer_.verify(token);
    ASSERT_FALSE(identity);
    EXPECT_EQ(identity.error().code, FaultCode::kInvalidToken);
    clock_.advance(99ms);
  }
  EXPECT_LE(directory_.key_readings - before, 10);
  EXPECT_GE(directory_.key_readings - before, 9);
}

TEST_F(IssuerTest, ADirectoryInTroubleIsNotAskedByEveryStrangerAndKnownKeysStillVerify) {
  const auto known = issuer_.issue(PlatformAdminToken{}, 1h);
  const auto stranger = TestKey::ec("stranger").token(R"({"alg":"ES256","kid":"stranger"})", "{}");
  clock_.advance(1s);
  directory_.failing = true;
  const int before = directory_.key_readings;
  EXPECT_EQ(issuer_.verify(stranger).error().code, FaultCode::kUnavailable);
  EXPECT_EQ(issuer_.verify(stranger).error().code, FaultCode::kInvalidToken);
  EXPECT_EQ(directory_.key_readings - before, 1);
  EXPECT_TRUE(issuer_.verify(*known));
}

TEST_F(IssuerTest, TokensOfAnotherServerAreRefused) {
  WatchedDirectory elsewhere;
  Issuer other(elsewhere, box_, clock_, random_);
  EXPECT_EQ(issuer_.verify(other.issue(PlatformAdminToken{}, 1h).value()).error().code, FaultCode::kInvalidToken);
  // The same keys with another issuer or audience.
  Issuer renamed(directory_, box_, clock_, random_, {.issuer = "other", .audience = "beckon"});
  ASSERT_TRUE(issuer_.prepare());
  EXPECT_NE(issuer_.verify(renamed.issue(PlatformAdminToken{}, 1h).value()).error().message.find("(iss)"),
            std::string::npos);
  Issuer readdressed(directory_, box_, clock_, random_, {.issuer = "beckon", .audience = "other"});
  EXPECT_NE(issuer_.verify(readdressed.issue(PlatformAdminToken{}, 1h).value()).error().message.find("(aud)"),
            std::string::npos);
}

}  // namespace
}  // namespace beckon::access
