// A subscription with many pending deliveries is deleted, disabled or enabled: a bounded number with each batch.
#include <algorithm>

#include "store/conformance/suite.h"

namespace beckon::store {
namespace {

using outbox::DeliveryState;

class ManyPendingInAStore : public Conformance {
 protected:
  static constexpr int kMany = commit::Batch::kSweep * 2 + 10;

  void owe_many() {
    commit::Batch batch{.at = kStart, .changes = {subscription(), event("evt_1")}};
    for (int i = 0; i < kMany; ++i) batch.changes.emplace_back(delivery("dlv_" + std::to_string(10'000 + i), "evt_1"));
    write(batch);
  }
  // Whether the store reports that there may be more.
  bool unfinished(const commit::Batch& batch) {
    const auto receipt = store().commit().write(batch);
    EXPECT_TRUE(receipt);
    return receipt && !receipt->unfinished.empty() && receipt->unfinished.front() == kHook;
  }
  std::size_t in(DeliveryState state) {
    const auto all = outbox().deliveries(kAcme, kHook, 10'000).value();
    return static_cast<std::size_t>(std::ranges::count(all, state, &outbox::Delivery::state));
  }
};
BECKON_ON_EVERY_DRIVER(ManyPendingInAStore);
constexpr std::size_t kStep = commit::Batch::kSweep;

TEST_P(ManyPendingInAStore, AreWithdrawnStepByStep) {
  owe_many();
  EXPECT_TRUE(unfinished({.at = after(1), .changes = {commit::WithdrawSubscription{kHook, "gone"}}}));
  EXPECT_EQ(in(DeliveryState::kWithdrawn), kStep);
  EXPECT_TRUE(unfinished({.at = after(2), .changes = {commit::RemoveSubscription{kHook}}}));
  EXPECT_EQ(outbox().deleted_with_pending().value(), std::vector{kHook});
  EXPECT_FALSE(unfinished({.at = after(3), .changes = {commit::WithdrawSubscription{kHook, "gone"}}}));
  EXPECT_EQ(in(DeliveryState::kWithdrawn), static_cast<std::size_t>(kMany));
  EXPECT_TRUE(outbox().deleted_with_pending().value().empty());
  EXPECT_FALSE(unfinished({.at = after(4), .changes = {commit::WithdrawSubscription{kHook, "gone"}}}));
}

TEST_P(ManyPendingInAStore, AreHeldAndQueuedAgainStepByStep) {
  owe_many();
  EXPECT_TRUE(unfinished({.at = after(1), .changes = {commit::HoldSubscription{kHook, true, "disabled"}}}));
  EXPECT_EQ(in(DeliveryState::kHeld), kStep);
  EXPECT_TRUE(unfinished({.at = after(1), .changes = {commit::HoldSubscription{kHook, true, "disabled"}}}));
  EXPECT_FALSE(unfinished({.at = after(1), .changes = {commit::HoldSubscription{kHook, true, "disabled"}}}));
  EXPECT_EQ(in(DeliveryState::kHeld), static_cast<std::size_t>(kMany));
  EXPECT_TRUE(unfinished({.at = after(2), .changes = {commit::HoldSubscription{kHook, false, ""}}}));
  EXPECT_EQ(in(DeliveryState::kQueued), kStep);
  EXPECT_TRUE(unfinished({.at = after(2), .changes = {commit::WithdrawSubscription{kHook, "gone"}}}))
      << "both those that are held and those that are not";
  EXPECT_TRUE(unfinished({.at = after(2), .changes = {commit::WithdrawSubscription{kHook, "gone"}}}));
  EXPECT_FALSE(unfinished({.at = after(2), .changes = {commit::WithdrawSubscription{kHook, "gone"}}}));
  EXPECT_EQ(in(DeliveryState::kWithdrawn), static_cast<std::size_t>(kMany));
}

TEST_P(ManyPendingInAStore, ATestOfADisabledSubscriptionIsNotHeld) {
  subscribe();
  auto test = delivery("dlv_1", "evt_1");
  test.event_type = outbox::kTestEventType;
  auto disabled = subscription();
  disabled.enabled = false;
  write({.at = kStart,
         .changes = {disabled, event("evt_1"), test, delivery("dlv_2", "evt_1"),
                     commit::HoldSubscription{kHook, true, "disabled"}}});
  EXPECT_EQ(found("dlv_1").state, DeliveryState::kQueued);
  EXPECT_EQ(found("dlv_2").state, DeliveryState::kHeld);
  settle(settlement("dlv_1", 1, DeliveryState::kRetrying, after(5)));
  EXPECT_EQ(found("dlv_1").state, DeliveryState::kRetrying);
}

}  // namespace
}  // namespace beckon::store
