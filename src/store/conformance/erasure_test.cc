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
  write({.at = kStart, .changes = {commit::ErasuresDone{1}}});
  ASSERT_EQ(ledger().erasures().value().size(), 1u);
  EXPECT_EQ(ledger().erasures().value()[0].digest, digest_of("s2"));
}

TEST_P(ErasureInAStore, OfASessionErasedAgainReachesFurther) {
  write({.at = kStart, .journal = "one", .changes = {erasure("s1")}});
  write({.at = kStart, .journal = "two", .changes = {erasure("s1")}});
  ASSERT_EQ(ledger().erasures().value().size(), 1u);
  EXPECT_EQ(ledger().erasures().value()[0].up_to, 2u);
}

TEST_P(ErasureInAStore, ReducesWithoutTouchingSnapshotOrDeliveries) {
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

TEST_P(ErasureInAStore, RemembersADenialUntilItsTimeOrANewConsent) {
  write({.at = kStart, .changes = {erasure("s1", after(100)), erasure("s2", after(200))}});
  write({.at = kStart, .changes = {erasure("s1")}});
  EXPECT_EQ(ledger().denied().value().size(), 2u) << "erasing a session does not forget that it denied";
  write({.at = after(150), .changes = {commit::Checkpoint{0}}});
  EXPECT_EQ(ledger().denied().value(), std::vector{digest_of("s2")});
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
