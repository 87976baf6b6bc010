#include <gtest/gtest.h>

#include <array>

#include "intake/testing/world.h"

namespace beckon::decision {
namespace {

using namespace std::chrono_literals;
const Instant kNow = *parse_rfc3339("2026-11-01T12:00:00Z");
constexpr const char* kCartRule =
    R"({"triggers":["checkout"],"when":{"all":[{"seen":{"key":"cart"},"within":"30m"}]},"action":{"type":"popup","payload":{}}})";

class DecisionTest : public testing::Test {
 protected:
  outbox::Subscription subscribe(std::vector<std::string> types, bool enabled = true) {
    outbox::Subscription made{.id = SubscriptionId{make_ulid("whs_", kNow, world->random)},
                              .handle = Handle{"demo"},
                              .event_types = std::move(types),
                              .enabled = enabled};
    commit::Batch batch{.at = kNow};
    batch.changes.emplace_back(made);
    EXPECT_TRUE(store.commit().write(batch));
    world->subscriptions.put(std::make_shared<const outbox::Subscription>(made));
    return made;
  }
  void restart() {
    const Instant now = world->clock.now();
    world.reset();
    world.emplace(store, now);
  }

  store::MemoryStore store;
  std::optional<intake::World> world{std::in_place, store, kNow};
};

TEST_F(DecisionTest, StoresSignalsAndCountsVersions) {
  auto answer = world->append(R"({"sessionId":"s1","signals":[{"type":"view"},{"signalKey":"cart","signalValue":5}]})");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->accepted, 2u);
  EXPECT_EQ(answer->version, 2u);
  EXPECT_EQ(answer->signal_count, 2u);
  EXPECT_EQ(answer->expires_at, kNow + 720h);
  EXPECT_EQ(world->session("s1")->window[1].value, "5");
}

TEST_F(DecisionTest, ASessionThatClientsCannotNameInAPathIsRefused) {
  for (const std::string id : {".", ".."}) {
    const std::string who = R"({"sessionId":")" + id + "\",";
    const auto refused = [](const auto& answer) {
      ASSERT_FALSE(answer);
      ASSERT_EQ(answer.error().details.size(), 1u);
      EXPECT_EQ(answer.error().details[0].field, "sessionId");
    };
    refused(world->append(who + R"("signals":[{"type":"view"}]})"));
    refused(world->resolve(who + R"("trigger":"checkout"})"));
    refused(world->prefetch(who + R"("triggers":["checkout"]})"));
  }
  EXPECT_TRUE(world->append(R"({"sessionId":"...","signals":[{"type":"view"}]})"));
}

TEST_F(DecisionTest, ASecondSignalWithAnIdIsADuplicate) {
  EXPECT_EQ(world->append(R"({"sessionId":"s1","signals":[{"type":"v","id":"a"},{"type":"v","id":"a"}]})")->duplicates,
            1u);
  const auto again = world->append(R"({"sessionId":"s1","signals":[{"type":"v","id":"a"}]})");
  EXPECT_EQ(again->accepted, 0u);
  EXPECT_EQ(again->version, 1u);
}

TEST_F(DecisionTest, TheSixtyFirstSignalOfAMinuteIsRefusedWhole) {
  std::string many = R"({"sessionId":"s1","signals":[{"type":"v"})";
  for (int i = 1; i < 60; ++i) many += R"(,{"type":"v"})";
  ASSERT_TRUE(world->append(many + "]}"));
  world->clock.advance(30s);
  const auto refused = world->append(R"({"sessionId":"s1","signals":[{"type":"v"}]})");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, FaultCode::kRateLimited);
  EXPECT_EQ(refused.error().rate->reset, 30s);
  world->clock.advance(30s);
  EXPECT_TRUE(world->append(R"({"sessionId":"s1","signals":[{"type":"v"}]})"));
}

TEST_F(DecisionTest, EveryFaultIsNamedAtOnce) {
  const auto refused = world->append(
      R"({"sessionId":"s 1","signals":[{"type":"_"},{"signalValue":[],"type":"x","confidence":2,"metadata":{"a":{"b":{"c":{"d":[]}}}},"at":"soon"}],"consent":"maybe","context":{"a":[]}})");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().details.size(), 8u) << refused.error().message;
}

TEST_F(DecisionTest, AFullDiskLeavesNoPhantom) {
  EXPECT_TRUE(world->append(R"({"sessionId":"s1","signals":[{"type":"view"}]})"));
  world->commit.next = commit::CommitFault::kFull;
  const auto refused = world->append(R"({"sessionId":"s1","signals":[{"type":"cart"}]})");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, FaultCode::kUnavailable);
  EXPECT_EQ(world->session("s1")->version, 1u);
  EXPECT_EQ(world->append(R"({"sessionId":"s1","signals":[{"type":"cart"}]})")->version, 2u);
}

TEST_F(DecisionTest, WhileTheDiskIsFullResultsAreWrittenAndSignalsRefused) {
  class Settles final : public commit::Work {
   public:
    explicit Settles(int& plans, std::optional<bool>& written) : plans_(plans), written_(written) {}
    void plan(commit::Draft& draft) override {
      ++plans_;
      EXPECT_EQ(draft.lean(), plans_ == 2);
      draft.settle({.delivery = DeliveryId{"dlv_x"}});
    }
    void finish(const std::optional<Fault>& fault) override { written_ = !fault; }
    bool only_settles() const override { return true; }

   private:
    int& plans_;
    std::optional<bool>& written_;
  };
  int plans = 0;
  std::optional<bool> written;
  std::unique_ptr<commit::Work> work = std::make_unique<Settles>(plans, written);
  world->commit.next = commit::CommitFault::kFull;
  ASSERT_TRUE(world->committer.submit(work));
  EXPECT_FALSE(world->append(R"({"sessionId":"s1","signals":[{"type":"view"}]})"));
  EXPECT_EQ(plans, 2);
  EXPECT_TRUE(written.value_or(false));
}

// A result that also reports that its endpoint has begun to fail may use the reserve.
TEST(ABatch, OfResultsBringsNothingInWhateverFollowsFromThem) {
  commit::Batch results{.changes = {outbox::Settlement{.delivery = DeliveryId{"dlv_x"}}}};
  results.changes.emplace_back(outbox::Subscription{.id = SubscriptionId{"whs_1"}, .failing_since = kNow});
  results.changes.emplace_back(outbox::Event{});
  results.changes.emplace_back(outbox::Delivery{});
  EXPECT_FALSE(results.brings_something_in());
  results.journal = "signals";
  EXPECT_TRUE(results.brings_something_in());
  EXPECT_TRUE((commit::Batch{.changes = {outbox::Subscription{.id = SubscriptionId{"whs_1"}}}}.brings_something_in()));
}

TEST_F(DecisionTest, AFailedSyncIsNeverAnAcknowledgement) {
  world->commit.next = commit::CommitFault::kBroken;
  EXPECT_FALSE(world->append(R"({"sessionId":"s1","signals":[{"type":"view"}]})"));
  EXPECT_TRUE(world->broke);
  EXPECT_FALSE(world->append(R"({"sessionId":"s1","signals":[{"type":"view"}]})"));
}

TEST_F(DecisionTest, ASessionKeepsItsFirstVisitor) {
  EXPECT_TRUE(world->append(R"({"sessionId":"s1","visitorId":"v1","signals":[{"type":"view"}]})"));
  const auto other = world->append(R"({"sessionId":"s1","visitorId":"v2","signals":[{"type":"view"}]})");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, FaultCode::kConflict);
}

TEST_F(DecisionTest, AResolveThatSpendsNothingBindsTheSessionToItsVisitorBeforeItAnswers) {
  world->tenant({}, {R"({"triggers":["checkout"],"when":{},"action":{"type":"popup","payload":{}}})"});
  ASSERT_TRUE(world->append(R"({"sessionId":"known","signals":[{"type":"view"}]})"));
  for (const std::string session : {"known", "new"}) {
    std::array<std::optional<Result<Envelope>>, 2> answers;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      const auto body = json::parse(R"({"sessionId":")" + session + R"(","trigger":"checkout","visitorId":"ann)" +
                                    std::to_string(i) + "\"}");
      world->resolver.resolve(*parse_decision(body->root(), world->tenants, "demo", false, world->clock.now()),
                              [&answers, i](const auto& got) { answers[i] = got; });
    }
    world->committer.turn(false);
    ASSERT_TRUE(answers[0] && *answers[0]);
    EXPECT_EQ((*answers[0])->verdict.outcome, rules::Outcome::kAct);
    ASSERT_TRUE(answers[1] && !*answers[1]) << "the second one was let in";
    EXPECT_EQ(answers[1]->error().code, FaultCode::kConflict);
    EXPECT_EQ(world->session(session)->visitor.text, "ann0");
  }
}

TEST_F(DecisionTest, ADecisionMadeInACommitSeesWhatOtherSessionsOfTheVisitorDidInThatCommit) {
  world->tenant({},
                {R"({"triggers":["checkout"],"when":{"all":[{"count":{"key":"view"},"atLeast":2,"scope":"visitor"},)"
                 R"({"count":{"key":"order"},"atMost":0,"scope":"visitor"}]},"limit":{"caps":[{"max":5,"per":"7d"}]},)"
                 R"("action":{"type":"popup","payload":{}}})"});
  const auto ask = [&](std::optional<Result<Envelope>>& answer) {
    const auto body = json::parse(R"({"sessionId":"s1","trigger":"checkout","visitorId":"ann"})");
    world->resolver.resolve(*parse_decision(body->root(), world->tenants, "demo", false, world->clock.now()),
                            [&answer](const auto& got) { answer = got; });
  };
  for (const std::string session : {"s1", "s2"})
    ASSERT_TRUE(world->append(R"({"sessionId":")" + session + R"(","visitorId":"ann","signals":[{"type":"view"}]})"));
  std::optional<Result<Envelope>> before, after;
  ask(before);
  world->committer.turn(false);
  ASSERT_TRUE(before && *before);
  EXPECT_EQ((*before)->verdict.outcome, rules::Outcome::kAct);
  auto order =
      intake::parse_append(*json::parse(R"({"sessionId":"s2","visitorId":"ann","signals":[{"type":"order"}]})"),
                           world->tenants, "demo", world->clock.now());
  std::unique_ptr<commit::Work> work =
      std::make_unique<intake::Append>(std::move(*order), world->tokens, [](const auto&, const auto&) {});
  ASSERT_TRUE(world->committer.submit(work));
  ask(after);  // evaluated now without the order, then in its commit
  ASSERT_FALSE(after);
  world->committer.turn(false);
  ASSERT_TRUE(after && *after);
  EXPECT_EQ((*after)->verdict.outcome, rules::Outcome::kNone);
}

TEST_F(DecisionTest, AConfidenceJustBelowMinConfidenceDoesNotReachIt) {
  world->tenant({}, {R"({"triggers":["page"],"when":{"all":[{"seen":{"minConfidence":0.3}}]},)"
                     R"("action":{"type":"banner","payload":{}}})",
                     R"({"triggers":["exact"],"when":{"all":[{"seen":{"minConfidence":0.2999995}}]},)"
                     R"("action":{"type":"banner","payload":{}}})"});
  const auto outcome = [&](const std::string& confidence, const std::string& trigger) {
    const std::string session = R"({"sessionId":"s)" + confidence + "\",";
    EXPECT_TRUE(world->append(session + R"("signals":[{"type":"guess","confidence":)" + confidence + "}]}"));
    return world->resolve(session + R"("trigger":")" + trigger + "\"}")->verdict.outcome;
  };
  EXPECT_EQ(outcome("0.2999999", "page"), rules::Outcome::kNone);
  EXPECT_EQ(outcome("0.29999950", "page"), rules::Outcome::kNone);
  EXPECT_EQ(outcome("0.3", "page"), rules::Outcome::kAct);
  EXPECT_EQ(outcome("0.300", "exact"), rules::Outcome::kAct);
  EXPECT_EQ(outcome("0.29999949", "exact"), rules::Outcome::kNone);
}

TEST_F(DecisionTest, AContextFieldThatIsNullInAResolveIsMissing) {
  world->tenant({}, {R"({"triggers":["page"],"when":{"all":[{"context":"plan","notIn":["free",""]}]},)"
                     R"("action":{"type":"banner","payload":{}}})"});
  ASSERT_TRUE(world->append(R"({"sessionId":"s1","signals":[{"type":"view"}],"context":{"plan":"free"}})"));
  const auto outcome = [&](const std::string& session, const std::string& context) {
    return world->resolve(R"({"sessionId":")" + session + R"(","trigger":"page","context":)" + context + "}")
        ->verdict.outcome;
  };
  EXPECT_EQ(outcome("s1", "{}"), rules::Outcome::kNone);
  EXPECT_EQ(outcome("s1", R"({"plan":null})"), rules::Outcome::kAct) << "the only field that is left";
  EXPECT_EQ(outcome("s1", R"({"plan":null,"page":"/"})"), rules::Outcome::kAct);
  EXPECT_EQ(outcome("never-seen", R"({"plan":null})"), rules::Outcome::kAct);
  const auto prefetched = world->prefetch(R"({"sessionId":"never-seen","triggers":["page"],"context":{"plan":null}})");
  EXPECT_EQ(prefetched->decisions[0].verdict.outcome, rules::Outcome::kAct);
}

TEST_F(DecisionTest, DeniedConsentForgetsAndHolds) {
  const auto hook = subscribe({"signal.*"});
  EXPECT_TRUE(world->append(R"({"sessionId":"s1","visitorId":"v1","signals":[{"type":"view"}]})"));
  const auto denied = world->append(R"({"sessionId":"s1","consent":"denied","signals":[{"type":"cart"}]})");
  ASSERT_TRUE(denied);
  EXPECT_TRUE(denied->denied);
  EXPECT_EQ(denied->accepted, 0u);
  EXPECT_EQ(world->session("s1"), nullptr);
  const auto pending = store.outbox().deliveries(Handle{"demo"}, hook.id, 10);
  ASSERT_EQ(pending->size(), 1u);
  EXPECT_EQ(pending->at(0).state, outbox::DeliveryState::kWithdrawn);
  EXPECT_EQ(pending->at(0).reason, "consent denied");
  EXPECT_EQ(store.outbox().event(Handle{"demo"}, pending->at(0).event)->value().body.find("v1"), std::string::npos);
  EXPECT_TRUE(world->append(R"({"sessionId":"s1","signals":[{"type":"view"}]})")->denied);
  restart();
  EXPECT_TRUE(world->append(R"({"sessionId":"s1","signals":[{"type":"view"}]})")->denied);
  EXPECT_EQ(world->append(R"({"sessionId":"s1","consent":"full","signals":[{"type":"view"}]})")->version, 1u);
  restart();
  EXPECT_EQ(world->append(R"({"sessionId":"s1","signals":[{"type":"view"}]})")->version, 2u);
}

TEST_F(DecisionTest, GlobalPrivacyControlIsAtMostBasic) {
  EXPECT_TRUE(world->append(R"({"sessionId":"s1","visitorId":"v1","signals":[{"type":"view","metadata":{"a":1}}]})"));
  const auto basic = world->append(R"({"sessionId":"s1","signals":[{"type":"cart","metadata":{"b":1}}]})", true);
  ASSERT_TRUE(basic);
  EXPECT_EQ(basic->expires_at, kNow + 24h);
  const auto session = world->session("s1");
  EXPECT_TRUE(session->visitor.empty());
  EXPECT_EQ(session->window[0].metadata, "");
  EXPECT_EQ(session->window[1].metadata, "");
}

TEST_F(DecisionTest, ASessionPastItsExpiryIsAsNeverSeen) {
  EXPECT_TRUE(world->append(R"({"sessionId":"s1","signals":[{"type":"view"}]})"));
  world->clock.advance(721h);
  EXPECT_EQ(world->append(R"({"sessionId":"s1","signals":[{"type":"view"}]})")->version, 1u);
}

TEST_F(DecisionTest, SignalsOweDeliveriesInTheSameCommit) {
  const auto wants = subscribe({"signal.cart"}), all = subscribe({"*"}, false), click = subscribe({"link.clicked"});
  EXPECT_TRUE(
      world->append(R"({"sessionId":"s1","signals":[{"type":"cart","signalValue":"add"},{"type":"link.clicked"}]})"));
  EXPECT_EQ(store.outbox().deliveries(Handle{"demo"}, wants.id, 10)->size(), 1u);
  const auto held = store.outbox().deliveries(Handle{"demo"}, all.id, 10);
  ASSERT_EQ(held->size(), 2u);
  EXPECT_EQ(held->at(0).state, outbox::DeliveryState::kHeld);
  const auto due = store.outbox().due(click.id, kNow, 10);
  ASSERT_EQ(due->size(), 1u);
  EXPECT_EQ(due->at(0).delivery.event_type, "link.clicked");
  EXPECT_NE(due->at(0).body->find(R"("signalKey":"link.clicked")"), std::string::npos);
}

TEST_F(DecisionTest, AResolveSeesTheLastSignalAndIsRecorded) {
  world->tenant({}, {kCartRule});
  EXPECT_EQ(world->resolve(R"({"sessionId":"s1","trigger":"checkout"})")->verdict.outcome, rules::Outcome::kNone);
  EXPECT_EQ(world->session("s1"), nullptr) << "none for a session never seen is only counted";
  EXPECT_TRUE(world->append(R"({"sessionId":"s1","signals":[{"type":"cart"}]})"));
  const auto act = world->resolve(R"({"sessionId":"s1","trigger":"checkout"})");
  EXPECT_EQ(act->verdict.outcome, rules::Outcome::kAct);
  EXPECT_EQ(act->session_version, 1u);
  ASSERT_GT(world->session("s1")->decisions.count, 0u);
  EXPECT_EQ(ledger::past_decisions(world->session("s1")->decisions).at(0).id, act->id);
  restart();
  EXPECT_EQ(ledger::past_decisions(world->session("s1")->decisions).at(0).rule, "r1");
}

TEST_F(DecisionTest, AResolveThatOwesAnEventAnswersAfterItsCommit) {
  const auto hook = subscribe({"chain.decision.resolved"});
  EXPECT_TRUE(world->append(R"({"sessionId":"s1","signals":[{"type":"cart"}]})"));
  world->commit.next = commit::CommitFault::kFull;
  EXPECT_FALSE(world->resolve(R"({"sessionId":"s1","trigger":"checkout"})"));
  const auto told = world->resolve(R"({"sessionId":"s1","trigger":"checkout"})");
  ASSERT_TRUE(told);
  const auto owed = store.outbox().due(hook.id, kNow, 10);
  ASSERT_EQ(owed->size(), 1u);
  EXPECT_NE(owed->at(0).body->find(told->id), std::string::npos);
}

TEST_F(DecisionTest, APrefetchLeavesNoTraceUntilItIsShownOnce) {
  world->tenant({}, {kCartRule});
  EXPECT_TRUE(world->append(R"({"sessionId":"s1","signals":[{"type":"cart"}]})"));
  const auto ready = world->prefetch(R"({"sessionId":"s1","triggers":["checkout","exit_intent"]})");
  ASSERT_TRUE(ready);
  ASSERT_EQ(ready->decisions.size(), 2u);
  EXPECT_LE(ready->decisions[0].id.size(), 256u);
  EXPECT_EQ(world->session("s1")->decisions.count, 0u);
  const std::string shown =
      R"({"sessionId":"s1","signals":[{"type":"decision.shown","signalValue":")" + ready->decisions[0].id + "\"}]}";
  EXPECT_TRUE(world->append(shown));
  EXPECT_TRUE(world->append(shown));
  ASSERT_GT(world->session("s1")->decisions.count, 0u);
  ASSERT_EQ(world->session("s1")->decisions.count, 1u);
  EXPECT_EQ(ledger::past_decisions(world->session("s1")->decisions).at(0).rule, "r1");
  EXPECT_TRUE(ledger::past_decisions(world->session("s1")->decisions).at(0).shown);
  std::string elsewhere = shown;
  elsewhere.replace(elsewhere.find("s1"), 2, "s2");
  EXPECT_EQ(world->append(elsewhere)->accepted, 1u) << "an unknown id is a plain signal";
  EXPECT_EQ(world->session("s2")->decisions.count, 0u);
}

TEST_F(DecisionTest, AnUnchangedPrefetchIsRecognized) {
  world->tenant({}, {kCartRule});
  EXPECT_TRUE(world->append(R"({"sessionId":"s1","signals":[{"type":"cart"}]})"));
  const auto first = world->prefetch(R"({"sessionId":"s1","triggers":["checkout"]})");
  const std::string again = R"({"sessionId":"s1","triggers":["checkout"],"ifNoneMatch":")" + first->etag + "\"}";
  world->clock.advance(5s);
  EXPECT_TRUE(world->prefetch(again)->unchanged);
  EXPECT_TRUE(world->append(R"({"sessionId":"s1","signals":[{"type":"unrelated"}]})"));
  EXPECT_TRUE(world->prefetch(again)->unchanged);
  world->clock.advance(30min);
  EXPECT_FALSE(world->prefetch(again)->unchanged);
}

TEST_F(DecisionTest, AForgedDecisionIdIsAPlainSignal) {
  const ledger::PastView decision{.trigger = "checkout", .outcome = "act", .rule = "r1", .at = kNow};
  std::string id = world->tokens.seal("demo", "s1", decision, {}, world->random);
  ASSERT_TRUE(world->tokens.open("demo", "s1", id));
  EXPECT_FALSE(world->tokens.open("demo", "s2", id));
  for (std::size_t i = 4; i < id.size(); ++i) {
    std::string bent = id;
    bent[i] = bent[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(world->tokens.open("demo", "s1", bent)) << i;
  }
}

TEST_F(DecisionTest, EverythingComesBackAfterARestart) {
  SeededRandom dice(11);
  std::vector<std::string> before;
  for (int i = 0; i < 500; ++i) {
    world->clock.advance(Duration{static_cast<int>(dice.next() % 5000)});
    const std::string id = "s" + std::to_string(dice.next() % 20);
    const char* more = dice.next() % 40 == 0   ? R"(,"consent":"denied")"
                       : dice.next() % 15 == 0 ? R"(,"consent":"full")"
                                               : "";
    EXPECT_TRUE(world->append("{\"sessionId\":\"" + id + "\",\"signals\":[{\"type\":\"k" + std::to_string(i) +
                              "\",\"id\":\"" + std::to_string(dice.next() % 300) + "\"}]" + more + "}"));
    if (dice.next() % 10 == 0) {
      EXPECT_TRUE(world->resolve("{\"sessionId\":\"" + id + "\",\"trigger\":\"checkout\"}"));
    }
  }
  const auto state = [&] {
    std::vector<std::string> all;
    for (int i = 0; i < 20; ++i) {
      const auto session = world->session("s" + std::to_string(i));
      all.push_back(session ? ledger::encode_snapshot(*session) : "none");
    }
    return all;
  };
  before = state();
  restart();
  const auto after = state();
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_TRUE(after[i] == before[i]) << "session s" << i;
}

TEST_F(DecisionTest, SessionsLeaveMemoryAndComeBackAsTheyWere) {
  commit::Housekeeping::Options upkeep;
  upkeep.tail_bytes = 4096;
  upkeep.snapshots_per_batch = 8;
  world.reset();
  world.emplace(store, kNow, std::size_t{20'000}, upkeep);
  for (int round = 0; round < 5; ++round)
    for (int i = 0; i < 200; ++i)
      ASSERT_TRUE(world->append("{\"sessionId\":\"s" + std::to_string(i) +
                                "\",\"signals\":[{\"type\":\"view\",\"signalValue\":\"" + std::to_string(round) +
                                "\"}]}"));
  EXPECT_LT(world->sessions.count(), 200u);
  EXPECT_LT(world->sessions.bytes(), 200'000u);
  for (int i = 0; i < 200; ++i) {
    const auto session = world->session("s" + std::to_string(i));
    ASSERT_TRUE(session) << i;
    EXPECT_EQ(session->version, 5u) << i;
  }
  EXPECT_GT(*store.ledger().checkpoint(), 0u);
  restart();
  EXPECT_LT(world->recovered.rows, 500u) << "the tail is bounded";
  for (int i = 0; i < 200; ++i) EXPECT_EQ(world->session("s" + std::to_string(i))->version, 5u) << i;
}

TEST_F(DecisionTest, MemoryIsBoundedHoweverManySessionsOneCommitBringsIn) {
  commit::Housekeeping::Options upkeep;
  upkeep.snapshots_per_batch = 2;
  world.reset();
  world.emplace(store, kNow, std::size_t{100'000}, upkeep);
  std::size_t most = 0;
  for (int commit = 0; commit < 20; ++commit) {
    for (int i = 0; i < 300; ++i) {
      auto request = intake::parse_append(
          *json::parse("{\"sessionId\":\"s" + std::to_string(commit * 300 + i) + R"(","signals":[{"type":"view"}]})"),
          world->tenants, "demo", kNow);
      std::unique_ptr<commit::Work> work = std::make_unique<intake::Append>(
          std::move(*request), world->tokens, [](const auto&, const auto& got) { ASSERT_TRUE(got); });
      ASSERT_TRUE(world->committer.submit(work));
    }
    world->committer.turn(true);
    if (commit >= 2) most = std::max(most, world->sessions.count());
  }
  EXPECT_LT(most, 1500u) << "what is left of 6,000: the budget, and what the last commits brought";
  EXPECT_EQ(world->session("s0")->version, 1u);
  EXPECT_EQ(world->session("s5999")->version, 1u);
}

TEST_F(DecisionTest, MemoryThatReadersFillIsFreedAtOnce) {
  world.reset();
  world.emplace(store, kNow, std::size_t{50'000});
  for (int i = 0; i < 2000; ++i)
    ASSERT_TRUE(world->append("{\"sessionId\":\"s" + std::to_string(i) + R"(","signals":[{"type":"view"}]})"));
  for (int i = 0; i < 20; ++i) world->committer.turn(true);
  for (int i = 0; i < 2000; ++i) ASSERT_TRUE(world->session("s" + std::to_string(i)));
  EXPECT_GT(world->sessions.count(), 1500u) << "they came back to be read";
  world->committer.turn(true);
  EXPECT_LE(world->sessions.bytes(), 50'000u) << "clean ones leave without being written, as many as must";
}

TEST_F(DecisionTest, ErasedSignalsLeaveTheJournal) {
  commit::Housekeeping::Options upkeep;
  upkeep.erase_every = Duration{1};
  world.reset();
  world.emplace(store, kNow, std::size_t{1} << 30, upkeep);
  EXPECT_TRUE(world->append(R"({"sessionId":"secret-session","signals":[{"type":"view","signalValue":"private"}]})"));
  EXPECT_TRUE(world->append(R"({"sessionId":"other","signals":[{"type":"view","signalValue":"kept"}]})"));
  EXPECT_TRUE(world->append(R"({"sessionId":"secret-session","consent":"denied","signals":[{"type":"view"}]})"));
  for (int i = 0; i < 5; ++i) {
    world->clock.advance(1s);
    world->committer.turn(true);
  }
  std::string all;
  ASSERT_TRUE(store.ledger().read_journal(0, [&](auto, auto, std::string_view bytes) {
    all += bytes;
    return true;
  }));
  EXPECT_EQ(all.find("private"), std::string::npos);
  EXPECT_EQ(all.find("secret-session"), std::string::npos);
  EXPECT_NE(all.find("kept"), std::string::npos);
  EXPECT_TRUE(store.ledger().erasures()->empty());
}

TEST_F(DecisionTest, SessionsAreListedNewestFirst) {
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(world->append("{\"sessionId\":\"s" + std::to_string(i) + "\",\"signals\":[{\"type\":\"view\"}]}"));
    world->clock.advance(1s);
  }
  const auto first = world->sessions.newest(Handle{"demo"}, std::nullopt, 2, world->clock.now());
  ASSERT_EQ(first->size(), 2u);
  EXPECT_EQ(first->at(0).id.text, "s4");
  const auto next = world->sessions.newest(
      Handle{"demo"}, ledger::ListCursor{first->at(1).created, first->at(1).id.text}, 10, world->clock.now());
  EXPECT_EQ(next->size(), 3u);
  EXPECT_EQ(next->at(0).id.text, "s2");
}

}  // namespace
}  // namespace beckon::decision
