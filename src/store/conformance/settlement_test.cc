#include "store/conformance/suite.h"

namespace beckon::store {
namespace {

using outbox::DeliveryState;

class SettlementInAStore : public Conformance {
 protected:
  void disable() {
    auto changed = subscription();
    changed.enabled = false;
    write({.at = kStart, .changes = {changed}});
  }
  void remove() { write({.at = kStart, .changes = {commit::RemoveSubscription{kHook}}}); }
};
BECKON_ON_EVERY_DRIVER(SettlementInAStore);

TEST_P(SettlementInAStore, RecordsTheAttemptAndEndsTheDelivery) {
  owe();
  settle(settlement("dlv_1", 1, DeliveryState::kDelivered), after(2));
  const auto d = found();
  EXPECT_EQ(d.state, DeliveryState::kDelivered);
  EXPECT_EQ(d.attempts, 1);
  EXPECT_EQ(d.last_status, 200);
  EXPECT_EQ(d.ended_at, after(2));
  const auto attempts = outbox().attempts(DeliveryId("dlv_1")).value();
  ASSERT_EQ(attempts.size(), 1u);
  EXPECT_EQ(attempts[0].total_us, 1234);
  EXPECT_EQ(attempts[0].url, "https://hooks.example.com/a");
  EXPECT_EQ(attempts[0].request_headers, R"({"webhook-id":"evt_1"})");
  EXPECT_EQ(attempts[0].response_headers, settlement("dlv_1", 1, DeliveryState::kDelivered).attempt.response_headers);
  EXPECT_TRUE(attempts[0].response_headers_cut);
  EXPECT_EQ(attempts[0].response_body, std::string("no\0t text", 9));
  EXPECT_EQ(outbox().next_due(kHook).value(), std::nullopt);
}

TEST_P(SettlementInAStore, RetriesAtTheTimeItSays) {
  owe();
  settle(settlement("dlv_1", 1, DeliveryState::kRetrying, after(5)));
  const auto d = found();
  EXPECT_EQ(d.state, DeliveryState::kRetrying);
  EXPECT_EQ(d.schedule_step, 1);
  EXPECT_EQ(d.reason, "status");
  EXPECT_EQ(d.ended_at, Instant{});
  EXPECT_TRUE(outbox().due(kHook, after(4), 9).value().empty());
  EXPECT_EQ(outbox().due(kHook, after(5), 9).value().size(), 1u);
}

TEST_P(SettlementInAStore, LetsAttemptsThatLieAheadComeEarlierByWhatAClockWasSetBack) {
  owe("dlv_1", "evt_1");
  owe("dlv_2", "evt_1");
  owe("dlv_3", "evt_1");
  settle(settlement("dlv_1", 1, DeliveryState::kRetrying, after(1005)), after(1000));
  settle(settlement("dlv_2", 1, DeliveryState::kRetrying, after(1500)), after(1000));
  settle(settlement("dlv_3", 1, DeliveryState::kDelivered), after(1000));
  write({.at = after(100), .changes = {commit::SetClockBack{std::chrono::seconds{900}}}});
  EXPECT_EQ(found("dlv_1").next_attempt_at, after(105));
  EXPECT_EQ(found("dlv_2").next_attempt_at, after(600));
  EXPECT_EQ(outbox().due(kHook, after(105), 9).value().size(), 1u);
  write({.at = after(101), .changes = {commit::SetClockBack{std::chrono::seconds{500}}}});
  EXPECT_EQ(found("dlv_1").next_attempt_at, after(101)) << "none comes before the batch";
  EXPECT_EQ(found("dlv_2").next_attempt_at, after(101));
  EXPECT_EQ(found("dlv_3").state, DeliveryState::kDelivered);
}

TEST_P(SettlementInAStore, ASetClockBearsOnEarlierBatchesAlone) {
  owe();
  write({.at = after(100),
         .changes = {commit::SetClockBack{std::chrono::seconds{900}},
                     settlement("dlv_1", 1, DeliveryState::kRetrying, after(105))}});
  EXPECT_EQ(found().next_attempt_at, after(105));
}

TEST_P(SettlementInAStore, TurnsWithdrawnIntoDeliveredAndIntoNothingElse) {
  owe("dlv_1", "evt_1");
  owe("dlv_2", "evt_1");
  write({.at = after(1), .changes = {commit::WithdrawSubscription{kHook, "withdrawn by hand"}}});
  settle(settlement("dlv_1", 1, DeliveryState::kDelivered), after(2));
  settle(settlement("dlv_2", 1, DeliveryState::kRetrying), after(2));
  EXPECT_EQ(found("dlv_1").state, DeliveryState::kDelivered);
  EXPECT_EQ(found("dlv_1").ended_at, after(2));
  EXPECT_EQ(found("dlv_1").reason, "");
  EXPECT_EQ(found("dlv_2").state, DeliveryState::kWithdrawn);
  EXPECT_EQ(found("dlv_2").reason, "withdrawn by hand");
  EXPECT_EQ(found("dlv_2").ended_at, after(1));
  EXPECT_EQ(found("dlv_2").attempts, 1) << "the attempt counts all the same";
  EXPECT_EQ(outbox().attempts(DeliveryId("dlv_2")).value().size(), 1u);
}

TEST_P(SettlementInAStore, LeavesAnEndedDeliveryAsItEnded) {
  owe();
  settle(settlement("dlv_1", 1, DeliveryState::kFailed), after(1));
  settle(settlement("dlv_1", 2, DeliveryState::kDelivered), after(2));
  EXPECT_EQ(found().state, DeliveryState::kFailed);
  EXPECT_EQ(found().ended_at, after(1));
  EXPECT_EQ(outbox().attempts(DeliveryId("dlv_1")).value().size(), 2u);
}

TEST_P(SettlementInAStore, WithdrawsInsteadOfRetryingForADeletedSubscription) {
  owe();
  write({.at = kStart,
         .changes = {commit::RemoveSubscription{kHook}, settlement("dlv_1", 1, DeliveryState::kRetrying, after(5))}});
  EXPECT_EQ(found().state, DeliveryState::kWithdrawn);
  EXPECT_EQ(found().reason, outbox::kSubscriptionDeleted);
}

TEST_P(SettlementInAStore, HoldsInsteadOfRetryingForADisabledSubscription) {
  owe();
  disable();
  settle(settlement("dlv_1", 1, DeliveryState::kRetrying, after(5)));
  EXPECT_EQ(found().state, DeliveryState::kHeld);
  EXPECT_EQ(found().reason, outbox::kSubscriptionDisabled);
  EXPECT_EQ(outbox().backlog().value().held, 1u);
}

TEST_P(SettlementInAStore, EndsADeliveryOfADisabledSubscriptionAllTheSame) {
  owe();
  disable();
  settle(settlement("dlv_1", 1, DeliveryState::kFailed));
  EXPECT_EQ(found().state, DeliveryState::kFailed);
}

TEST_P(SettlementInAStore, WithdrawsADeliveryThatIsOwedTooLate) {
  subscribe();
  remove();
  write({.at = after(1), .changes = {event("evt_1"), delivery("dlv_1", "evt_1")}});
  EXPECT_EQ(found().state, DeliveryState::kWithdrawn);
  EXPECT_EQ(found().ended_at, after(1));
}

TEST_P(SettlementInAStore, WithdrawsAllThatIsPendingWhenASubscriptionGoes) {
  owe("dlv_1", "evt_1");
  owe("dlv_2", "evt_1");
  settle(settlement("dlv_2", 1, DeliveryState::kHeld));
  write({.at = after(3),
         .changes = {commit::WithdrawSubscription{kHook, "by its own reason"}, commit::RemoveSubscription{kHook}}});
  for (const char* id : {"dlv_1", "dlv_2"}) {
    EXPECT_EQ(found(id).state, DeliveryState::kWithdrawn);
    EXPECT_EQ(found(id).reason, "by its own reason");
    EXPECT_EQ(found(id).ended_at, after(3));
  }
}

TEST_P(SettlementInAStore, HoldsWhatIsPendingAndQueuesItAgain) {
  owe("dlv_1", "evt_1");
  owe("dlv_2", "evt_1");
  settle(settlement("dlv_2", 1, DeliveryState::kDelivered));
  write({.at = after(1), .changes = {commit::HoldSubscription{kHook, true, "disabled"}}});
  EXPECT_EQ(found("dlv_1").state, DeliveryState::kHeld);
  EXPECT_EQ(found("dlv_1").reason, "disabled");
  EXPECT_EQ(found("dlv_2").state, DeliveryState::kDelivered);
  EXPECT_TRUE(outbox().due(kHook, after(99), 9).value().empty());
  write({.at = after(50), .changes = {commit::HoldSubscription{kHook, false, ""}}});
  EXPECT_EQ(found("dlv_1").state, DeliveryState::kQueued);
  EXPECT_EQ(found("dlv_1").reason, "");
  EXPECT_EQ(outbox().next_due(kHook).value(), after(50));
}

TEST_P(SettlementInAStore, RequeuesWhatHasEndedOrWaits) {
  owe();
  settle(settlement("dlv_1", 1, DeliveryState::kRetrying, after(5)));
  write({.at = after(2), .changes = {commit::Requeue{DeliveryId("dlv_1"), after(2)}}});
  EXPECT_EQ(found().state, DeliveryState::kQueued);
  EXPECT_EQ(outbox().next_due(kHook).value(), after(2)) << "not after its wait";

  settle(settlement("dlv_1", 2, DeliveryState::kFailed));
  write({.at = after(9), .changes = {commit::Requeue{DeliveryId("dlv_1"), after(9)}}});
  EXPECT_EQ(found().state, DeliveryState::kQueued);
  EXPECT_EQ(found().schedule_step, 0) << "the schedule starts again";
  EXPECT_EQ(found().attempts, 2) << "the numbers go on";
  EXPECT_EQ(found().ended_at, Instant{});
  EXPECT_EQ(outbox().next_due(kHook).value(), after(9));
}

TEST_P(SettlementInAStore, DoesNotRequeueForADeletedSubscription) {
  owe();
  remove();
  write({.at = after(9), .changes = {commit::Requeue{DeliveryId("dlv_1"), after(9)}}});
  EXPECT_EQ(found().state, DeliveryState::kWithdrawn);
}

TEST_P(SettlementInAStore, DoesNotRequeueWhatIsNoLongerWorthSending) {
  auto brief = delivery("dlv_1", "evt_1");
  brief.valid_until = after(9);
  write({.at = kStart, .changes = {subscription(), event("evt_1"), brief}});
  settle(settlement("dlv_1", 1, DeliveryState::kFailed));
  write({.at = after(9), .changes = {commit::Requeue{DeliveryId("dlv_1"), after(9)}}});
  EXPECT_EQ(found().state, DeliveryState::kFailed);
  write({.at = after(8), .changes = {commit::Requeue{DeliveryId("dlv_1"), after(8)}}});
  EXPECT_EQ(found().state, DeliveryState::kQueued);
}

TEST_P(SettlementInAStore, CountsAnOldAttemptWithoutForgettingLaterOnes) {
  owe();
  settle(settlement("dlv_1", 2, DeliveryState::kRetrying, after(5)));
  settle(settlement("dlv_1", 1, DeliveryState::kFailed), after(6));
  EXPECT_EQ(found().state, DeliveryState::kFailed);
  EXPECT_EQ(found().attempts, 2);
  EXPECT_EQ(outbox().attempts(DeliveryId("dlv_1")).value().size(), 2u);
}

TEST_P(SettlementInAStore, HoldsARequeuedDeliveryOfADisabledSubscription) {
  owe();
  settle(settlement("dlv_1", 1, DeliveryState::kFailed));
  disable();
  write({.at = after(9), .changes = {commit::Requeue{DeliveryId("dlv_1"), after(9)}}});
  EXPECT_EQ(found().state, DeliveryState::kHeld);
}

TEST_P(SettlementInAStore, OfADeliveryThatIsNotThereIsPassedOver) {
  settle(settlement("dlv_none", 1, DeliveryState::kDelivered));
  EXPECT_EQ(outbox().delivery(kAcme, DeliveryId("dlv_none")).value(), std::nullopt);
}

}  // namespace
}  // namespace beckon::store
