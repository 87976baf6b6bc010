#include "access/pats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "access/gate.h"
#include "system/encoding.h"

namespace beckon::access {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

const Handle kAcme{"acme"}, kOther{"other"};
constexpr Instant kNoon = instant_ms(1'800'000'000'000);

class AccessTokens : public ::testing::Test {
 protected:
  PatRecord record(std::string id, std::initializer_list<Scope> scopes = {Scope::kChainResolve}) {
    MadePat made = make_pat(id, random_);
    token_ = made.token;
    PatRecord record{.id = std::move(id), .name = "Shop", .hash = std::move(made.hash)};
    for (const Scope scope : scopes) record.scopes.add(scope);
    return record;
  }
  Result<PatPtr> bearer(std::string_view token, Instant now = kNoon) {
    return pats_.authenticate("Bearer " + std::string(token), "", now);
  }
  FaultCode refusal(std::string_view token, Instant now = kNoon) {
    const auto pat = bearer(token, now);
    return pat ? FaultCode::kInternalError : pat.error().code;
  }

  SeededRandom random_{7};
  Pats pats_;
  std::string token_;  // of the last record
};

TEST_F(AccessTokens, AreTakenFromEitherHeader) {
  pats_.put(kAcme, {record("tok_1")});
  EXPECT_TRUE(token_.starts_with("patv1_tok_1."));
  EXPECT_EQ(token_.size(), std::string("patv1_tok_1.").size() + 43);
  ASSERT_TRUE(bearer(token_));
  EXPECT_EQ(bearer(token_).value()->record().id, "tok_1");
  EXPECT_TRUE(pats_.authenticate("", token_, kNoon));
}

TEST_F(AccessTokens, AreKeptAsHashesOnly) {
  const PatRecord made = record("tok_1");
  EXPECT_EQ(made.hash, sha256(token_));
  EXPECT_EQ(made.hash.find(token_.substr(12, 8)), std::string::npos);
}

TEST_F(AccessTokens, ThatAreUnknownOrHaveAWrongSecretAreRefusedAlike) {
  pats_.put(kAcme, {record("tok_1")});
  std::string wrong = token_;
  wrong.back() = wrong.back() == 'A' ? 'B' : 'A';
  const auto of_wrong = bearer(wrong), of_unknown = bearer("patv1_tok_2.AAAA");
  EXPECT_EQ(of_wrong.error().code, FaultCode::kInvalidToken);
  EXPECT_EQ(of_wrong.error().message, of_unknown.error().message);
  EXPECT_EQ(refusal("patv1_tok_1."), FaultCode::kInvalidToken);
  EXPECT_EQ(refusal("patv1_"), FaultCode::kInvalidToken);
  EXPECT_EQ(refusal(token_ + "A"), FaultCode::kInvalidToken);
  EXPECT_EQ(refusal("patv1_tok_1." + std::string(9'000, 'A')), FaultCode::kInvalidToken);
  EXPECT_EQ(pats_.find("tok_1")->use().at(), Instant{}) << "nobody has used it";
}

TEST_F(AccessTokens, ThatAreMissingAreAskedFor) {
  for (const char* header : {"", "Bearer", "Bearer ", "Basic abc"})
    EXPECT_EQ(pats_.authenticate(header, "", kNoon).error().code, FaultCode::kMissingBearerToken) << header;
}

TEST_F(AccessTokens, AreToldFromTokensOfASignIn) {
  const auto refused = bearer("eyJhbGciOiJFUzI1NiJ9.e30.x");
  EXPECT_EQ(refused.error().code, FaultCode::kInvalidToken);
  EXPECT_THAT(refused.error().message, HasSubstr("a sign-in's token works on /v2/handles/{handle}/"));
}

TEST_F(AccessTokens, EndAtTheirInstantAndSaySoOnlyToWhoHasThem) {
  PatRecord made = record("tok_1");
  made.expires_at = kNoon;
  pats_.put(kAcme, {made});
  EXPECT_TRUE(bearer(token_, kNoon - 1ms));
  EXPECT_EQ(refusal(token_, kNoon), FaultCode::kTokenExpired);
  EXPECT_EQ(refusal("patv1_tok_1.AAAA", kNoon), FaultCode::kInvalidToken);
}

TEST_F(AccessTokens, ThatWereRotatedHoldWithBothSecretsUntilTheOverlapEnds) {
  PatRecord made = record("tok_1");
  const std::string old = token_;
  MadePat next = make_pat("tok_1", random_);
  made.previous_hash = std::exchange(made.hash, next.hash);
  made.previous_until = kNoon + 1h;
  pats_.put(kAcme, {made});
  EXPECT_TRUE(bearer(next.token));
  EXPECT_TRUE(bearer(old));
  EXPECT_EQ(refusal(old, kNoon + 1h), FaultCode::kInvalidToken);
  EXPECT_TRUE(bearer(next.token, kNoon + 1h));
}

TEST_F(AccessTokens, ThatAreNoLongerThereEnd) {
  pats_.put(kOther, {record("tok_2")});
  const std::string other = token_;
  pats_.put(kAcme, {record("tok_1")});
  EXPECT_EQ(pats_.all().size(), 2u);
  pats_.put(kAcme, {});
  EXPECT_EQ(refusal(token_), FaultCode::kInvalidToken);
  EXPECT_TRUE(bearer(other));
  EXPECT_EQ(pats_.all().size(), 1u);
}

TEST_F(AccessTokens, RememberTheirUseWhenTheyAreReadAgain) {
  PatRecord made = record("tok_1");
  made.used_at = kNoon - 1h;
  pats_.put(kAcme, {made});
  ASSERT_TRUE(bearer(token_));
  made.name = "Another";
  pats_.put(kAcme, {made});
  const PatPtr pat = pats_.find("tok_1");
  EXPECT_EQ(pat->record().name, "Another");
  EXPECT_EQ(pat->use().at(), kNoon);
  EXPECT_EQ(pat->use().unstored(), 1h);
}

TEST_F(AccessTokens, MayDoWhatTheirScopesSayOnTheirOwnHandle) {
  pats_.put(kAcme, {record("tok_1", {Scope::kChainResolve, Scope::kVisitorsRead})});
  const PatPtr pat = pats_.find("tok_1");
  EXPECT_TRUE(authorize(pat->record().scopes, pat->handle(), kAcme, Scope::kChainResolve));
  const auto without = authorize(pat->record().scopes, pat->handle(), kAcme, Scope::kChainExplain);
  EXPECT_EQ(without.error().code, FaultCode::kInsufficientScope);
  EXPECT_THAT(without.error().message, HasSubstr("chain.explain"));
  ASSERT_EQ(without.error().extras.size(), 2u);
  EXPECT_EQ(without.error().extras[0], (std::pair<std::string, std::string>{"requiredScope", "\"chain.explain\""}));
  EXPECT_EQ(without.error().extras[1].second, R"(["chain.resolve","visitors.read"])");
  const auto foreign = authorize(pat->record().scopes, pat->handle(), kOther, Scope::kChainExplain);
  EXPECT_EQ(foreign.error().code, FaultCode::kHandleNotFound) << "before the scope is looked at";
  EXPECT_EQ(foreign.error().message, handle_not_found().message);
}

TEST(ScopesOfATokenTest, AreReadAndWrittenByTheirNames) {
  Scopes all;
  for (const std::string_view name : kScopes) {
    ASSERT_TRUE(parse_scope(name)) << name;
    EXPECT_EQ(to_text(*parse_scope(name)), name);
    all.add(*parse_scope(name));
  }
  EXPECT_EQ(parse_scopes(to_text(all)), all);
  EXPECT_EQ(parse_scopes(""), Scopes{});
  EXPECT_EQ(to_text(parse_scopes("of.tomorrow audit.read")), "audit.read");
  for (const char* text : {"", "webhooks", "webhooks.read", "analytics.", "*", "CHAIN.RESOLVE"})
    EXPECT_FALSE(parse_scope(text)) << text;
}

TEST(ScopesOfATokenTest, AllowTheirOwnAndThoseOfWebhooksTheirDeliveries) {
  for (std::size_t held = 0; held < kScopes.size(); ++held)
    for (std::size_t wanted = 0; wanted < kScopes.size(); ++wanted) {
      Scopes one;
      one.add(static_cast<Scope>(held));
      const bool is_of_webhooks = kScopes[held] == "webhooks.*" && kScopes[wanted].starts_with("deliveries.");
      EXPECT_EQ(one.allow(static_cast<Scope>(wanted)), held == wanted || is_of_webhooks)
          << kScopes[held] << " for " << kScopes[wanted];
    }
}

}  // namespace
}  // namespace beckon::access
