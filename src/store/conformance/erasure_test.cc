#include <algorithm>

#include "store/conformance/suite.h"

namespace beckon::store {
namespace {

using outbox::DeliveryState;

class ErasureInAStore : public Conformance {};
BECKON_ON_EVERY_DRIVER(ErasureInAStore);

TEST_P(ErasureInAStore, TakesTheSnapshotAtOnceAndOwesTheJournalUpToItsOwnCommit) {
  write({.at = kStart, .journal = "one", .changes = {snapshot("s1", 0), snapshot("s2", 0)}});
  write({.at = kStart, .journal = "two", .changes = {erasure("s1")}});
  EXPECT_EQ(ledger().snapshot(kAcme, SessionId("s1")).value(), std::nullopt);
  EXPECT_NE(ledger().snapshot(kAcme, SessionId("s2")).value(), std::nullopt);
  const auto owed = ledger().erasures().value();
  ASSERT_EQ(owed.size(), 1u);
  EXPECT_EQ(owed[0].digest, digest_of("s1"));
  EXPECT_EQ(owed[0].up_to, 2u);
  EXPECT_FALSE(owed[0].reduce);
  EXPECT_TRUE(ledger().denied().value().empty()) << "erased, not denied";
}

TEST_P(ErasureInAStore, LeavesASnapshotOfTheSameBatchWhichIsOfWhatCameAfterIt) {
  write({.at = kStart, .changes = {snapshot("s1", 0)}});
  write({.at = kStart, .changes = {erasure("s1"), snapshot("s1", 1)}});
  EXPECT_EQ(ledger().snapshot(kAcme, SessionId("s1")).value()->bytes, snapshot("s1", 1).bytes);
}

TEST_P(ErasureInAStore, ReachesWhatItsBatchOwedBeforeItAndNotWhatCameAfter) {
  write({.at = kStart,
         .changes = {event("evt_1"), delivery("dlv_1", "evt_1"), erasure("s1"), event("evt_2"),
                     delivery("dlv_2", "evt_2")}});
  EXPECT_EQ(found("dlv_1").state, DeliveryState::kWithdrawn);
  EXPECT_EQ(outbox().event(kAcme, EventId("evt_1")).value()->body, "{}");
  EXPECT_EQ(found("dlv_2").state, DeliveryState::kQueued);
  EXPECT_NE(outbox().event(kAcme, EventId("evt_2")).value()->body, "{}");
  ASSERT_EQ(outbox().deliveries_of(kAcme, SessionId("s1"), 9)->size(), 1u);
}

TEST_P(ErasureInAStore, IsDoneWhenTheJournalIsRewrittenThatFar) {
  write({.at = kStart, .journal = "one", .changes = {erasure("s1")}});
  write({.at = kStart, .journal = "two", .changes = {erasure("s2")}});
  write({.at = kStart, .changes = {commit::ErasuresDone{{{.digest = digest_of("s1"), .up_to = 1}}}}});
  ASSERT_EQ(ledger().erasures().value().size(), 1u);
  EXPECT_EQ(ledger().erasures().value()[0].digest, digest_of("s2"));
}

TEST_P(ErasureInAStore, IsCountedWhileItWaits) {
  EXPECT_EQ(ledger().erasures_waiting().value(), 0u);
  write({.at = kStart, .journal = "one", .changes = {erasure("s1"), erasure("s2")}});
  EXPECT_EQ(ledger().erasures_waiting().value(), 2u);
  write({.at = kStart, .changes = {commit::ErasuresDone{{{.digest = digest_of("s1"), .up_to = 1}}}}});
  EXPECT_EQ(ledger().erasures_waiting().value(), 1u);
}

TEST_P(ErasureInAStore, StaysOwedWhereItReachesFurtherThanWhatIsDone) {
  write({.at = kStart, .journal = "one", .changes = {erasure("s1")}});
  write({.at = kStart, .journal = "two", .changes = {erasure("s1")}});
  write({.at = kStart, .changes = {commit::ErasuresDone{{{.digest = digest_of("s1"), .up_to = 1}}}}});
  ASSERT_EQ(ledger().erasures().value().size(), 1u);
  write({.at = kStart, .changes = {commit::ErasuresDone{{{.digest = digest_of("s1"), .up_to = 2, .reduce = true}}}}});
  ASSERT_EQ(ledger().erasures().value().size(), 1u) << "to reduce is another wish";
  write({.at = kStart, .changes = {commit::ErasuresDone{{{.digest = digest_of("s1"), .up_to = 2}}}}});
  EXPECT_TRUE(ledger().erasures().value().empty());
}

TEST_P(ErasureInAStore, ReachesFromTheFirstRowThatCanHoldTheSessionToTheLast) {
  for (int i = 0; i < 9; ++i) write({.at = kStart, .journal = "row"});
  auto late = erasure("s1");
  late.since = 6;
  write({.at = kStart, .changes = {late, expiry("s1", 3, 5), expiry("s2", 4, 7)}});
  auto owed = ledger().erasures().value();
  std::ranges::sort(owed, {}, &ledger::Ledger::Erasure::since);
  ASSERT_EQ(owed.size(), 2u);
  EXPECT_EQ(owed[0], (ledger::Ledger::Erasure{.digest = digest_of("s1"), .up_to = 9, .since = 3}));
  EXPECT_EQ(owed[1], (ledger::Ledger::Erasure{.digest = digest_of("s2"), .up_to = 7, .since = 4}));
  write({.at = kStart, .changes = {erasure("s2")}});
  owed = ledger().erasures().value();
  EXPECT_EQ(std::ranges::find(owed, digest_of("s2"), &ledger::Ledger::Erasure::digest)->since, 0u) << "not known";
}

TEST_P(ErasureInAStore, FindsTheEventsOfAVisitorWhoseSessionsHaveExpired) {
  owe("dlv_1", "evt_1");
  write({.at = kStart, .changes = {event("evt_2"), delivery("dlv_2", "evt_2"), event("evt_5", "s5")}});
  write({.at = kStart, .changes = {expiry("s1"), expiry("without-events")}});
  const auto past = ledger().past_sessions_of(kAcme, VisitorId("v1")).value();
  EXPECT_EQ(past, std::vector({ledger::PastSession{SessionId("s1"), EventId("evt_2")}}));
  EXPECT_TRUE(ledger().past_sessions_of(kOther, VisitorId("v1")).value().empty());
  EXPECT_TRUE(ledger().past_sessions_of(kAcme, VisitorId("v2")).value().empty());
  EXPECT_EQ(found("dlv_1").state, DeliveryState::kQueued) << "what expires is sent all the same";
  EXPECT_NE(outbox().event(kAcme, EventId("evt_1")).value()->body, "{}");
  write({.at = kStart, .changes = {erasure("s1")}});
  EXPECT_TRUE(ledger().past_sessions_of(kAcme, VisitorId("v1")).value().empty());
}

TEST_P(ErasureInAStore, OfThePastLeavesTheEventsOfANewLife) {
  owe("dlv_1", "evt_1");
  write({.at = kStart, .changes = {expiry("s1")}});
  write({.at = kStart, .changes = {event("evt_2"), delivery("dlv_2", "evt_2")}});
  write({.at = after(3), .changes = {commit::ErasePast{kAcme, SessionId("s1"), EventId("evt_1"), "erased"}}});
  EXPECT_EQ(found("dlv_1").state, DeliveryState::kWithdrawn);
  EXPECT_EQ(outbox().event(kAcme, EventId("evt_1")).value()->body, "{}");
  EXPECT_EQ(found("dlv_2").state, DeliveryState::kQueued);
  ASSERT_EQ(outbox().events_of(kAcme, SessionId("s1"), {}, 9)->size(), 1u);
  EXPECT_TRUE(ledger().past_sessions_of(kAcme, VisitorId("v1")).value().empty());
}

TEST_P(ErasureInAStore, KnowsTheLivesOfAnIdApart) {
  subscribe();
  const auto live = [&](const std::string& event_id, const char* visitor) {
    write({.at = kStart, .changes = {event(event_id), delivery("dlv_" + event_id, event_id)}});
    auto gone = expiry("s1");
    gone.visitor = VisitorId(visitor);
    write({.at = kStart, .changes = {gone}});
  };
  live("evt_1", "v1");
  live("evt_2", "v2");
  live("evt_3", "v1");
  auto without_events = expiry("s1");
  without_events.visitor = VisitorId("v2");
  write({.at = kStart, .changes = {without_events, event("evt_4"), delivery("dlv_4", "evt_4")}});
  const SessionId s1("s1");
  EXPECT_EQ(ledger().past_sessions_of(kAcme, VisitorId("v1")).value(),
            std::vector({ledger::PastSession{s1, EventId("evt_1")},
                         ledger::PastSession{s1, EventId("evt_3"), EventId("evt_2")}}));
  EXPECT_EQ(ledger().past_sessions_of(kAcme, VisitorId("v2")).value(),
            std::vector({ledger::PastSession{s1, EventId("evt_2"), EventId("evt_1")}}));
  EXPECT_EQ(ledger().end_of_former_lives(kAcme, s1).value(), EventId("evt_3"));
  EXPECT_EQ(ledger().end_of_former_lives(kOther, s1).value(), EventId());

  auto present = erasure("s1");
  present.only_this_life = true;
  write({.at = kStart, .changes = {present}});
  const auto left = [&] {
    std::string ids;
    const auto events = outbox().events_of(kAcme, s1, {}, 9).value();
    for (const auto& one : events) ids += one.id.text + " ";
    return ids;
  };
  EXPECT_EQ(left(), "evt_1 evt_2 evt_3 ");
  write({.at = kStart, .changes = {commit::ErasePast{kAcme, s1, EventId("evt_2"), "erased", true}}});
  EXPECT_EQ(left(), "evt_1 evt_3 ");
  write({.at = kStart, .changes = {event("evt_5"), commit::ErasePast{kAcme, s1, EventId("evt_3"), "erased", true}}});
  EXPECT_EQ(left(), "evt_1 ") << "what came behind the last life, with the id living no more, is of that life";
}

TEST_P(ErasureInAStore, ForgetsAPastSessionWithTheLastOfItsEvents) {
  owe("dlv_1", "evt_1");
  write({.at = kStart, .changes = {event("evt_2"), delivery("dlv_2", "evt_2"), expiry("s1")}});
  settle(settlement("dlv_1", 1, DeliveryState::kDelivered));
  settle(settlement("dlv_2", 1, DeliveryState::kDelivered));
  write({.at = kStart, .changes = {commit::TrimDelivery{DeliveryId("dlv_2")}}});
  EXPECT_EQ(ledger().past_sessions_of(kAcme, VisitorId("v1"))->size(), 1u);
  write({.at = kStart, .changes = {commit::TrimDelivery{DeliveryId("dlv_1")}}});
  EXPECT_TRUE(ledger().past_sessions_of(kAcme, VisitorId("v1"))->empty());
}

TEST_P(ErasureInAStore, ListsTheEventsOfASessionPageByPage) {
  write({.at = kStart, .changes = {event("evt_2"), event("evt_3", "s2"), event("evt_1"), event("evt_4")}});
  std::string all;
  EventId behind;
  for (int page = 0; page < 3; ++page) {
    const auto events = outbox().events_of(kAcme, SessionId("s1"), behind, 2).value();
    for (const auto& one : events) all += one.id.text + " ";
    if (!events.empty()) behind = events.back().id;
  }
  EXPECT_EQ(all, "evt_1 evt_2 evt_4 ");
  EXPECT_EQ(outbox().events_of(kAcme, SessionId("s1"), {}, 1)->front().body, event("evt_1").body);
  EXPECT_TRUE(outbox().events_of(kOther, SessionId("s1"), {}, 9)->empty());
}

TEST_P(ErasureInAStore, OfASessionErasedAgainReachesFurther) {
  write({.at = kStart, .journal = "one", .changes = {erasure("s1")}});
  write({.at = kStart, .journal = "two", .changes = {erasure("s1")}});
  ASSERT_EQ(ledger().erasures().value().size(), 1u);
  EXPECT_EQ(ledger().erasures().value()[0].up_to, 2u);
}

TEST_P(ErasureInAStore, ReducesWithoutTouchingSnapshotOrTheStateOfDeliveries) {
  owe();
  write({.at = kStart, .journal = "one", .changes = {snapshot("s1", 0)}});
  write({.at = kStart, .changes = {commit::Reduce{kAcme, SessionId("s1"), digest_of("s1")}}});
  const auto owed = ledger().erasures().value();
  ASSERT_EQ(owed.size(), 1u);
  EXPECT_TRUE(owed[0].reduce);
  EXPECT_EQ(owed[0].up_to, 1u);
  EXPECT_NE(ledger().snapshot(kAcme, SessionId("s1")).value(), std::nullopt);
  EXPECT_EQ(found().state, DeliveryState::kQueued);
}

TEST_P(ErasureInAStore, ReducesTheBodiesOfTheSessionsEventsAtOnce) {
  const auto told = [](std::string_view id, std::string_view session = "s1") {
    outbox::Event one = event(id, session);
    one.body = R"({"payload":{"visitorId":"v1","signal":{"signalKey":"a","metadata":{"mail":"m"}}}})";
    return one;
  };
  const std::string reduced = R"({"payload":{"signal":{"signalKey":"a","metadata":{}}}})";
  subscribe();
  write({.at = kStart, .changes = {told("evt_1"), delivery("dlv_1", "evt_1"), expiry("s1")}});
  write({.at = kStart,
         .changes = {told("evt_2"), delivery("dlv_2", "evt_2"), told("evt_3", "s2"), event("evt_4"),
                     delivery("dlv_4", "evt_4")}});
  for (const char* id : {"dlv_2", "dlv_4"}) settle(settlement(id, 1, DeliveryState::kRetrying, after(2)));
  write({.at = kStart, .changes = {told("evt_5"), commit::Reduce{kAcme, SessionId("s1"), digest_of("s1")}}});
  const auto body = [&](const char* id) { return outbox().event(kAcme, EventId(id)).value()->body; };
  EXPECT_EQ(body("evt_2"), reduced);
  EXPECT_EQ(body("evt_5"), reduced) << "of the same commit";
  EXPECT_EQ(body("evt_1"), told("evt_1").body) << "of a former life of the id";
  EXPECT_EQ(body("evt_3"), told("evt_3").body) << "of another session";
  EXPECT_EQ(body("evt_4"), event("evt_4").body);
  EXPECT_EQ(found("dlv_2").state, DeliveryState::kRetrying);
  const auto due = outbox().due(kHook, after(9), 9).value();
  EXPECT_EQ(*std::ranges::find(due, DeliveryId("dlv_2"), [](const auto& one) { return one.delivery.id; })->body,
            reduced);
  EXPECT_EQ(outbox().attempts(DeliveryId("dlv_2"))->at(0).response_body, "") << "which may repeat what was sent";
  EXPECT_NE(outbox().attempts(DeliveryId("dlv_4"))->at(0).response_body, "");
}

TEST_P(ErasureInAStore, RemembersADenialFromWhenItWasLastSaid) {
  write({.at = kStart, .changes = {erasure("s1", after(100))}});
  write({.at = after(50), .changes = {commit::Deny{digest_of("s1"), after(150)}}});
  write({.at = after(100), .changes = {commit::SweepDenials{after(149)}}});
  EXPECT_EQ(ledger().denied().value(), std::vector({ledger::Ledger::Denial{digest_of("s1"), after(150)}}));
  EXPECT_EQ(ledger().erasures()->size(), 1u);
  write({.at = after(150), .changes = {commit::SweepDenials{after(150)}}});
  EXPECT_TRUE(ledger().denied()->empty());
}

TEST_P(ErasureInAStore, RemembersADenialUntilItsTimeOrANewConsent) {
  write({.at = kStart, .changes = {erasure("s1", after(100)), erasure("s2", after(200))}});
  write({.at = kStart, .changes = {erasure("s1")}});
  EXPECT_EQ(ledger().denied().value().size(), 2u) << "erasing a session does not forget that it denied";
  write({.at = after(150), .changes = {commit::SweepDenials{after(150)}}});
  EXPECT_EQ(ledger().denied().value(), std::vector({ledger::Ledger::Denial{digest_of("s2"), after(200)}}));
  write({.at = after(150), .changes = {commit::ConsentAgain{digest_of("s2")}}});
  EXPECT_TRUE(ledger().denied().value().empty());
}

TEST_P(ErasureInAStore, WithdrawsWhatIsPendingAndBlanksWhatWasSent) {
  owe("dlv_1", "evt_1");
  owe("dlv_2", "evt_2");
  settle(settlement("dlv_1", 1, DeliveryState::kDelivered));
  settle(settlement("dlv_2", 1, DeliveryState::kRetrying, after(5)));
  write({.at = after(3), .changes = {erasure("s1", after(100))}});

  EXPECT_EQ(found("dlv_1").state, DeliveryState::kDelivered);
  EXPECT_EQ(found("dlv_2").state, DeliveryState::kWithdrawn);
  EXPECT_EQ(found("dlv_2").reason, "consent denied");
  EXPECT_EQ(found("dlv_2").ended_at, after(3));
  EXPECT_EQ(outbox().next_due(kHook).value(), std::nullopt);
  for (const char* id : {"evt_1", "evt_2"}) {
    const auto event = outbox().event(kAcme, EventId(id)).value().value();
    EXPECT_EQ(event.body, "{}");
    EXPECT_EQ(event.cause, "{}");
    EXPECT_TRUE(event.session.empty()) << "the session's name goes too";
  }
  EXPECT_TRUE(found("dlv_1").session.empty());
  const auto attempts = outbox().attempts(DeliveryId("dlv_1")).value();
  ASSERT_EQ(attempts.size(), 1u);
  EXPECT_EQ(attempts[0].request_headers, "{}");
  EXPECT_EQ(attempts[0].response_headers, "");
  EXPECT_EQ(attempts[0].response_body, "");
  EXPECT_EQ(attempts[0].status, 200);
  EXPECT_TRUE(outbox().deliveries_of(kAcme, SessionId("s1"), 9).value().empty());
}

TEST_P(ErasureInAStore, LeavesOtherSessionsAndOtherTenantsAlone) {
  owe();
  outbox::Event foreign = event("evt_9");
  foreign.handle = kOther;
  write({.at = kStart, .changes = {event("evt_2", "s2"), foreign, delivery("dlv_2", "evt_2")}});
  write({.at = kStart, .changes = {erasure("s1")}});
  EXPECT_NE(outbox().event(kAcme, EventId("evt_2")).value()->body, "{}");
  EXPECT_NE(outbox().event(kOther, EventId("evt_9")).value()->body, "{}");
  EXPECT_EQ(found("dlv_2").state, DeliveryState::kQueued);
}

TEST_P(ErasureInAStore, KeepsNoTextOfAnAttemptThatWasUnderWay) {
  owe();
  write({.at = kStart, .changes = {erasure("s1")}});
  settle(settlement("dlv_1", 1, DeliveryState::kDelivered));
  EXPECT_EQ(found().state, DeliveryState::kDelivered);
  const auto attempts = outbox().attempts(DeliveryId("dlv_1")).value();
  ASSERT_EQ(attempts.size(), 1u);
  EXPECT_EQ(attempts[0].response_headers, "");
  EXPECT_EQ(attempts[0].response_body, "");
  EXPECT_EQ(attempts[0].request_headers, "{}");
}

TEST_P(ErasureInAStore, MakesADeliveryThatCannotBeQueuedAgain) {
  owe();
  write({.at = kStart, .changes = {erasure("s1")}});
  write({.at = after(1), .changes = {commit::Requeue{DeliveryId("dlv_1"), after(1)}}});
  EXPECT_EQ(found().state, DeliveryState::kWithdrawn);
}

}  // namespace
}  // namespace beckon::store
