// What is deleted from the log, what is held too long, and replays.
#include "store/conformance/suite.h"

namespace beckon::store {
namespace {

using outbox::DeliveryState;
using outbox::ReplayState;

class LogOfAStore : public Conformance {
 protected:
  static std::vector<std::string> ids(const std::vector<outbox::Delivery>& rows) {
    std::vector<std::string> found;
    for (const auto& row : rows) found.push_back(row.id.text);
    return found;
  }
  bool is_there(std::string_view id) { return outbox().delivery(kAcme, DeliveryId(id)).value().has_value(); }
  bool is_event(std::string_view id) { return outbox().event(kAcme, EventId(id)).value().has_value(); }

  // Ended at second i, scheduled at second i, i from 0.
  void end(std::vector<std::pair<std::string, DeliveryState>> list) {
    commit::Batch batch{.at = kStart, .changes = {subscription(), event("evt_1")}};
    for (std::size_t i = 0; i < list.size(); ++i) {
      auto owed = delivery(list[i].first, "evt_1");
      owed.created_at = after(static_cast<int>(i));
      batch.changes.emplace_back(std::move(owed));
    }
    write(batch);
    for (const auto& [id, state] : list)
      if (is_final(state) && state != DeliveryState::kWithdrawn) settle(settlement(id, 1, state));
  }
  static outbox::Replay replay(std::string_view id, SubscriptionId subscription = kHook) {
    return {.id = ReplayId(id),
            .handle = kAcme,
            .subscription = std::move(subscription),
            .range = {kStart, after(100), std::nullopt},
            .total = 5,
            .created_at = after(1)};
  }
};
BECKON_ON_EVERY_DRIVER(LogOfAStore);
using Ids = std::vector<std::string>;

TEST_P(LogOfAStore, KnowsSinceWhenSomethingIsHeld) {
  owe("dlv_1", "evt_1");
  owe("dlv_2", "evt_1");
  auto late = delivery("dlv_3", "evt_1");
  late.state = DeliveryState::kHeld;
  settle(settlement("dlv_2", 1, DeliveryState::kHeld), after(2));
  write({.at = after(3), .changes = {commit::HoldSubscription{kHook, true, "disabled"}}});
  write({.at = after(4), .changes = {late}});
  EXPECT_EQ(found("dlv_2").held_at, after(2));
  EXPECT_EQ(found("dlv_1").held_at, after(3));
  EXPECT_EQ(found("dlv_3").held_at, after(4));
  EXPECT_EQ(ids(outbox().held_before(after(4), 9).value()), (Ids{"dlv_2", "dlv_1"}));
  EXPECT_EQ(ids(outbox().held_before(after(9), 2).value()), (Ids{"dlv_2", "dlv_1"}));
  write({.at = after(5), .changes = {commit::HoldSubscription{kHook, false, ""}}});
  EXPECT_TRUE(outbox().held_before(after(9), 9).value().empty());
}

TEST_P(LogOfAStore, EndsWhatIsHeldAndLeavesTheRestAlone) {
  owe("dlv_1", "evt_1");
  owe("dlv_2", "evt_1");
  settle(settlement("dlv_1", 1, DeliveryState::kHeld), after(2));
  write({.at = after(9),
         .changes = {commit::GiveUp{DeliveryId("dlv_1"), "why"}, commit::GiveUp{DeliveryId("dlv_2"), "why"},
                     commit::GiveUp{DeliveryId("dlv_none"), "why"}}});
  EXPECT_EQ(found("dlv_1").state, DeliveryState::kFailed);
  EXPECT_EQ(found("dlv_1").reason, "why");
  EXPECT_EQ(found("dlv_1").ended_at, after(9));
  EXPECT_EQ(found("dlv_2").state, DeliveryState::kQueued);
}

TEST_P(LogOfAStore, TrimsWhatHasEndedWithItsAttemptsAndTheEventWithItsLast) {
  end({{"dlv_1", DeliveryState::kDelivered}, {"dlv_2", DeliveryState::kFailed}, {"dlv_3", DeliveryState::kQueued}});
  write({.at = after(9),
         .changes = {commit::TrimDelivery{DeliveryId("dlv_1")}, commit::TrimDelivery{DeliveryId("dlv_3")},
                     commit::TrimDelivery{DeliveryId("dlv_none")}}});
  EXPECT_FALSE(is_there("dlv_1"));
  EXPECT_TRUE(outbox().attempts(DeliveryId("dlv_1")).value().empty());
  EXPECT_TRUE(is_there("dlv_3")) << "it is pending";
  EXPECT_TRUE(is_event("evt_1"));
  EXPECT_EQ(outbox().deliveries_of(kAcme, EventId("evt_1")).value().size(), 2u);
  settle(settlement("dlv_3", 1, DeliveryState::kDelivered));
  write({.at = after(10),
         .changes = {commit::TrimDelivery{DeliveryId("dlv_2")}, commit::TrimDelivery{DeliveryId("dlv_3")}}});
  EXPECT_FALSE(is_event("evt_1"));
  EXPECT_TRUE(outbox().deliveries(kAcme, kHook, 9).value().empty());
  EXPECT_TRUE(outbox().deliveries_of(kAcme, SessionId("s1"), 9).value().empty());
}

TEST_P(LogOfAStore, TrimsAnEventThatNobodyWantedAndNoOther) {
  auto unmatched = event("evt_2", "");
  unmatched.unmatched = true;
  auto later = unmatched;
  later.id = EventId("evt_3");
  later.occurred_at = after(5);
  owe();
  write({.at = kStart, .changes = {unmatched, later}});
  const auto old = outbox().unmatched_before(after(5), 9).value();
  ASSERT_EQ(old.size(), 1u);
  EXPECT_EQ(old[0], std::pair(kAcme, EventId("evt_2")));
  EXPECT_EQ(outbox().unmatched_before(after(9), 1).value().size(), 1u);
  write({.at = kStart,
         .changes = {commit::TrimEvent{kAcme, EventId("evt_1")}, commit::TrimEvent{kAcme, EventId("evt_2")},
                     commit::TrimEvent{kOther, EventId("evt_3")}}});
  EXPECT_TRUE(is_event("evt_1"));
  EXPECT_FALSE(is_event("evt_2"));
  EXPECT_TRUE(is_event("evt_3"));
}

TEST_P(LogOfAStore, WalksDeliveriesInTheOrderOfTheirIds) {
  end({{"c", DeliveryState::kDelivered}, {"a", DeliveryState::kQueued}, {"b", DeliveryState::kFailed}});
  EXPECT_EQ(ids(outbox().oldest({}, 2).value()), (Ids{"a", "b"}));
  EXPECT_EQ(ids(outbox().oldest(DeliveryId("b"), 9).value()), Ids{"c"});
}

TEST_P(LogOfAStore, FindsWhatAReplayQueues) {
  end({{"a", DeliveryState::kDelivered},
       {"b", DeliveryState::kFailed},
       {"c", DeliveryState::kQueued},
       {"d", DeliveryState::kDelivered},
       {"e", DeliveryState::kFailed}});
  write({.at = after(9), .changes = {event("evt_9", "s9"), delivery("x", "evt_9")}});
  settle(settlement("x", 1, DeliveryState::kDelivered));
  write({.at = after(9), .changes = {erasure("s9")}});  // its body was erased

  const outbox::ReplayRange all{kStart, after(4), std::nullopt};
  EXPECT_EQ(ids(outbox().replayable(kHook, all, {}, 9).value()), (Ids{"a", "b", "d"}));
  EXPECT_EQ(outbox().count_replayable(kHook, all).value(), 3u);
  EXPECT_EQ(ids(outbox().replayable(kHook, all, {}, 2).value()), (Ids{"a", "b"}));
  EXPECT_EQ(ids(outbox().replayable(kHook, all, {after(1), DeliveryId("b")}, 9).value()), Ids{"d"});
  const outbox::ReplayRange failed{after(1), after(99), DeliveryState::kFailed};
  EXPECT_EQ(ids(outbox().replayable(kHook, failed, {}, 9).value()), (Ids{"b", "e"}));
  EXPECT_EQ(outbox().count_replayable(SubscriptionId("whs_2"), all).value(), 0u);
  write({.at = after(10), .changes = {commit::RemoveSubscription{kHook}}});  // "c" ends as withdrawn
  EXPECT_EQ(outbox().count_replayable(kHook, all).value(), 3u) << "withdrawn only where it is asked for";
  EXPECT_EQ(outbox().count_replayable(kHook, {kStart, after(99), DeliveryState::kWithdrawn}).value(), 1u);
}

TEST_P(LogOfAStore, KeepsReplaysAsFarAsTheyHaveCome) {
  auto first = replay("rpl_1");
  first.range.status = DeliveryState::kFailed;
  write({.at = kStart, .changes = {first, replay("rpl_2", SubscriptionId("whs_2"))}});
  first.queued = 3;
  first.place = {after(7), DeliveryId("dlv_7")};
  write({.at = kStart, .changes = {first}});
  const auto running = outbox().running_replays().value();
  ASSERT_EQ(running.size(), 2u);
  EXPECT_EQ(running[0].id.text, "rpl_1");
  EXPECT_EQ(running[0].queued, 3u);
  EXPECT_EQ(running[0].total, 5u);
  EXPECT_EQ(running[0].place.created_at, after(7));
  EXPECT_EQ(running[0].place.id.text, "dlv_7");
  EXPECT_EQ(running[0].range.since, kStart);
  EXPECT_EQ(running[0].range.until, after(100));
  EXPECT_EQ(running[0].range.status, DeliveryState::kFailed);
  EXPECT_EQ(running[1].range.status, std::nullopt);
  first.state = ReplayState::kCancelled;
  first.ended_at = after(9);
  write({.at = kStart, .changes = {first}});
  EXPECT_EQ(outbox().running_replays().value().size(), 1u);
  EXPECT_EQ(outbox().replay(kAcme, ReplayId("rpl_1")).value()->state, ReplayState::kCancelled);
  EXPECT_EQ(outbox().replay(kOther, ReplayId("rpl_1")).value().has_value(), false);
  ASSERT_EQ(outbox().replays(kAcme, kHook).value().size(), 1u);
  EXPECT_TRUE(outbox().replays(kOther, kHook).value().empty());
  write({.at = kStart, .changes = {commit::SweepReplays{after(10)}}});
  EXPECT_FALSE(outbox().replay(kAcme, ReplayId("rpl_1")).value().has_value());
  EXPECT_TRUE(outbox().replay(kAcme, ReplayId("rpl_2")).value().has_value()) << "it runs";
}

}  // namespace
}  // namespace beckon::store
