// Deliveries ordered within their session: only the first is ever due, however it ends.
#include <algorithm>

#include "store/conformance/suite.h"

namespace beckon::store {
namespace {

using outbox::DeliveryState;

class SessionOrderInAStore : public Conformance {
 protected:
  static outbox::Delivery ordered(std::string_view id, std::string_view session = "s1") {
    auto owed = delivery(id, "evt_" + std::string(session));
    owed.session = SessionId(session);
    owed.ordered = true;
    return owed;
  }
  void owe_ordered(std::vector<outbox::Delivery> deliveries) {
    commit::Batch batch{.at = kStart, .changes = {subscription(), event("evt_s1", "s1"), event("evt_s2", "s2")}};
    batch.changes.insert(batch.changes.end(), deliveries.begin(), deliveries.end());
    write(batch);
  }
  std::vector<std::string> due(Instant now = after(1000)) {
    std::vector<std::string> ids;
    const auto rows = outbox().due(kHook, now, 99).value();
    for (const auto& row : rows) ids.push_back(row.delivery.id.text);
    std::ranges::sort(ids);
    return ids;
  }
};
BECKON_ON_EVERY_DRIVER(SessionOrderInAStore);
using Ids = std::vector<std::string>;

TEST_P(SessionOrderInAStore, OnlyTheFirstOfEachSessionIsDue) {
  owe_ordered({ordered("a"), ordered("b"), ordered("c", "s2"), ordered("d")});
  EXPECT_EQ(due(), (Ids{"a", "c"}));
  EXPECT_EQ(outbox().next_due(kHook).value(), kStart);
  EXPECT_EQ(found("b").next_attempt_at, outbox::kBehindOthers);
  EXPECT_EQ(found("b").state, DeliveryState::kQueued);
  EXPECT_TRUE(found("b").ordered);
  EXPECT_EQ(outbox().backlog().value().oldest_due, kStart);
}

TEST_P(SessionOrderInAStore, ItIsTheOrderOfCommitsNotOfIdsNorOfClocks) {
  owe_ordered({ordered("z")});
  auto earlier = ordered("a");
  earlier.created_at = earlier.next_attempt_at = kStart - std::chrono::hours{1};
  write({.at = kStart, .changes = {earlier}});
  EXPECT_EQ(due(), Ids{"z"});
  settle(settlement("z", 1, DeliveryState::kDelivered), after(3));
  EXPECT_EQ(due(), Ids{"a"});
}

TEST_P(SessionOrderInAStore, TheNextIsDueWhenTheFirstEndsAndNotWhileItIsRetried) {
  owe_ordered({ordered("a"), ordered("b"), ordered("c")});
  settle(settlement("a", 1, DeliveryState::kRetrying, after(500)), after(1));
  EXPECT_EQ(due(after(100)), Ids{});
  EXPECT_EQ(outbox().next_due(kHook).value(), after(500));
  settle(settlement("a", 2, DeliveryState::kFailed), after(501));
  EXPECT_EQ(due(), Ids{"b"});
  EXPECT_EQ(found("b").next_attempt_at, after(501));
  settle(settlement("b", 1, DeliveryState::kDelivered), after(502));
  EXPECT_EQ(due(), Ids{"c"});
}

TEST_P(SessionOrderInAStore, WithNothingPendingAheadANewOneIsDueAtOnce) {
  owe_ordered({ordered("a")});
  settle(settlement("a", 1, DeliveryState::kDelivered));
  write({.at = after(2), .changes = {ordered("b"), ordered("c")}});
  EXPECT_EQ(due(), Ids{"b"});
}

TEST_P(SessionOrderInAStore, WhatIsNotOrderedNeitherWaitsNorIsWaitedFor) {
  auto plain = ordered("b");
  plain.ordered = false;
  owe_ordered({ordered("a"), plain, ordered("c")});
  EXPECT_EQ(due(), (Ids{"a", "b"}));
  settle(settlement("b", 1, DeliveryState::kDelivered));
  EXPECT_EQ(due(), Ids{"a"});
}

TEST_P(SessionOrderInAStore, HeldAndQueuedAgainItIsTheSameOrder) {
  owe_ordered({ordered("a"), ordered("b")});
  write({.at = after(1), .changes = {commit::HoldSubscription{kHook, true, "disabled"}}});
  EXPECT_EQ(due(), Ids{});
  write({.at = after(2), .changes = {commit::HoldSubscription{kHook, false, ""}}});
  EXPECT_EQ(due(), Ids{"a"});
  settle(settlement("a", 1, DeliveryState::kDelivered), after(3));
  EXPECT_EQ(due(), Ids{"b"});
}

TEST_P(SessionOrderInAStore, TheNextFollowsOneThatWasHeldForTooLong) {
  owe_ordered({ordered("a"), ordered("b")});
  settle(settlement("a", 1, DeliveryState::kHeld));
  write({.at = after(5), .changes = {commit::GiveUp{DeliveryId("a"), "held for too long"}}});
  EXPECT_EQ(due(), Ids{"b"});
}

TEST_P(SessionOrderInAStore, TheNextFollowsOneThatIsWithdrawnForWhateverReason) {
  auto reasoned = ordered("a");
  reasoned.rule = RuleId{"cart-rescue"};
  owe_ordered({reasoned, ordered("b"), ordered("c")});
  write({.at = after(1),
         .changes = {commit::WithdrawReason{.handle = kAcme, .rule = reasoned.rule, .reason = "a purchase came"}}});
  EXPECT_EQ(due(), Ids{"b"});
  EXPECT_EQ(found("b").next_attempt_at, after(1));
  settle({.delivery = DeliveryId("b"), .state = DeliveryState::kWithdrawn, .reason = "too late"}, after(2));
  EXPECT_EQ(due(), Ids{"c"});
  EXPECT_EQ(found("c").next_attempt_at, after(2));
}

TEST_P(SessionOrderInAStore, OneBehindTheFirstMayEndWithoutLettingAnybodyGo) {
  auto reasoned = ordered("b");
  reasoned.rule = RuleId{"cart-rescue"};
  owe_ordered({ordered("a"), reasoned, ordered("c")});
  write({.at = after(1),
         .changes = {commit::WithdrawReason{.handle = kAcme, .rule = reasoned.rule, .reason = "a purchase came"}}});
  EXPECT_EQ(due(), Ids{"a"});
  settle(settlement("a", 1, DeliveryState::kDelivered), after(2));
  EXPECT_EQ(due(), Ids{"c"});
}

TEST_P(SessionOrderInAStore, QueuedAnewItGoesBehindWhatIsPending) {
  owe_ordered({ordered("a"), ordered("b"), ordered("c")});
  settle(settlement("a", 1, DeliveryState::kFailed), after(1));
  write({.at = after(2), .changes = {commit::Requeue{DeliveryId("a"), after(2)}}});
  EXPECT_EQ(due(), Ids{"b"});
  settle(settlement("b", 1, DeliveryState::kDelivered), after(3));
  EXPECT_EQ(due(), Ids{"c"});
  settle(settlement("c", 1, DeliveryState::kDelivered), after(4));
  EXPECT_EQ(due(), Ids{"a"});
}

TEST_P(SessionOrderInAStore, WhatIsQueuedAnewWhileItIsPendingKeepsItsPlace) {
  owe_ordered({ordered("a"), ordered("b"), ordered("c")});
  settle(settlement("a", 1, DeliveryState::kRetrying, after(60)), after(1));
  write({.at = after(2),
         .changes = {commit::Requeue{DeliveryId("b"), after(2)}, commit::Requeue{DeliveryId("a"), after(2)}}});
  EXPECT_EQ(found("a").next_attempt_at, after(2));
  EXPECT_EQ(found("b").next_attempt_at, outbox::kBehindOthers);
  settle(settlement("a", 2, DeliveryState::kDelivered), after(3));
  EXPECT_EQ(due(), Ids{"b"});
}

TEST_P(SessionOrderInAStore, HoldsAlsoWhenTheClockWasSetBack) {
  owe_ordered({ordered("a"), ordered("b")});
  write({.at = after(-100), .changes = {commit::SetClockBack{std::chrono::seconds{101}}}});
  EXPECT_EQ(due(), Ids{"a"});
}

TEST_P(SessionOrderInAStore, ErasedOrDeletedNothingOfItIsLeftDue) {
  owe_ordered({ordered("a"), ordered("b"), ordered("c"), ordered("d", "s2"), ordered("e", "s2")});
  write({.at = after(1), .changes = {erasure("s1")}});
  EXPECT_EQ(due(), Ids{"d"});
  for (const char* id : {"a", "b", "c"}) EXPECT_EQ(found(id).state, DeliveryState::kWithdrawn) << id;
  write({.at = after(2), .changes = {commit::RemoveSubscription{kHook}}});
  EXPECT_EQ(due(), Ids{});
  for (const char* id : {"d", "e"}) EXPECT_EQ(found(id).state, DeliveryState::kWithdrawn) << id;
}

}  // namespace
}  // namespace beckon::store
