// Random histories with everything that a decision can read, in which rules change and processes end: each recorded
// decision is re-evaluated much later, and must give the same result.
#include "hindsight/recall.h"

#include <gtest/gtest.h>

#include "intake/testing/life.h"
#include "system/zones.h"

namespace beckon::hindsight {
namespace {

// Also happens: rules change, processes end, sessions are erased.
class RecalledLife {
 public:
  explicit RecalledLife(std::uint64_t seed) : life_(seed) {}

  void step() {
    life_.step();
    if (life_.pick(8) == 0) change_a_rule();
    if (life_.pick(150) == 0) deny();
  }
  void check() {
    for (int i = 0; i < intake::Life::kSessions; ++i)
      for (const ledger::PastDecision& past : life_.world.decisions(intake::Life::session(i)))
        check(intake::Life::session(i), past);
  }
  std::map<std::string, std::size_t> seen;  // how often each kind of decision was recalled

 private:
  void change_a_rule() {
    const auto& [id, text] = intake::kLifeRules[static_cast<std::size_t>(life_.pick(intake::kLifeRules.size()))];
    std::string changed = text;
    if (life_.pick(2)) changed.insert(1, R"("active":{"from":"2026-11-02T13:00:00Z"},)");
    life_.world.save(id, life_.pick(5) == 0 ? "" : changed);
  }
  void deny() {
    const std::string gone = life_.any_session();
    EXPECT_TRUE(life_.world.append(gone, R"({"type":"view"})", R"(,"consent":"denied")"));
    EXPECT_TRUE(life_.world.append(gone, R"({"type":"view"})", R"(,"consent":"full")"));
    std::erase_if(life_.prefetched, [&](const decision::Envelope& one) { return one.session.text == gone; });
    someone_left_ = true;
  }

  void check(const std::string& session, const ledger::PastDecision& past) {
    SCOPED_TRACE(session + " " + past.id + " " + past.trigger + " " + past.outcome + " " + past.rule);
    const Recall recall({life_.world.store.ledger(), life_.world.world().sessions, life_.world.world().tokens});
    const auto found =
        recall.recall(intake::kDemo, past.id, [&](std::uint64_t version, Instant) -> Result<commit::TenantPtr> {
          auto rules = std::make_shared<const rules::RuleSet>(
              *rules::RuleSet::compile(*life_.world.store.rules().rules_at(intake::kDemo, version), system_zones()));
          return std::make_shared<const commit::Tenant>(
              commit::Tenant{.handle = intake::kDemo, .settings = life_.world.settings, .rules = std::move(rules)});
        });
    ASSERT_TRUE(found) << found.error().message;
    ASSERT_TRUE(*found) << "it is on record";
    const Recalled& again = **found;
    EXPECT_EQ(again.session.text, session);
    // Visitor data that it saw is gone, or a prefetch left no record of it, and `lacking` says so.
    if ((someone_left_ || past.shown) && !again.same) return;
    ASSERT_TRUE(again.same) << again.lacking;
    ASSERT_TRUE(*again.same) << rules::to_text(again.again.verdict.outcome) << " " << again.again.verdict.rule;
    ++seen[past.trigger == "@due" ? past.beside.empty() ? "due" : "due in shadow"
           : past.shown           ? "shown"
                                  : past.outcome];
    const auto answered = life_.answered.find(past.id);
    if (answered == life_.answered.end()) return;
    // What is gone may have determined when the result would change, though not the result.
    if (!someone_left_) {
      EXPECT_EQ(again.again.verdict.expires_at, answered->second.verdict.expires_at);
    }
    EXPECT_EQ(again.again.verdict.reading, answered->second.verdict.reading);
    EXPECT_EQ(again.again.verdict.action_json, answered->second.verdict.action_json);
  }

  intake::Life life_;
  bool someone_left_ = false;
};

TEST(RecallAtRandom, EveryDecisionComesOutAsItWasAnswered) {
  std::map<std::string, std::size_t> seen;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RecalledLife life(seed);
    for (int i = 0; i < 200; ++i) life.step();
    life.check();
    if (testing::Test::HasFailure()) return;
    for (const auto& [kind, count] : life.seen) seen[kind] += count;
  }
  for (const char* kind : {"act", "none", "suppressed", "holdout", "shown", "due", "due in shadow"})
    EXPECT_GT(seen[kind], 20u) << "or it has shown little of " << kind;
}

class RecallTest : public testing::Test {
 protected:
  std::optional<Recalled> recall(const std::string& id) {
    const Recall recall({world.store.ledger(), world.world().sessions, world.world().tokens});
    auto found = recall.recall(intake::kDemo, id, [&](std::uint64_t, Instant) -> Result<commit::TenantPtr> {
      return *world.world().tenants.find("demo");
    });
    EXPECT_TRUE(found);
    return std::move(*found);
  }
  intake::DueWorld world{intake::kLifeBegins};
};

TEST_F(RecallTest, WhatIsNoDecisionOfThisHandleIsNotFound) {
  world.save("r", intake::kLifeRules[3].second);
  EXPECT_FALSE(recall("dec_"));
  EXPECT_FALSE(recall("dec_01JMX7Q3T5W9Z2B4C6D8E0F1G2"));
  EXPECT_FALSE(recall("nothing of the kind"));
  EXPECT_TRUE(world.append("s1", R"({"type":"view"})"));
  const auto ready = world.world().prefetch(R"({"sessionId":"s1","trigger":"b","context":{"country":"US"}})");
  EXPECT_FALSE(recall(ready->decisions[0].id)) << "prefetched and not shown: nothing is on record";
}

TEST_F(RecallTest, AnErasedDecisionIsNotFoundThoughTheDiskStillHasIt) {
  world.save("r", intake::kLifeRules[3].second);
  EXPECT_TRUE(world.append("s1", R"({"type":"view"})"));
  const std::string id = world.world().resolve(R"({"sessionId":"s1","trigger":"b","context":{"country":"US"}})")->id;
  ASSERT_TRUE(recall(id));
  EXPECT_TRUE(world.append("s1", R"({"type":"view"})", R"(,"consent":"denied")"));
  EXPECT_FALSE(recall(id));
}

TEST_F(RecallTest, WhatRulesOfAnotherVersionSayDiffersAndIsNotHidden) {
  world.save("r", intake::kLifeRules[3].second);
  EXPECT_TRUE(world.append("s1", R"({"type":"view"})"));
  const std::string id = world.world().resolve(R"({"sessionId":"s1","trigger":"b","context":{"country":"US"}})")->id;
  EXPECT_EQ(recall(id)->same, true);
  world.save("r", "");
  const auto other = recall(id);  // by the current rules, which is wrong
  EXPECT_EQ(other->same, false);
  EXPECT_EQ(other->lacking, "");
}

TEST_F(RecallTest, WhereASessionOfTheVisitorHasExpiredTheDifferenceIsExplained) {
  world.save(
      "r",
      R"({"triggers":["b"],"when":{"all":[{"count":{"key":"view"},"scope":"visitor","atLeast":3}]},"action":{"type":"x"}})");
  const char* whom = R"(,"visitorId":"v")";
  for (const char* session : {"lasting", "brief"}) EXPECT_TRUE(world.append(session, R"({"type":"view"})", whom));
  world.pass(std::chrono::hours{24 * 20});
  EXPECT_TRUE(world.append("lasting", R"({"type":"view"})", whom));
  const std::string id = world.world().resolve(R"({"sessionId":"lasting","trigger":"b"})")->id;
  EXPECT_EQ(recall(id)->same, true);
  world.pass(std::chrono::hours{24 * 15});
  for (int i = 0; i < 200; ++i) world.world().committer.turn(true);
  ASSERT_EQ(world.world().session("brief"), nullptr);
  const auto after = recall(id);
  ASSERT_TRUE(after);
  EXPECT_EQ(after->decision.outcome, "act");
  EXPECT_EQ(after->same, std::nullopt);
  EXPECT_NE(after->lacking, "");
}

TEST_F(RecallTest, WhereConsentTookTheVisitorTheDifferenceIsExplained) {
  world.save(
      "r",
      R"({"triggers":["b"],"when":{"all":[{"count":{"key":"view"},"atLeast":1,"per":"session"}]},"split":{"arms":{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1}},"actions":{"a":{"type":"x"},"b":{"type":"x"},"c":{"type":"x"},"d":{"type":"x"},"e":{"type":"x"},"f":{"type":"x"},"g":{"type":"x"}}})");
  std::size_t differ = 0;
  for (int i = 0; i < 20; ++i) {
    const std::string session = "s" + std::to_string(i), whom = R"(,"visitorId":"v)" + std::to_string(i) + "\"";
    EXPECT_TRUE(world.append(session, R"({"type":"view"})", whom));
    const std::string id = world.world().resolve(R"({"sessionId":")" + session + R"(","trigger":"b"})")->id;
    EXPECT_EQ(recall(id)->same, true);
    EXPECT_TRUE(world.append(session, R"({"type":"view"})", R"(,"consent":"basic")"));
    const auto after = recall(id);
    ASSERT_TRUE(after);
    if (after->same) {
      EXPECT_TRUE(*after->same) << "by chance the session has the arm that the visitor had";
      continue;
    }
    ++differ;
    EXPECT_NE(after->lacking.find("basic"), std::string::npos);
  }
  EXPECT_GT(differ, 5u);
}

}  // namespace
}  // namespace beckon::hindsight
