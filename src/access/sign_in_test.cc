#include "access/sign_in.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include <algorithm>

#include "access/enrolment.h"
#include "access/gate.h"
#include "access/watched_directory.h"

namespace beckon::access {
namespace {

using namespace std::chrono_literals;

constexpr PasswordCost kLight{.passes = 1, .memory = 8 * 1024};
constexpr const char* kPassword = "correct horse battery";

class SignInTest : public testing::Test {
 protected:
  void SetUp() override {
    Enrolment enrolment(directory_, clock_, random_);
    ASSERT_TRUE(enrolment.add_handle("acme", "ada@example.com"));
    ASSERT_TRUE(enrolment.put_password("ada@example.com", kPassword, kLight));
    ASSERT_TRUE(enrolment.add_user("eve@example.com"));  // without a password
    directory_.audits.clear();
  }

  Result<SignedIn> attempt(const std::string& email, std::string_view password, std::uint8_t from = 1) {
    return sign_in_.with_password(email, password, {address(from)});
  }
  static IpAddress address(std::uint8_t last) { return IpAddress::v4(192, 0, 2, last); }
  Result<Principal> who(const std::string& token) { return gate_.authenticate("Bearer " + token); }

  WatchedDirectory directory_;
  SecretBox box_{std::string(32, 'k')};
  ManualClock clock_{instant_ms(1'772'020'800'000)};
  SeededRandom random_{7};
  Issuer issuer_{directory_, box_, clock_, random_};
  Gate gate_{directory_, issuer_, clock_};
  SignIn sign_in_{directory_,
                  issuer_,
                  clock_,
                  random_,
                  {.life = 8h, .per_address = 4, .account = {.failures = 3}, .failures_anywhere = 6, .cost = kLight}};
};

TEST_F(SignInTest, APasswordGivesATokenThatSaysWhoForAWhileAndIsAudited) {
  const auto signed_in = attempt("ada@example.com", kPassword);
  ASSERT_TRUE(signed_in) << signed_in.error().message;
  EXPECT_EQ(signed_in->user, "ada@example.com");
  EXPECT_EQ(signed_in->life, 8h);
  const Principal principal = who(signed_in->token).value();
  EXPECT_EQ(principal.subject, "ada@example.com");
  EXPECT_EQ(principal.expires_at, clock_.now() + 8h);
  EXPECT_EQ(gate_.authorize(principal, Handle("acme"), Role::kOwner).value(), Role::kOwner);
  ASSERT_EQ(directory_.audits.size(), 1u);
  EXPECT_EQ(directory_.audits[0].action, "auth.login");
  EXPECT_EQ(directory_.audits[0].by.actor, "ada@example.com");
  EXPECT_EQ(directory_.audits[0].detail, R"({"by":"password"})");
}

TEST_F(SignInTest, AWrongPasswordAnUnknownUserAndOneWithoutAPasswordAreAnsweredAlike) {
  const Fault wrong = attempt("ada@example.com", "wrong horse battery", 1).error();
  EXPECT_EQ(wrong.code, FaultCode::kInvalidCredentials);
  for (const char* email : {"nobody@example.com", "eve@example.com"})
    for (const char* password : {kPassword, ""}) {
      const Fault fault = attempt(email, password, 2).error();
      EXPECT_EQ(fault.code, wrong.code);
      EXPECT_EQ(fault.message, wrong.message);
      EXPECT_TRUE(fault.details.empty() && fault.extras.empty());
    }
}

TEST_F(SignInTest, AFailureIsAuditedWithTheAddressAndWithoutANameThatNobodyHas) {
  EXPECT_FALSE(attempt("ada@example.com", "wrong", 7));
  EXPECT_FALSE(attempt("my secret@example.com", "wrong", 8));
  ASSERT_EQ(directory_.audits.size(), 2u);
  EXPECT_EQ(directory_.audits[0].action, "auth.login_failed");
  EXPECT_EQ(directory_.audits[0].by.actor, "ada@example.com");
  EXPECT_EQ(directory_.audits[0].detail, R"({"by":"password"})");
  EXPECT_EQ(directory_.audits[0].by.address, "192.0.2.7");
  EXPECT_EQ(directory_.audits[1].by.actor, "");
}

TEST_F(SignInTest, KeepsEachSignInWithWhereItCameFromUntilItEnds) {
  const auto first = sign_in_.with_password("ada@example.com", kPassword, {address(1), "req_1", "Firefox/140"});
  const auto second =
      sign_in_.as("ada@example.com", {.name = "oidc", .provider = "corp", .subject = "s", .provider_session = "sid"},
                  {address(2), "req_2", std::string(400, 'x')});
  const auto kept = directory_.sign_ins_of("ada@example.com", clock_.now()).value();
  ASSERT_EQ(kept.size(), 2u);
  const auto one = std::ranges::find(kept, who(first->token)->token_id, &SignInRecord::token);
  ASSERT_NE(one, kept.end());
  EXPECT_EQ(one->way + " " + one->address + " " + one->agent, "password 192.0.2.1 Firefox/140");
  EXPECT_EQ(one->until, who(first->token)->expires_at);
  const auto two = std::ranges::find(kept, who(second->token)->token_id, &SignInRecord::token);
  EXPECT_EQ(two->provider + two->subject + two->provider_session, "corpssid");
  EXPECT_EQ(two->agent.size(), kLongestAgent);
  ASSERT_TRUE(directory_.end_sign_ins({.user = "ada@example.com", .token = one->token}, directory_.audits[0]));
  EXPECT_FALSE(who(first->token));
  EXPECT_TRUE(who(second->token)) << "the other one stays";
}

TEST_F(SignInTest, ADisabledUserIsToldSoBehindTheRightPasswordAlone) {
  const auto token = attempt("ada@example.com", kPassword)->token;
  ASSERT_TRUE(Enrolment(directory_, clock_, random_).put_disabled("ada@example.com", true));
  EXPECT_NE(who(token).error().message.find("ended"), std::string::npos);
  EXPECT_NE(attempt("ada@example.com", kPassword).error().message.find("disabled"), std::string::npos);
  EXPECT_EQ(directory_.audits.back().action, "auth.login_failed");
  EXPECT_EQ(attempt("ada@example.com", "wrong").error().message.find("disabled"), std::string::npos);
}

TEST_F(SignInTest, ATokenOfADeletedUserIsNotOfTheNextOneOfThatName) {
  Enrolment enrolment(directory_, clock_, random_);
  ASSERT_TRUE(enrolment.add_user("bob@example.com"));
  const auto token = issuer_.issue(UserToken{.email = "bob@example.com"}, 8h).value();  // as `beckon token --user`
  EXPECT_TRUE(who(token));
  ASSERT_TRUE(enrolment.remove_user("bob@example.com"));
  EXPECT_NE(who(token).error().message.find("deleted"), std::string::npos);
  clock_.advance(1s);
  ASSERT_TRUE(enrolment.add_user("bob@example.com"));
  EXPECT_NE(who(token).error().message.find("is another"), std::string::npos);
  EXPECT_TRUE(who(issuer_.issue(UserToken{.email = "bob@example.com"}, 8h).value()));
}

TEST_F(SignInTest, AUserChangesThePasswordByTheOneThatTheyHave) {
  const auto token = attempt("ada@example.com", kPassword)->token;
  const Principal ada = who(token).value();
  const auto change = [&](std::string_view current, std::string_view next) {
    return sign_in_.change_password(ada, current, next, {address(9)});
  };
  EXPECT_EQ(change("wrong", "another long password").error().code, FaultCode::kInvalidCredentials);
  EXPECT_EQ(change(kPassword, "short").error().details.at(0).field, "newPassword");
  EXPECT_TRUE(who(token)) << "nothing has changed yet";
  const auto changed = change(kPassword, "another long password");
  ASSERT_TRUE(changed) << changed.error().message;
  EXPECT_FALSE(who(token)) << "all earlier ones have ended";
  EXPECT_TRUE(who(changed->token));
  EXPECT_TRUE(attempt("ada@example.com", "another long password"));
}

TEST_F(SignInTest, AuditsSoManyFailuresAMinuteAndNoMore) {
  for (std::uint8_t from = 1; from <= 80; ++from)
    EXPECT_FALSE(attempt("u" + std::to_string(from) + "@example.com", "wrong", from));
  EXPECT_EQ(directory_.audits.size(), kAuditedFailures);
  clock_.advance(61s);
  EXPECT_FALSE(attempt("ada@example.com", "wrong", 90));
  EXPECT_EQ(directory_.audits.size(), kAuditedFailures + 1);
}

TEST_F(SignInTest, WhoGuessesFromOneAddressDoesNotLockTheOthersOut) {
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(attempt("ada@example.com", "wrong", 5));
  EXPECT_EQ(attempt("ada@example.com", kPassword, 5).error().code, FaultCode::kRateLimited);
  EXPECT_TRUE(attempt("ada@example.com", kPassword, 6));
}

TEST_F(SignInTest, AnAccountThatFailedOftenWaitsAlsoWithTheRightPasswordAndAlsoWhereItDoesNotExist) {
  for (const char* email : {"ada@example.com", "nobody@example.com"}) {
    for (std::uint8_t from = 1; from <= 6; ++from)
      EXPECT_EQ(attempt(email, "wrong", from).error().code, FaultCode::kInvalidCredentials);
    const Fault fault = attempt(email, kPassword, 9).error();
    EXPECT_EQ(fault.code, FaultCode::kRateLimited);
    EXPECT_EQ(fault.rate->reset, 1s);
    EXPECT_EQ(fault.message.find(email), std::string::npos);
  }
  clock_.advance(1s);
  EXPECT_TRUE(attempt("ada@example.com", kPassword, 9));
  EXPECT_TRUE(attempt("ada@example.com", kPassword, 9));
}

TEST_F(SignInTest, AnAddressTriesSoOftenInAMinuteWhateverTheAccount) {
  for (int i = 0; i < 4; ++i)
    EXPECT_EQ(attempt("u" + std::to_string(i) + "@example.com", "wrong").error().code, FaultCode::kInvalidCredentials);
  const Fault fault = attempt("ada@example.com", kPassword).error();
  EXPECT_EQ(fault.code, FaultCode::kRateLimited);
  EXPECT_GE(fault.rate->reset, 60s);
  EXPECT_EQ(sign_in_.with_code("x", {address(1)}).error().code, FaultCode::kRateLimited);
  EXPECT_TRUE(attempt("ada@example.com", kPassword, 2));
  clock_.advance(61s);
  EXPECT_TRUE(attempt("ada@example.com", kPassword));
}

TEST_F(SignInTest, WhoSignsOutHoldsNothingAndTheOthersStay) {
  const std::string one = attempt("ada@example.com", kPassword)->token,
                    other = attempt("ada@example.com", kPassword)->token;
  ASSERT_TRUE(sign_in_.out(who(one).value(), {address(1)}));
  EXPECT_EQ(who(one).error().code, FaultCode::kInvalidToken);
  EXPECT_TRUE(who(other));
  EXPECT_EQ(directory_.audits.back().action, "auth.logout");
}

TEST_F(SignInTest, AnotherPasswordEndsEverySignIn) {
  const std::string before = attempt("ada@example.com", kPassword)->token;
  Enrolment enrolment(directory_, clock_, random_);
  ASSERT_TRUE(enrolment.put_password("ada@example.com", "another horse battery", kLight));
  EXPECT_EQ(who(before).error().code, FaultCode::kInvalidToken);
  EXPECT_EQ(attempt("ada@example.com", kPassword).error().code, FaultCode::kInvalidCredentials);
  EXPECT_TRUE(who(attempt("ada@example.com", "another horse battery")->token));
}

TEST_F(SignInTest, ACodeIsGoodOnceAndForTenMinutes) {
  const std::string code = sign_in_.make_code("ada@example.com"), late = sign_in_.make_code("ada@example.com");
  EXPECT_EQ(code.size(), 43u);
  EXPECT_EQ(who(sign_in_.with_code(code, {address(1)})->token)->subject, "ada@example.com");
  EXPECT_EQ(directory_.audits.back().detail, R"({"by":"link"})");
  const auto says = [&](std::string_view given, std::uint8_t from) {
    const Fault fault = sign_in_.with_code(given, {address(from)}).error();
    EXPECT_EQ(fault.code, FaultCode::kInvalidCredentials);
    return fault.message;
  };
  EXPECT_NE(says(code, 2).find("already been used"), std::string::npos);
  EXPECT_NE(says("another", 2).find("is unknown"), std::string::npos);
  EXPECT_NE(says("", 2).find("is unknown"), std::string::npos);
  clock_.advance(OneTimeCodes::kLife);
  EXPECT_NE(says(late, 3).find("expired"), std::string::npos);
}

TEST_F(SignInTest, AUserWhoMayNotHaveACodeAnyMoreGetsNone) {
  EXPECT_EQ(sign_in_.with_code(sign_in_.make_code("nobody@example.com"), {address(1)}).error().code,
            FaultCode::kInvalidCredentials);
}

// A user verified by the provider "corp".
ProviderUser of_provider(const std::string& email, std::vector<Grant> roles = {}) {
  return {.provider = "corp",
          .issuer = "https://corp",
          .subject = "u-1",
          .email = email,
          .if_unknown = NewUser::kWithRole,
          .roles = std::move(roles)};
}

TEST_F(SignInTest, WhomAProviderHasVerifiedIsSignedInWithTheSessionOfTheProvider) {
  const Grant grant{Handle("acme"), "new@example.com", Role::kOperator};
  const auto signed_in = sign_in_.with_provider(of_provider("new@example.com", {grant}), "s-1", {address(1)});
  ASSERT_TRUE(signed_in) << signed_in.error().message;
  EXPECT_EQ(gate_.authorize(who(signed_in->token).value(), Handle("acme"), Role::kOperator), Role::kOperator);
  const auto kept = directory_.sign_ins_of("new@example.com", clock_.now()).value();
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept[0].way, "oidc");
  EXPECT_EQ(kept[0].provider, "corp");
  EXPECT_EQ(kept[0].subject, "u-1");
  EXPECT_EQ(kept[0].provider_session, "s-1");
  EXPECT_EQ(directory_.audits.back().detail, R"({"by":"oidc","provider":"corp","subject":"u-1"})");
  ASSERT_EQ(directory_.end_sign_ins({.provider = "corp", .provider_session = "s-1"}, {}), 1U);
  EXPECT_FALSE(who(signed_in->token));
}

TEST_F(SignInTest, WhomAProviderHasVerifiedIsRefusedIfTheyAreNoUserOrDisabled) {
  const auto refused = sign_in_.with_provider(of_provider("nobody@example.com"), "", {address(1)});
  EXPECT_EQ(refused.error().code, FaultCode::kInvalidCredentials);
  EXPECT_NE(refused.error().message.find("is no user of this server"), std::string::npos);
  EXPECT_TRUE(sign_in_.with_provider(of_provider("eve@example.com"), "", {address(1)}));
  ASSERT_TRUE(directory_.put_disabled("eve@example.com", true, {}));
  const Grant grant{Handle("acme"), "eve@example.com", Role::kOperator};
  const auto disabled = sign_in_.with_provider(of_provider("eve@example.com", {grant}), "", {address(1)});
  EXPECT_NE(disabled.error().message.find("This account is disabled"), std::string::npos);
  EXPECT_EQ(directory_.role_of(Handle("acme"), "eve@example.com").value(), std::nullopt) << "nothing was changed";
}

TEST_F(SignInTest, ARefusalOfAProvidersSignInIsAuditedWithoutAName) {
  ASSERT_TRUE(sign_in_.note_refusal({address(1)}));
  EXPECT_EQ(directory_.audits.back().action, "auth.login_failed");
  EXPECT_EQ(directory_.audits.back().detail, R"({"by":"oidc"})");
  EXPECT_EQ(directory_.audits.back().target, "");
}

TEST_F(SignInTest, ADirectoryInTroubleIsUnavailableAndNoWrongPassword) {
  directory_.failing = true;
  EXPECT_EQ(attempt("ada@example.com", kPassword).error().code, FaultCode::kUnavailable);
}

TEST(Password, TheHashOfNobodyCostsTheSameAndFitsNothing) {
  SeededRandom random(7);
  const std::string nobody = hash_of_nobody(kLight, random), real = hash_password(kPassword, kLight).value();
  EXPECT_EQ(nobody.size(), real.size());
  EXPECT_EQ(crypto_pwhash_str_needs_rehash(nobody.c_str(), kLight.passes, kLight.memory), 0)
      << "it is read as a hash of this cost";
  EXPECT_EQ(nobody.substr(0, nobody.find(",p=1$")), real.substr(0, real.find(",p=1$")));
  EXPECT_FALSE(is_password(kPassword, nobody));
  EXPECT_FALSE(is_password("", nobody));
  EXPECT_NE(hash_password(kPassword, kLight).value(), real) << "each hash has a salt of its own";
}

}  // namespace
}  // namespace beckon::access
