// Trust in requests: docs/people.md, Proof.
#include "commit/identity_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commit/visitor_ids.h"
#include "intake/testing/world.h"
#include "system/encoding.h"

namespace beckon::commit {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;
const Instant kNoon = *parse_rfc3339("2026-11-01T12:00:00Z");

IdentityKeyPtr key(std::string id, std::string secret, Instant used_at = {}) {
  return std::make_shared<const IdentityKey>(std::move(id), std::move(secret), used_at);
}
IdentityKeysPtr keys(std::vector<IdentityKeyPtr> all) { return std::make_shared<const IdentityKeys>(std::move(all)); }
std::string proof_of(std::string_view visitor, std::string_view secret) { return to_hex(hmac_sha256(secret, visitor)); }

// The sum is from another program: printf %s jon@company.example | openssl dgst -sha256 -hmac idsec_test
constexpr const char* kJon = "jon@company.example";
constexpr const char* kJonsProof = "7bd713101355eb76c328ec58b7bcd4984f986b43bbb08bf008061290955b357d";

TEST(IdentityKey, IsAnHmacOfTheIdByTheWholeTextOfTheSecret) {
  EXPECT_TRUE(key("idk_1", "idsec_test")->proves(VisitorId{kJon}, kJonsProof, kNoon));
  EXPECT_FALSE(key("idk_1", "test")->proves(VisitorId{kJon}, kJonsProof, kNoon));
}

TEST(IdentityKey, TakesNothingButTheProofOfThisId) {
  const auto one = key("idk_1", "idsec_test");
  const std::string right = proof_of(kJon, "idsec_test");
  EXPECT_TRUE(one->proves(VisitorId{kJon}, right, kNoon));
  for (std::string wrong : {std::string{}, right.substr(1), right + "0", proof_of("jane@company.example", "idsec_test"),
                            std::string("F") + right.substr(1)})
    EXPECT_FALSE(one->proves(VisitorId{kJon}, wrong, kNoon)) << wrong;
  for (std::size_t i = 0; i < right.size(); ++i) {
    std::string wrong = right;
    wrong[i] = wrong[i] == '0' ? '1' : '0';
    EXPECT_FALSE(one->proves(VisitorId{kJon}, wrong, kNoon)) << i;
  }
}

TEST(IdentityKey, KnowsWhenItWasUsedLast) {
  const auto one = key("idk_1", "idsec_test", kNoon - 2h);
  EXPECT_EQ(one->use().unstored(), 0ms);
  EXPECT_FALSE(one->proves(VisitorId{kJon}, "no", kNoon));
  EXPECT_EQ(one->use().at(), kNoon - 2h);
  EXPECT_TRUE(one->proves(VisitorId{kJon}, proof_of(kJon, "idsec_test"), kNoon));
  EXPECT_TRUE(one->proves(VisitorId{kJon}, proof_of(kJon, "idsec_test"), kNoon - 1h));  // a clock that was set back
  EXPECT_EQ(one->use().at(), kNoon);
  EXPECT_EQ(one->use().unstored(), 2h);
  one->use().stored(kNoon);
  EXPECT_EQ(one->use().unstored(), 0ms);
}

TEST(IdentityKeys, ProveByAnyOfThemAndByNoOther) {
  const auto both = keys({key("idk_1", "idsec_old"), key("idk_2", "idsec_new")});
  EXPECT_TRUE(both->prove(VisitorId{kJon}, proof_of(kJon, "idsec_old"), kNoon));
  EXPECT_TRUE(both->prove(VisitorId{kJon}, proof_of(kJon, "idsec_new"), kNoon + 1s));
  EXPECT_EQ(both->find("idk_1")->use().at(), kNoon);
  EXPECT_EQ(both->find("idk_2")->use().at(), kNoon + 1s);
  EXPECT_EQ(both->find("idk_3"), nullptr);
  EXPECT_FALSE(IdentityKeys::none()->prove(VisitorId{kJon}, proof_of(kJon, "idsec_old"), kNoon));
}

TEST(IdentitySecret, IsFreshAndOfOneForm) {
  SeededRandom random(1);
  const std::string one = make_identity_secret(random), other = make_identity_secret(random);
  EXPECT_NE(one, other);
  EXPECT_THAT(one, testing::MatchesRegex("idsec_[A-Za-z0-9_-]{43}"));
}

// The trust in a request, by the setting and its proof.
class ProofTest : public testing::Test {
 protected:
  ProofTest() { set(ProofPolicy::kReads); }
  void set(ProofPolicy policy) {
    HandleSettings settings;
    settings.proof = policy;
    world.tenant(settings, {});
    auto next = std::make_shared<Tenant>(**world.tenants.find("demo"));
    next->identity_keys = keys({key("idk_1", "idsec_test")});
    world.tenants.put(next);
  }
  decision::DecisionRequest read(const std::string& members, bool with_role = false) {
    auto request = decision::parse_decision(
        json::parse(R"({"handle":"demo","sessionId":"s","trigger":"t")" + members + "}")->root(), world.tenants,
        with_role ? std::optional<std::string_view>{"demo"} : std::nullopt, false, kNoon);
    EXPECT_TRUE(request) << (request ? "" : request.error().message);
    return std::move(*request);
  }
  static std::string said(std::string_view visitor, std::string_view proof) {
    return R"(,"visitorId":")" + std::string(visitor) + R"(","visitorProof":")" + std::string(proof) + "\"";
  }
  std::string right = said(kJon, proof_of(kJon, "idsec_test")), wrong = said(kJon, proof_of(kJon, "idsec_other")),
              none = R"(,"visitorId":"jon@company.example")";

  store::MemoryStore store;
  intake::World world{store, kNoon};
};

TEST_F(ProofTest, ReadsIsTheDefaultAndNeverIgnoresAVisitor) {
  EXPECT_EQ(HandleSettings{}.proof, ProofPolicy::kReads);
  for (const auto& [members, trust] : {std::pair{right, Trust::kProof}, {wrong, Trust::kNone}, {none, Trust::kNone}}) {
    const auto request = read(members);
    EXPECT_EQ(request.trust, trust);
    EXPECT_EQ(request.visitor.view(), kJon);
  }
  EXPECT_THAT(read(right).warnings, IsEmpty());
  EXPECT_THAT(read(none).warnings, IsEmpty());
  EXPECT_THAT(read(wrong).warnings, ElementsAre("visitor_proof_invalid"));
}

TEST_F(ProofTest, RequiredIgnoresTheVisitorWithoutProof) {
  set(ProofPolicy::kRequired);
  EXPECT_EQ(read(right).trust, Trust::kProof);
  EXPECT_EQ(read(right).visitor.view(), kJon);
  EXPECT_TRUE(read(none).visitor.empty());
  EXPECT_TRUE(read(wrong).visitor.empty());
  EXPECT_THAT(read(none).warnings, ElementsAre("visitor_proof_missing"));
  EXPECT_THAT(read(wrong).warnings, ElementsAre("visitor_proof_invalid"));
  EXPECT_THAT(read("").warnings, IsEmpty());
}

TEST_F(ProofTest, OffBelievesEverybodyButTellsOfAWrongProof) {
  set(ProofPolicy::kOff);
  EXPECT_EQ(read(right).trust, Trust::kProof);
  EXPECT_EQ(read(none).trust, Trust::kAssumed);
  EXPECT_EQ(read(wrong).trust, Trust::kAssumed);
  EXPECT_THAT(read(wrong).warnings, ElementsAre("visitor_proof_invalid"));
}

TEST_F(ProofTest, ARoleIsBelievedWhateverTheSetting) {
  for (const ProofPolicy policy : {ProofPolicy::kOff, ProofPolicy::kReads, ProofPolicy::kRequired}) {
    set(policy);
    EXPECT_EQ(read(none, true).trust, Trust::kRole);
    EXPECT_EQ(read(none, true).visitor.view(), kJon);
  }
}

TEST_F(ProofTest, IsOfTheIdAsItIsNormalized) {
  const std::string proof = proof_of("z\xc3\xbc", "idsec_test");       // ü as one character
  EXPECT_EQ(read(said("  zu\xcc\x88 ", proof)).trust, Trust::kProof);  // u and a combining mark
  EXPECT_EQ(read(said("zu\xcc\x88", proof_of("zu\xcc\x88", "idsec_test"))).trust, Trust::kNone);
}

TEST_F(ProofTest, WithoutAVisitorProvesNothing) {
  const std::string proof = R"(,"visitorProof":")" + proof_of("guest", "idsec_test") + "\"";
  EXPECT_EQ(read(proof).trust, Trust::kNone);
  EXPECT_THAT(read(proof).warnings, ElementsAre("visitor_proof_invalid"));
  EXPECT_EQ(read(R"(,"visitorId":"guest")" + proof).trust, Trust::kNone);  // a blocked id
  EXPECT_THAT(read(R"(,"visitorProof":null)").warnings, IsEmpty());
  EXPECT_FALSE(decision::parse_decision(
      json::parse(R"({"handle":"demo","sessionId":"s","trigger":"t","visitorProof":5})")->root(), world.tenants,
      std::nullopt, false, kNoon));
}

// The `proven` flag of a session: whether its visitor was given with a proof, or by a caller with a role.
class ProvenSession : public ProofTest {
 protected:
  bool append(const std::string& session, const std::string& members, bool with_role = false) {
    auto request =
        intake::parse_append(*json::parse(R"({"handle":"demo","sessionId":")" + session + "\"" + members +
                                          R"(,"signals":[{"type":"view"}]})"),
                             world.tenants, with_role ? std::optional<std::string_view>{"demo"} : std::nullopt, kNoon);
    std::unique_ptr<Work> work =
        std::make_unique<intake::Append>(std::move(*request), world.tokens, [](const auto&, const auto&) {});
    world.committer.submit(work);
    world.committer.turn(true);
    return world.session(session)->proven;
  }
  bool resolve(const std::string& session, const std::string& members) {
    auto request = decision::parse_decision(
        json::parse(R"({"handle":"demo","sessionId":")" + session + R"(","trigger":"t")" + members + "}")->root(),
        world.tenants, std::nullopt, false, kNoon);
    world.resolver.resolve(std::move(*request), [](const auto&) {});
    world.committer.turn(true);
    return world.session(session)->proven;
  }
};

TEST_F(ProvenSession, IsOneInWhichAProofWasSaid) {
  EXPECT_FALSE(append("anonymous", R"(,"anonymousId":"a")"));
  EXPECT_FALSE(append("role-without-visitor", "", true));
  EXPECT_FALSE(append("none", none));
  EXPECT_FALSE(append("wrong", wrong));
  EXPECT_TRUE(append("right", right));
  EXPECT_TRUE(append("role", none, true));
  EXPECT_TRUE(append("right", none)) << "what was proven stays so";
  EXPECT_TRUE(append("none", right)) << "a later request may bring the proof";
  EXPECT_TRUE(resolve("wrong", right)) << "a decision may too";
}

TEST_F(ProvenSession, IsTheSameAfterARestartAndOutOfASnapshot) {
  append("right", right);
  append("none", none);
  intake::World again(store, kNoon);
  for (const auto& [session, proven] : {std::pair{"right", true}, {"none", false}}) {
    EXPECT_EQ(again.session(session)->proven, proven);
    const auto copy = ledger::decode_snapshot({.bytes = ledger::encode_snapshot(*again.session(session))});
    EXPECT_EQ(copy->session->proven, proven);
    EXPECT_TRUE(copy->session->begun_by_visitor);
  }
}

TEST_F(ProvenSession, IsForgottenWithTheVisitor) {
  append("right", right);
  EXPECT_FALSE(append("right", R"(,"consent":"basic")" + right));
  EXPECT_FALSE(append("right", R"(,"consent":"basic")"));
}

}  // namespace
}  // namespace beckon::commit
