// Deliveries held too long end, and old ones leave the log, a few in each commit.
#include "commit/outbox_maintenance.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "intake/settling.h"
#include "intake/testing/world.h"

namespace beckon::commit {
namespace {

using namespace std::chrono_literals;
using outbox::DeliveryState;
const Instant kNow = *parse_rfc3339("2026-11-01T12:00:00Z");
const Handle kDemo{"demo"};

class Upkeep : public testing::Test {
 protected:
  Upkeep() { world.committer.add_maintenance(upkeep); }

  void subscribe(std::string_view id, std::vector<std::string> types, bool enabled = true) {
    const outbox::Subscription made{
        .id = SubscriptionId{id}, .handle = kDemo, .event_types = std::move(types), .enabled = enabled};
    ASSERT_TRUE(store.commit().write({.at = world.clock.now(), .changes = {made}}));
    world.subscriptions.put(std::make_shared<const outbox::Subscription>(made));
  }
  // Signals of `count` sessions, each with its deliveries.
  void owe(int count) {
    for (int i = 0; i < count; ++i)
      ASSERT_TRUE(
          world.append(R"({"sessionId":"s)" + std::to_string(sessions++) + R"(","signals":[{"type":"cart"}]})"));
  }
  void deliver_all(std::string_view id) {
    Batch batch{.at = world.clock.now()};
    const auto list = *store.outbox().due(SubscriptionId{id}, world.clock.now(), 10'000);
    for (const auto& due : list)
      batch.changes.emplace_back(outbox::Settlement{.delivery = due.delivery.id,
                                                    .attempt = {.number = 1, .response_body = "ok"},
                                                    .state = DeliveryState::kDelivered});
    ASSERT_TRUE(store.commit().write(batch));
  }
  std::vector<outbox::Delivery> log(std::string_view id) {
    return *store.outbox().deliveries(kDemo, SubscriptionId{id}, 10'000);
  }
  void turns(int count) {
    for (int i = 0; i < count; ++i) world.committer.turn(false);
  }
  // Writes results of attempts as dispatch does.
  void settle(std::vector<outbox::Settled> results) {
    intake::Settling(world.committer)
        .settle(std::make_shared<const std::vector<outbox::Settled>>(std::move(results)),
                [](bool written) { EXPECT_TRUE(written); });
    turns(1);
  }
  // One to be retried an hour after `at`, when that was computed.
  static outbox::Settled retried(const outbox::Delivery& delivery, Instant at) {
    return {.settlement = {.delivery = delivery.id,
                           .attempt = {.number = 1},
                           .state = DeliveryState::kRetrying,
                           .next_attempt_at = at + 1h,
                           .reckoned_at = at},
            .delivery = delivery};
  }

  store::MemoryStore store;
  intake::World world{store, kNow};
  OutboxMaintenance upkeep{store.outbox(),
                           {.held_for = 7 * 24h, .log_for = 30 * 24h, .sweep_every = 60s, .per_batch = 5}};
  int sessions = 0;
};

TEST_F(Upkeep, WhatIsHeldForSevenDaysFailsWithItsReasonAndThatIsTold) {
  subscribe("whs_off", {"signal.*"}, false);
  subscribe("whs_watch", {"webhook.delivery.failed"});
  owe(12);
  world.clock.advance(7 * 24h - 1s);
  turns(10);
  for (const auto& delivery : log("whs_off")) EXPECT_EQ(delivery.state, DeliveryState::kHeld);
  world.clock.advance(61s);
  turns(1);
  const auto failed = [&] {
    return std::ranges::count(log("whs_off"), DeliveryState::kFailed, &outbox::Delivery::state);
  };
  EXPECT_EQ(failed(), 5) << "a few with each commit";
  turns(3);
  EXPECT_EQ(failed(), 12);
  for (const auto& delivery : log("whs_off")) EXPECT_EQ(delivery.reason, kHeldTooLong);
  const auto told = log("whs_watch");
  ASSERT_EQ(told.size(), 12u);
  const auto event = store.outbox().event(kDemo, told[0].event)->value();
  EXPECT_NE(event.body.find(R"("reason":"held for too long")"), std::string::npos);
  EXPECT_NE(event.body.find(R"("attempts":0)"), std::string::npos);
}

TEST_F(Upkeep, TheLogIsTrimmedAFewAtATimeAndWhatIsPendingStays) {
  subscribe("whs_on", {"signal.*"});
  owe(12);
  deliver_all("whs_on");
  owe(1);
  world.clock.advance(29 * 24h);
  owe(3);
  deliver_all("whs_on");
  world.clock.advance(24h + 61s);
  ASSERT_TRUE(store.commit().write(
      {.at = world.clock.now(), .changes = {Requeue{log("whs_on").back().id, world.clock.now()}}}));
  ASSERT_EQ(log("whs_on").size(), 16u);
  turns(1);
  EXPECT_EQ(log("whs_on").size(), 12u) << "of five, one is pending";
  turns(5);
  const auto left = log("whs_on");
  EXPECT_EQ(left.size(), 4u);
  EXPECT_EQ(left.back().state, DeliveryState::kQueued);
  deliver_all("whs_on");
  world.clock.advance(61s);
  turns(1);
  EXPECT_EQ(log("whs_on").size(), 3u) << "once it has ended it goes with the next sweep";
}

TEST_F(Upkeep, AnEventThatNobodyWantedGoesTooAndItsIdIsFreeAgain) {
  const auto add = [&](std::string_view id) {
    Batch batch{.at = world.clock.now()};
    batch.changes.emplace_back(outbox::Event{.id = EventId{id},
                                             .handle = kDemo,
                                             .type = "a",
                                             .occurred_at = world.clock.now(),
                                             .body = "{}",
                                             .unmatched = true});
    ASSERT_TRUE(store.commit().write(batch));
  };
  add("evt_1");
  world.clock.advance(30 * 24h);
  add("evt_2");
  turns(2);
  EXPECT_TRUE(store.outbox().event(kDemo, EventId{"evt_1"})->has_value());
  world.clock.advance(61s);
  turns(1);
  EXPECT_FALSE(store.outbox().event(kDemo, EventId{"evt_1"})->has_value());
  EXPECT_TRUE(store.outbox().event(kDemo, EventId{"evt_2"})->has_value());
}

TEST_F(Upkeep, ACommitThatFailsIsMadeUpForByTheNextSweep) {
  subscribe("whs_on", {"signal.*"});
  owe(12);
  deliver_all("whs_on");
  world.clock.advance(31 * 24h);
  world.commit.next = CommitFault::kFull;
  turns(4);
  EXPECT_EQ(log("whs_on").size(), 12u);
  world.clock.advance(61s);
  turns(4);
  EXPECT_TRUE(log("whs_on").empty());
}

TEST_F(Upkeep, WhatAChangeOfASubscriptionBeganIsFinishedAStepWithEachCommitAlsoAfterARestart) {
  subscribe("whs_on", {"signal.*"});
  const int many = Batch::kSweep * 3;
  owe(many);
  const auto in = [&](DeliveryState state) {
    return std::ranges::count(log("whs_on"), state, &outbox::Delivery::state);
  };
  const auto change = [&](bool enabled) {
    Batch batch{.at = world.clock.now()};
    outbox::Subscription made{
        .id = SubscriptionId{"whs_on"}, .handle = kDemo, .event_types = {"signal.*"}, .enabled = enabled};
    batch.changes.emplace_back(made);
    ASSERT_TRUE(store.commit().write(batch));
    world.subscriptions.put(std::make_shared<const outbox::Subscription>(made));
  };
  change(false);
  ASSERT_TRUE(upkeep.load(world.subscriptions));  // as after a restart that lost the first step
  turns(1);
  EXPECT_EQ(in(DeliveryState::kHeld), Batch::kSweep);
  turns(4);
  EXPECT_EQ(in(DeliveryState::kHeld), many);
  change(true);
  ASSERT_TRUE(upkeep.load(world.subscriptions));
  turns(2);
  EXPECT_EQ(in(DeliveryState::kQueued), Batch::kSweep * 2);
  world.subscriptions.remove(SubscriptionId{"whs_on"});
  ASSERT_TRUE(
      store.commit().write({.at = world.clock.now(), .changes = {RemoveSubscription{SubscriptionId{"whs_on"}}}}));
  ASSERT_TRUE(upkeep.load(world.subscriptions));
  turns(4);
  EXPECT_EQ(in(DeliveryState::kWithdrawn), many);
}

// At start every subscription is checked once; here the result of an attempt comes first.
TEST_F(Upkeep, ASubscriptionThatAResultTurnsOffWhileTheDiskIsFullStaysOffAndAllThatWaitsForItIsHeld) {
  subscribe("whs_on", {"signal.*"});
  const int many = Batch::kSweep * 2;
  owe(many);
  ASSERT_TRUE(upkeep.load(world.subscriptions));
  const outbox::Delivery gone = log("whs_on").front();
  world.commit.next = CommitFault::kFull;
  settle({{.settlement = {.delivery = gone.id, .attempt = {.number = 1}, .state = DeliveryState::kFailed},
           .delivery = gone,
           .change = outbox::SubscriptionChange{SubscriptionId{"whs_on"}, kDemo, Instant{}, "410 Gone"}}});
  ASSERT_FALSE(world.subscriptions.find(SubscriptionId{"whs_on"})->enabled);
  turns(4);
  EXPECT_EQ(std::ranges::count(log("whs_on"), DeliveryState::kHeld, &outbox::Delivery::state), many - 1);
}

TEST_F(Upkeep, AtRestItWritesNothing) {
  subscribe("whs_on", {"signal.*"});
  owe(3);
  world.clock.advance(60s);
  turns(2);
  const auto before = world.committer.counts().commits.load();
  turns(20);
  EXPECT_EQ(world.committer.counts().commits.load(), before);
}

TEST_F(Upkeep, WhenTheClockIsSetBackWhatWaitsIsAsFarAwayAsBefore) {
  subscribe("whs_a", {"signal.*"});
  owe(1);
  const DeliveryId id = log("whs_a").front().id;
  ASSERT_TRUE(store.commit().write({.at = kNow,
                                    .changes = {outbox::Settlement{.delivery = id,
                                                                   .attempt = {.number = 1},
                                                                   .state = DeliveryState::kRetrying,
                                                                   .next_attempt_at = kNow + 1h}}}));
  turns(1);
  const auto next = [&] { return log("whs_a").front().next_attempt_at; };

  world.clock.set(kNow - 5h);
  store.commit().refuse_next(CommitFault::kBusy);
  turns(1);
  EXPECT_EQ(next(), kNow + 1h) << "nothing was written";
  turns(2);
  EXPECT_EQ(next(), kNow - 4h) << "once, when it can be";

  world.clock.set(kNow - 5h - 500ms);
  turns(1);
  EXPECT_EQ(next(), kNow - 4h) << "a clock that is only kept right";
  world.clock.set(kNow + 30min);
  turns(1);
  EXPECT_EQ(next(), kNow - 4h) << "set forward, it is due";
}

// One attempt ended before the clock was set, one after it; both results are written after it.
TEST_F(Upkeep, WhenTheClockIsSetBackWhatIsReckonedByItIsLeftAsItIs) {
  subscribe("whs_a", {"signal.*"});
  owe(2);
  const auto all = log("whs_a");
  turns(1);
  world.clock.set(kNow - 5h);
  settle({retried(all[0], kNow), retried(all[1], kNow - 5h)});
  for (const auto& one : log("whs_a")) EXPECT_EQ(one.next_attempt_at, kNow - 4h);
}

TEST_F(Upkeep, WhenTheClockIsSetBackWhileTheDiskIsFullWhatIsReckonedByItIsLeftAsItIs) {
  subscribe("whs_a", {"signal.*"});
  owe(2);
  const auto all = log("whs_a");
  settle({retried(all[0], kNow)});
  world.clock.set(kNow - 5h);
  world.commit.next = CommitFault::kFull;
  settle({retried(all[1], kNow - 5h)});
  for (const auto& one : log("whs_a")) EXPECT_EQ(one.next_attempt_at, kNow - 4h) << "what waits is followed up at once";
  turns(2);
  for (const auto& one : log("whs_a")) EXPECT_EQ(one.next_attempt_at, kNow - 4h);
}

TEST_F(Upkeep, WhenTheClockIsSetBackTwiceWhatIsReckonedInBetweenComesEarlierByTheSecondTimeOnly) {
  subscribe("whs_a", {"signal.*"});
  owe(1);
  turns(1);
  world.clock.set(kNow - 1h);
  world.commit.next = CommitFault::kBusy;
  turns(1);
  world.clock.set(kNow - 3h);
  settle({retried(log("whs_a").front(), kNow - 1h)});
  EXPECT_EQ(log("whs_a").front().next_attempt_at, kNow - 2h);
}

}  // namespace
}  // namespace beckon::commit
