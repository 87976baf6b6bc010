// Caps, cooldowns, groups, holdout and shadow rules in decisions. rules.md, "limit".
#include <gtest/gtest.h>

#include "intake/testing/world.h"

namespace beckon::decision {
namespace {

using namespace std::chrono_literals;
using rules::Outcome;
const Instant kNow = *parse_rfc3339("2026-11-01T12:00:00Z");

std::string rule(std::string_view limit, std::string_view more = "") {
  std::string text = R"({"triggers":["checkout"],"when":{},"action":{"type":"popup","payload":{}})";
  if (!limit.empty()) text += R"(,"limit":)" + std::string(limit);
  return text + std::string(more) + "}";
}

class LimitsTest : public testing::Test {
 protected:
  static std::string body(std::string_view session, std::string_view visitor) {
    std::string text = R"({"sessionId":")" + std::string(session) + R"(","trigger":"checkout")";
    if (!visitor.empty()) text += R"(,"visitorId":")" + std::string(visitor) + '"';
    return text + "}";
  }
  Outcome ask(std::string_view session = "s1", std::string_view visitor = "") {
    const auto answer = world->resolve(body(session, visitor));
    EXPECT_TRUE(answer) << answer.error().message;
    return answer ? answer->verdict.outcome : Outcome::kNone;
  }
  std::string view(std::string_view session, std::string_view visitor = "", std::string_view more = "") {
    std::string text =
        R"({"sessionId":")" + std::string(session) + R"(","signals":[{"type":"view"}])" + std::string(more);
    if (!visitor.empty()) text += R"(,"visitorId":")" + std::string(visitor) + '"';
    return text + "}";
  }
  std::string prefetched(std::string_view session = "s1") {
    return world->prefetch(R"({"sessionId":")" + std::string(session) + R"(","triggers":["checkout"]})")
        ->decisions[0]
        .id;
  }
  void show(std::string_view id, std::string_view session = "s1") {
    ASSERT_TRUE(world->append(R"({"sessionId":")" + std::string(session) +
                              R"(","signals":[{"type":"decision.shown","signalValue":")" + std::string(id) + "\"}]}"));
  }
  ledger::SessionPtr visitor(std::string_view id) { return world->session("@" + std::string(id)); }
  void restart(commit::Housekeeping::Options upkeep = {}, std::size_t memory = std::size_t{1} << 30) {
    const Instant now = world->clock.now();
    world.reset();
    world.emplace(store, now, memory, upkeep);
    if (!rules.empty()) world->tenant({}, rules);
  }
  void use(std::vector<std::string> texts) {
    rules = std::move(texts);
    world->tenant({}, rules);
  }

  store::MemoryStore store;
  std::vector<std::string> rules;
  std::optional<intake::World> world{std::in_place, store, kNow};
};

TEST_F(LimitsTest, ACapPerSessionHoldsBackInThatSessionAlone) {
  use({rule(R"({"caps":[{"max":2,"per":"session"}]})")});
  EXPECT_EQ(ask(), Outcome::kAct);
  EXPECT_EQ(ask(), Outcome::kAct);
  EXPECT_EQ(ask(), Outcome::kSuppressed);
  EXPECT_EQ(ask("s2"), Outcome::kAct);
  restart();
  EXPECT_EQ(ask(), Outcome::kSuppressed);
}

TEST_F(LimitsTest, ACapOfARollingWindowLetsGoWhenTheOldestSpendLeavesIt) {
  use({rule(R"({"caps":[{"max":2,"per":"1h"}]})")});
  ask();
  world->clock.advance(20min);
  ask();
  EXPECT_EQ(ask(), Outcome::kSuppressed);
  world->clock.advance(40min);
  EXPECT_EQ(ask(), Outcome::kAct);
  EXPECT_EQ(ask(), Outcome::kSuppressed);
}

TEST_F(LimitsTest, ACooldownHoldsBackForItsTime) {
  use({rule(R"({"cooldown":"10m"})")});
  EXPECT_EQ(ask(), Outcome::kAct);
  world->clock.advance(10min - 1ms);
  EXPECT_EQ(ask(), Outcome::kSuppressed);
  world->clock.advance(1ms);
  EXPECT_EQ(ask(), Outcome::kAct);
}

TEST_F(LimitsTest, AKnownVisitorIsCountedOverTheirSessions) {
  use({rule(R"({"caps":[{"max":2,"per":"7d"}]})")});
  EXPECT_EQ(ask("s1", "v1"), Outcome::kAct);
  EXPECT_EQ(ask("s2", "v1"), Outcome::kAct);
  EXPECT_EQ(ask("s3", "v1"), Outcome::kSuppressed);
  EXPECT_EQ(ask("s4", "v2"), Outcome::kAct);
  world->append(view("s5", "v1"));
  EXPECT_EQ(ask("s5"), Outcome::kSuppressed) << "the session's visitor is known";
  restart();
  EXPECT_EQ(ask("s6", "v1"), Outcome::kSuppressed);
  EXPECT_EQ(visitor("v1")->spends.size(), 2u);
}

TEST_F(LimitsTest, AVisitorWhoBecomesKnownBringsWhatTheirSessionSpent) {
  use({rule(R"({"caps":[{"max":1,"per":"7d"}]})")});
  EXPECT_EQ(ask("s1"), Outcome::kAct);
  world->append(view("s1", "v1"));
  EXPECT_EQ(ask("s2", "v1"), Outcome::kSuppressed);
  EXPECT_EQ(ask("s3"), Outcome::kAct);
  EXPECT_EQ(ask("s3", "v2"), Outcome::kSuppressed) << "judged as the visitor it is about to be of";
  EXPECT_EQ(ask("s4", "v2"), Outcome::kSuppressed) << "and is of since";
}

TEST_F(LimitsTest, WhatASessionSpentIsAddedToItsVisitorsAtTheCallThatNamesThem) {
  use({rule(R"({"caps":[{"max":2,"per":"7d"}]})")});
  EXPECT_EQ(ask("s1", "v1"), Outcome::kAct);
  EXPECT_EQ(ask("s2"), Outcome::kAct);
  EXPECT_EQ(
      world->prefetch(R"({"sessionId":"s2","trigger":"checkout","visitorId":"v1"})")->decisions[0].verdict.outcome,
      Outcome::kSuppressed);
  EXPECT_EQ(ask("s2", "v1"), Outcome::kSuppressed);
}

TEST_F(LimitsTest, RulesOfAGroupShareOneCount) {
  use({rule(R"({"caps":[{"max":1,"per":"1d"}],"group":"overlays"})", R"(,"priority":2)"),
       rule(R"({"caps":[{"max":1,"per":"1d"}],"group":"overlays"})", R"(,"priority":1)"), rule("")});
  EXPECT_EQ(world->resolve(body("s1", ""))->verdict.rule, "r1");
  EXPECT_EQ(world->resolve(body("s1", ""))->verdict.rule, "r3") << "both are held back, and a later one acts";
}

TEST_F(LimitsTest, TwoAtOnceNeverTakeTheLastOfACap) {
  use({rule(R"({"caps":[{"max":1,"per":"7d"}]})")});
  std::vector<Outcome> outcomes;
  for (const char* session : {"s1", "s2", "s1", "s3"}) {
    auto request =
        parse_decision(json::parse(body(session, "v1"))->root(), world->tenants, "demo", false, world->clock.now());
    world->resolver.resolve(std::move(*request), [&](const auto& got) { outcomes.push_back(got->verdict.outcome); });
  }
  EXPECT_TRUE(outcomes.empty()) << "what spends answers after its commit";
  world->committer.turn(true);
  EXPECT_EQ(outcomes, (std::vector{Outcome::kAct, Outcome::kSuppressed, Outcome::kSuppressed, Outcome::kSuppressed}));
}

TEST_F(LimitsTest, ASpendThatWasNotWrittenIsNone) {
  use({rule(R"({"caps":[{"max":1,"per":"session"}]})")});
  world->commit.next = commit::CommitFault::kFull;
  EXPECT_FALSE(world->resolve(body("s1", "v1")));
  EXPECT_EQ(visitor("v1"), nullptr);
  EXPECT_EQ(ask("s1", "v1"), Outcome::kAct);
}

TEST_F(LimitsTest, APrefetchSpendsNothingAndShowingItOnce) {
  use({rule(R"({"caps":[{"max":2,"per":"session"}]})")});
  const std::string first = prefetched();
  for (int i = 0; i < 5; ++i) prefetched();
  show(first);
  EXPECT_EQ(world->session("s1")->spends.size(), 1u);
  show(first);
  restart();
  show(first);
  EXPECT_EQ(world->session("s1")->spends.size(), 1u) << "once, whatever happens between";
  show(prefetched());
  const auto held = world->prefetch(R"({"sessionId":"s1","triggers":["checkout"]})");
  EXPECT_EQ(held->decisions[0].verdict.outcome, Outcome::kSuppressed);
}

TEST_F(LimitsTest, ADecisionShownLateSpendsWhenItWasShown) {
  use({rule(R"({"cooldown":"10m"})")});
  const std::string id = prefetched();
  world->clock.advance(9min);
  world->append(R"({"sessionId":"s1","signals":[{"type":"decision.shown","at":"2026-11-01T12:01:00Z","signalValue":")" +
                id + "\"}]}");
  EXPECT_EQ(ask(), Outcome::kSuppressed);
  world->clock.advance(2min);
  EXPECT_EQ(ask(), Outcome::kAct);
}

TEST_F(LimitsTest, ManyShownDecisionsLaterTheFirstIsStillKnown) {
  use({rule(R"({"group":"counted"})")});
  const std::string first = prefetched();
  show(first);
  for (int i = 0; i < 120; ++i) {
    world->clock.advance(2s);
    show(prefetched());
  }
  EXPECT_EQ(world->session("s1")->spends.size(), 121u);
  show(first);
  EXPECT_EQ(world->session("s1")->spends.size(), 121u);
}

TEST_F(LimitsTest, HoldoutSpendsAsItsTreatmentWould) {
  use({rule(R"({"caps":[{"max":1,"per":"session"}]})", R"(,"split":{"holdout":100})")});
  EXPECT_EQ(ask(), Outcome::kHoldout);
  EXPECT_EQ(ask(), Outcome::kSuppressed);
}

TEST_F(LimitsTest, AShadowRuleIsRecordedWithCountsOfItsOwnAndNeverAnswers) {
  use({rule(R"({"caps":[{"max":1,"per":"session"}]})", R"(,"status":"shadow","priority":9)"),
       rule(R"({"caps":[{"max":2,"per":"session"}]})")});
  world->append(view("s1"));
  for (const Outcome shadow : {Outcome::kAct, Outcome::kSuppressed}) {
    const auto answer = world->resolve(body("s1", ""));
    EXPECT_EQ(answer->verdict.rule, "r2");
    const auto past = ledger::past_decisions(world->session("s1")->decisions).back();
    ASSERT_EQ(past.beside.size(), 1u);
    const auto hold = shadow == Outcome::kAct ? rules::Hold::kNotHeld : rules::Hold::kLimit;
    EXPECT_EQ(past.beside[0], (ledger::PastBeside{"r1", "", std::string(rules::to_text(shadow)), true, hold}));
    EXPECT_EQ(past.reading, answer->verdict.reading);
  }
  EXPECT_EQ(ask(), Outcome::kSuppressed) << "two spends of its own, whatever the shadow rule spent";
}

TEST_F(LimitsTest, AShadowRuleAloneSpendsWithoutACommitToWaitFor) {
  use({rule(R"({"caps":[{"max":1,"per":"7d"}]})", R"(,"status":"shadow")")});
  world->append(view("s1", "v1"));
  EXPECT_EQ(ask(), Outcome::kNone);
  EXPECT_EQ(ask(), Outcome::kNone);
  EXPECT_EQ(visitor("v1")->spends.size(), 1u);
  const auto past = ledger::past_decisions(world->session("s1")->decisions);
  ASSERT_EQ(past.size(), 2u);
  EXPECT_EQ(past[0].beside[0].outcome, "act");
  EXPECT_EQ(past[1].beside[0].outcome, "suppressed");
}

TEST_F(LimitsTest, WhatStoodBesideAShownPrefetchIsRecordedWithIt) {
  use({rule(R"({"caps":[{"max":1,"per":"session"}]})", R"(,"status":"shadow","priority":9)"), rule("")});
  world->append(view("s1"));
  show(prefetched());
  const auto past = ledger::past_decisions(world->session("s1")->decisions);
  ASSERT_EQ(past.size(), 1u);
  EXPECT_EQ(past[0].rule, "r2");
  ASSERT_EQ(past[0].beside.size(), 1u);
  EXPECT_EQ(past[0].beside[0], (ledger::PastBeside{"r1", "", "act", true}));
  EXPECT_EQ(world->session("s1")->spends.size(), 1u);
}

TEST_F(LimitsTest, AShownDecisionOfARuleThatIsGoneIsRecordedAndSpendsNothing) {
  use({rule(R"({"caps":[{"max":1,"per":"session"}]})")});
  const std::string id = prefetched();
  world->tenant({}, {});
  show(id);
  EXPECT_EQ(world->session("s1")->spends.size(), 0u);
  EXPECT_EQ(ledger::past_decisions(world->session("s1")->decisions).at(0).rule, "r1");
}

TEST_F(LimitsTest, ADeniedSessionPassesOverLimitedRulesAndIsNotRecorded) {
  use({rule(R"({"caps":[{"max":9,"per":"session"}]})", R"(,"priority":2)"), rule("")});
  world->append(view("s1", "v1", R"(,"consent":"denied")"));
  EXPECT_EQ(world->resolve(body("s1", "v1"))->verdict.rule, "r2");
  EXPECT_EQ(world->session("s1"), nullptr);
  EXPECT_EQ(visitor("v1"), nullptr);
}

TEST_F(LimitsTest, WhereConsentIsDeniedUnlessSaidAResolveStoresNothing) {
  rules = {rule(R"({"cooldown":"1h"})")};
  world->tenant({.default_consent = ledger::Consent::kDenied}, rules);
  EXPECT_EQ(ask("s1", "v1"), Outcome::kSuppressed);
  EXPECT_EQ(world->session("s1"), nullptr);
}

TEST_F(LimitsTest, ASessionThatBeginsWithADecisionHasTheHandlesConsent) {
  rules = {rule(R"({"cooldown":"1h"})")};
  world->tenant({.default_consent = ledger::Consent::kBasic}, rules);
  EXPECT_EQ(ask("s1", "v1"), Outcome::kAct);
  EXPECT_EQ(world->session("s1")->consent, ledger::Consent::kBasic);
  EXPECT_EQ(world->session("s1")->expires_at, kNow + 24h);
  EXPECT_TRUE(world->session("s1")->visitor.empty());
  EXPECT_EQ(visitor("v1"), nullptr);
}

TEST_F(LimitsTest, AResolveForAnotherVisitorIsRefused) {
  use({rule("")});
  EXPECT_EQ(ask("s1", "v1"), Outcome::kAct);
  EXPECT_EQ(world->session("s1")->visitor.text, "v1");
  const auto other = world->resolve(body("s1", "v2"));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, FaultCode::kConflict);
  EXPECT_EQ(world->prefetch(R"({"sessionId":"s1","trigger":"checkout","visitorId":"v2"})").error().code,
            FaultCode::kConflict);
  EXPECT_TRUE(world->resolve(body("s1", "v1")));
}

TEST_F(LimitsTest, ScopeVisitorSeesTheirSessions) {
  use({R"({"triggers":["checkout"],"when":{"all":[{"count":{"key":"view"},"within":"1d","atLeast":2,"scope":"visitor"}]},"action":{"type":"popup"}})"});
  world->append(view("s1", "v1"));
  EXPECT_EQ(ask("s1"), Outcome::kNone);
  world->append(view("s2", "v1"));
  EXPECT_EQ(ask("s1"), Outcome::kAct);
  EXPECT_EQ(ask("s3", "v1"), Outcome::kAct) << "a session never seen sees those of the visitor it says";
  EXPECT_EQ(ask("s4"), Outcome::kNone);
  world->append(view("s2", "", R"(,"consent":"basic")"));
  EXPECT_EQ(ask("s1"), Outcome::kNone);
}

TEST_F(LimitsTest, ASplitGoesByTheFirstUnitOfTheSession) {
  use({R"({"triggers":["checkout"],"when":{},"split":{"arms":{"a":50,"b":50}},"actions":{"a":{"type":"x"},"b":{"type":"y"}}})"});
  const auto arm = [&](const std::string& session, const std::string& who) {
    return std::string(world->resolve(body(session, who))->verdict.variant);
  };
  std::map<std::string, int> seen;
  for (int i = 0; i < 40; ++i) {
    const std::string session = "s" + std::to_string(i), who = "v" + std::to_string(i);
    const std::string first = arm(session, "");
    world->append(view(session, who));
    EXPECT_EQ(arm(session, ""), first) << "it stays when a visitor becomes known";
    const std::string theirs = arm("t" + std::to_string(i), who);
    EXPECT_EQ(arm("u" + std::to_string(i), who), theirs) << "sessions begun by a visitor go together";
    ++seen[first];
    ++seen[theirs];
  }
  EXPECT_GT(seen["a"], 10);
  EXPECT_GT(seen["b"], 10);
  const std::string before = arm("s1", "");
  restart();
  EXPECT_EQ(arm("s1", ""), before);
}

TEST_F(LimitsTest, AVisitorsOwnRecordIsInNoList) {
  world->append(view("s1", "v1"));
  ASSERT_TRUE(visitor("v1"));
  EXPECT_EQ(world->sessions.newest(Handle{"demo"}, std::nullopt, 10, kNow)->size(), 1u);
  EXPECT_EQ(world->sessions.of_visitor(Handle{"demo"}, VisitorId{"v1"})->size(), 1u);
  EXPECT_EQ(world->sessions.count(), 1u);
  world->append(view("s1", "", R"(,"consent":"denied")"));
  EXPECT_EQ(world->sessions.count(), 0u);
}

TEST_F(LimitsTest, AVisitorsOwnRecordLivesAsLongAsTheirSessions) {
  use({rule(R"({"caps":[{"max":1,"per":"300d"}]})")});
  EXPECT_EQ(ask("s1", "v1"), Outcome::kAct);
  for (int i = 0; i < 10; ++i) {
    world->clock.advance(240h);
    world->append(view("s1"));
  }
  EXPECT_EQ(ask("s2", "v1"), Outcome::kSuppressed) << "100 days later";
  world->clock.advance(721h);
  EXPECT_EQ(ask("s3", "v1"), Outcome::kAct) << "nothing was heard of them for the retention";
}

TEST_F(LimitsTest, ADecisionIdFitsIntoASignalValueWhateverItsNames) {
  const std::string longest(64, 'z');
  ledger::PastView decision{.trigger = longest,
                            .outcome = "holdout",
                            .rule = longest,
                            .variant = longest,
                            .session_version = 4'000'000'000,
                            .rules_version = 4'000'000'000,
                            .at = kNow,
                            .reading = 0xfedcba9876543210};
  const std::string id = world->tokens.seal("demo", "s1", decision, {{"country", "GR"}}, world->random);
  EXPECT_EQ(id.size(), 256u);
  const auto token = world->tokens.open("demo", "s1", id);
  ASSERT_TRUE(token);
  EXPECT_FALSE(token->knows_said);
  const ledger::PastDecision* const back = &token->decision;
  EXPECT_EQ(std::tie(back->trigger, back->outcome, back->rule, back->variant, back->at, back->reading),
            std::tie(longest, "holdout", longest, longest, kNow, decision.reading));
  EXPECT_EQ(back->session_version, decision.session_version);
  for (const std::string_view name : {"a", "ab", "abc", "abcd", "0_.:-z9"}) {
    decision.trigger = decision.rule = name;
    const ledger::Context said{{"country", "GR"}, {"page", "/a"}};
    const auto again =
        world->tokens.open("demo", "s1", world->tokens.seal("demo", "s1", decision, said, world->random));
    ASSERT_TRUE(again) << name;
    EXPECT_EQ(again->decision.trigger, name);
    EXPECT_EQ(again->decision.rule, name);
    EXPECT_TRUE(again->knows_said);
    EXPECT_EQ(again->said, said);
  }
}

TEST_F(LimitsTest, ACapOfACalendarDayLetsGoAtMidnightByTheClockOfTheHandle) {
  rules = {rule(R"({"caps":[{"max":2,"per":"day"}]})")};
  world->tenant({.zone = "Europe/Berlin"}, rules);
  EXPECT_EQ(ask(), Outcome::kAct);
  world->clock.advance(11h - 2ms);
  EXPECT_EQ(ask(), Outcome::kAct);
  world->clock.advance(1ms);
  EXPECT_EQ(ask(), Outcome::kSuppressed);
  world->clock.advance(1ms);
  EXPECT_EQ(ask(), Outcome::kAct) << "both are of yesterday";
  EXPECT_EQ(ask(), Outcome::kAct);
  EXPECT_EQ(ask(), Outcome::kSuppressed);
}

TEST_F(LimitsTest, ACapOfTheVisitorsDayGoesByTheirClockElseByTheHandles) {
  rules = {rule(R"({"caps":[{"max":1,"per":"day","zone":"visitor"}]})")};
  world->tenant({.zone = "Europe/Berlin"}, rules);
  const auto at = [&](const std::string& session, const std::string& context) {
    return world->resolve(R"({"sessionId":")" + session + R"(","trigger":"checkout","context":{)" + context + "}}")
        ->verdict.outcome;
  };
  const auto in_india = [&] { return at("india", R"("zone":"Asia/Kolkata")"); };
  const auto anywhere = [&] { return at("anywhere", ""); };
  EXPECT_EQ(in_india(), Outcome::kAct);
  EXPECT_EQ(anywhere(), Outcome::kAct);
  world->clock.advance(6h + 30min);
  EXPECT_EQ(in_india(), Outcome::kAct) << "it is past midnight in India";
  EXPECT_EQ(anywhere(), Outcome::kSuppressed);
  world->clock.advance(4h + 30min);
  EXPECT_EQ(anywhere(), Outcome::kAct) << "it is midnight in Berlin";
}

std::string asking(std::string_view about, std::string_view more, std::string_view others = "") {
  return R"({"triggers":["checkout"],"when":{"all":[{"decision":)" + std::string(about) + "," + std::string(more) +
         R"(}]},"action":{"type":"popup","payload":{}})" + std::string(others) + "}";
}

TEST_F(LimitsTest, ARuleAsksHowOftenAnotherActed) {
  use({asking(R"({"rule":"r2"})", R"("within":"1h","atLeast":2)", R"(,"priority":9)"), rule("")});
  const auto answers = [&](const std::string& session = "s1") {
    return std::string(world->resolve(body(session, ""))->verdict.rule);
  };
  EXPECT_EQ(answers(), "r2");
  world->clock.advance(30min);
  EXPECT_EQ(answers(), "r2");
  EXPECT_EQ(answers(), "r1");
  EXPECT_EQ(answers("s2"), "r2") << "another session";
  restart();
  EXPECT_EQ(answers(), "r1");
  world->clock.advance(30min - 1ms);
  EXPECT_EQ(answers(), "r1");
  world->clock.advance(1ms);
  EXPECT_EQ(answers(), "r2") << "the first is an hour ago";
}

TEST_F(LimitsTest, ARuleThatActsOncePerVisitorAsksAboutItself) {
  use({asking(R"({"rule":"r1","outcome":["act","holdout"]})", R"("atMost":0,"scope":"visitor")")});
  EXPECT_EQ(ask("s1", "v1"), Outcome::kAct);
  EXPECT_EQ(ask("s1", "v1"), Outcome::kNone);
  EXPECT_EQ(ask("s2", "v1"), Outcome::kNone);
  EXPECT_EQ(ask("s3"), Outcome::kAct);
  world->append(view("s3", "v2"));
  EXPECT_EQ(ask("s4", "v2"), Outcome::kNone) << "the session brought it along";
  restart();
  EXPECT_EQ(ask("s5", "v1"), Outcome::kNone);
  world->append(view("s1", "", R"(,"consent":"denied")"));
  EXPECT_EQ(ask("s5", "v1"), Outcome::kAct) << "what was erased is not counted";
}

TEST_F(LimitsTest, TwoAtOnceAreNotBothTheFirst) {
  use({asking(R"({"rule":"r1"})", R"("atMost":0,"scope":"visitor")")});
  std::vector<Outcome> outcomes;
  for (const char* session : {"s1", "s2"}) {
    auto request =
        parse_decision(json::parse(body(session, "v1"))->root(), world->tenants, "demo", false, world->clock.now());
    world->resolver.resolve(std::move(*request), [&](const auto& got) { outcomes.push_back(got->verdict.outcome); });
  }
  world->committer.turn(true);
  EXPECT_EQ(outcomes, (std::vector{Outcome::kAct, Outcome::kNone}));
}

TEST_F(LimitsTest, AReactionCountsOnceForItsDecision) {
  use({asking(R"({"rule":"r2","reaction":"clicked"})", R"("within":"1h","atLeast":2,"scope":"visitor")",
              R"(,"priority":9)"),
       rule("")});
  const auto click = [&](const std::string& session, const std::string& decision) {
    ASSERT_TRUE(world->append(R"({"sessionId":")" + session +
                              R"(","signals":[{"type":"decision.clicked","signalValue":")" + decision + "\"}]}"));
  };
  const auto answers = [&] { return std::string(world->resolve(body("s9", "v1"))->verdict.rule); };
  const std::string first = world->resolve(body("s1", "v1"))->id, second = world->resolve(body("s2", "v1"))->id;
  click("s1", first);
  click("s1", first);
  EXPECT_EQ(answers(), "r2") << "one decision, whatever was said of it";
  click("s1", second);
  EXPECT_EQ(answers(), "r2") << "it is another session's";
  world->clock.advance(20min);
  click("s2", second);
  EXPECT_EQ(answers(), "r1");
  restart();
  EXPECT_EQ(answers(), "r1");
  world->clock.advance(40min);
  EXPECT_EQ(answers(), "r2");
}

TEST_F(LimitsTest, APrefetchedDecisionCountsWhenItIsShown) {
  use({asking(R"({"rule":"r2"})", R"("atLeast":1)", R"(,"priority":9)"), rule("")});
  const std::string id = prefetched();
  EXPECT_EQ(world->prefetch(body("s1", ""))->decisions[0].verdict.rule, "r2");
  show(id);
  EXPECT_EQ(world->prefetch(body("s1", ""))->decisions[0].verdict.rule, "r1");
}

TEST_F(LimitsTest, AHoldoutIsNoAct) {
  use({asking(R"({"rule":"r2"})", R"("atLeast":1)", R"(,"priority":9)"), rule("", R"(,"split":{"holdout":100})")});
  EXPECT_EQ(ask(), Outcome::kHoldout);
  EXPECT_EQ(ask(), Outcome::kHoldout);
  use({asking(R"({"rule":"r2","outcome":"holdout"})", R"("atLeast":1)", R"(,"priority":9)"),
       rule("", R"(,"split":{"holdout":100})")});
  EXPECT_EQ(ask(), Outcome::kHoldout) << "it is counted from now on";
  EXPECT_EQ(ask(), Outcome::kAct);
}

TEST_F(LimitsTest, AShadowRuleThatAsksAboutItselfCountsWhatItDidInShadow) {
  use({asking(R"({"rule":"r1"})", R"("atMost":0)", R"(,"status":"shadow")")});
  world->append(view("s1"));
  for (int i = 0; i < 3; ++i) ask();
  const auto past = ledger::past_decisions(world->session("s1")->decisions);
  ASSERT_EQ(past.size(), 3u);
  EXPECT_EQ(past[0].beside.size(), 1u);
  EXPECT_EQ(past[1].beside.size(), 0u);
}

}  // namespace
}  // namespace beckon::decision
