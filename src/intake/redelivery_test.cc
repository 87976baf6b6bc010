// A replay queues the right deliveries, once, at its rate, and continues after a restart.
#include "intake/redelivery.h"

#include <gtest/gtest.h>

#include "intake/testing/world.h"

namespace beckon::intake {
namespace {

using namespace std::chrono_literals;
using outbox::DeliveryState;
using outbox::Replay;
using outbox::ReplayState;
const Instant kNow = *parse_rfc3339("2026-11-01T12:00:00Z");
const Handle kDemo{"demo"};
const SubscriptionId kHook{"whs_1"};

class Replaying : public testing::Test {
 protected:
  Replaying() {
    const outbox::Subscription made{.id = kHook, .handle = kDemo, .event_types = {"*"}};
    EXPECT_TRUE(store.commit().write({.at = kNow, .changes = {made}}));
    commit::Batch batch{.at = kNow};
    batch.changes.emplace_back(
        outbox::Event{.id = EventId{"evt_1"}, .handle = kDemo, .type = "a", .occurred_at = kNow, .body = "{\"a\":1}"});
    for (int i = 0; i < 1000; ++i) {
      const DeliveryId id{"dlv_" + std::to_string(1000 + i)};
      batch.changes.emplace_back(outbox::Delivery{.id = id,
                                                  .event = EventId{"evt_1"},
                                                  .subscription = kHook,
                                                  .handle = kDemo,
                                                  .event_type = "a",
                                                  .created_at = kNow + Duration{i}});
      batch.changes.emplace_back(
          outbox::Settlement{.delivery = id,
                             .attempt = {.number = 1},
                             .state = i % 4 ? DeliveryState::kDelivered : DeliveryState::kFailed});
    }
    EXPECT_TRUE(store.commit().write(batch));
    boot();
  }
  // As after a restart.
  void boot() {
    const Instant now = world ? world->clock.now() : kNow + 1h;
    replays.reset();
    world.reset();
    world.emplace(store, now);
    replays.emplace(store.outbox(), Redeliveries::Options{.per_second = 100, .per_batch = 50});
    ASSERT_TRUE(replays->load());
    world->committer.add_maintenance(*replays);
  }
  std::optional<Fault> start(outbox::ReplayRange range, std::string_view id = "rpl_1") {
    std::optional<Fault> fault;
    run([&](commit::Draft& draft) {
      fault = replays->start(draft, {.id = ReplayId{id},
                                     .handle = kDemo,
                                     .subscription = kHook,
                                     .range = range,
                                     .total = *store.outbox().count_replayable(kHook, range),
                                     .created_at = draft.now()});
    });
    return fault;
  }
  std::optional<Replay> cancel(const Handle& handle = kDemo) {
    std::optional<Replay> cancelled;
    run([&](commit::Draft& draft) { cancelled = replays->cancel(draft, handle, ReplayId{"rpl_1"}); });
    return cancelled;
  }
  void run(std::function<void(commit::Draft&)> plan) {
    struct Plan final : commit::Work {
      std::function<void(commit::Draft&)> plan_;
      explicit Plan(std::function<void(commit::Draft&)> plan) : plan_(std::move(plan)) {}
      void plan(commit::Draft& draft) override { plan_(draft); }
      void finish(const std::optional<Fault>&) override {}
    };
    std::unique_ptr<commit::Work> work = std::make_unique<Plan>(std::move(plan));
    world->committer.submit(work);
    world->committer.turn(false);
  }
  void run_for(Duration time) {
    for (const Instant until = world->clock.now() + time; world->clock.now() < until;) {
      world->clock.advance(100ms);
      world->committer.turn(false);
    }
  }
  Replay replay() { return store.outbox().replay(kDemo, ReplayId{"rpl_1"})->value(); }
  std::size_t queued() { return store.outbox().due(kHook, world->clock.now(), 10'000)->size(); }
  static outbox::ReplayRange all() { return {kNow, kNow + 1h, std::nullopt}; }

  store::MemoryStore store;
  std::optional<World> world;
  std::optional<Redeliveries> replays;
};

TEST_F(Replaying, QueuesEachOnceAtItsRateAndSaysHowFarItIs) {
  ASSERT_EQ(start(all()), std::nullopt);
  EXPECT_EQ(replay().total, 1000u);
  run_for(3s);
  EXPECT_GE(queued(), 300u);
  EXPECT_LE(queued(), 400u) << "a hundred a second, and one second's worth at the start";
  EXPECT_EQ(replay().queued, queued());
  EXPECT_EQ(replay().state, ReplayState::kRunning);
  run_for(8s);
  EXPECT_EQ(queued(), 1000u);
  EXPECT_EQ(replay().queued, 1000u);
  EXPECT_EQ(replay().state, ReplayState::kDone);
  EXPECT_EQ(store.outbox().running_replays()->size(), 0u);
}

TEST_F(Replaying, GoesOnWhereItWasAfterARestart) {
  ASSERT_EQ(start(all()), std::nullopt);
  run_for(2s);
  const auto before = replay().queued;
  ASSERT_GT(before, 0u);
  // What it queued has been delivered meanwhile: it must not be sent again.
  commit::Batch batch{.at = world->clock.now()};
  const auto list = *store.outbox().due(kHook, world->clock.now(), 10'000);
  for (const auto& due : list)
    batch.changes.emplace_back(
        outbox::Settlement{.delivery = due.delivery.id, .attempt = {.number = 2}, .state = DeliveryState::kDelivered});
  ASSERT_TRUE(store.commit().write(batch));
  boot();
  run_for(12s);
  EXPECT_EQ(replay().state, ReplayState::kDone);
  EXPECT_EQ(replay().queued, 1000u);
  EXPECT_EQ(queued(), 1000u - before);
}

TEST_F(Replaying, TakesOnlyItsRangeAndItsStatus) {
  ASSERT_EQ(start({kNow + 100ms, kNow + 300ms, DeliveryState::kFailed}), std::nullopt);
  run_for(2s);
  EXPECT_EQ(replay().queued, 50u);
  const auto list = *store.outbox().due(kHook, world->clock.now(), 10'000);
  for (const auto& due : list) {
    EXPECT_GE(due.delivery.created_at, kNow + 100ms);
    EXPECT_LT(due.delivery.created_at, kNow + 300ms);
    EXPECT_EQ(due.delivery.schedule_step, 0);
    EXPECT_EQ(due.delivery.attempts, 1);
  }
}

TEST_F(Replaying, CancelledItQueuesNoMoreAndWhatItQueuedStays) {
  ASSERT_EQ(start(all()), std::nullopt);
  run_for(1s);
  EXPECT_EQ(cancel(Handle{"other"}), std::nullopt);
  const auto cancelled = cancel();
  ASSERT_TRUE(cancelled);
  EXPECT_EQ(cancelled->state, ReplayState::kCancelled);
  const auto before = queued();
  run_for(5s);
  boot();
  run_for(5s);
  EXPECT_EQ(queued(), before);
  EXPECT_EQ(replay().state, ReplayState::kCancelled);
  EXPECT_EQ(replay().queued, before);
  EXPECT_EQ(cancel(), std::nullopt) << "it does not run";
}

TEST_F(Replaying, ASecondOneOfASubscriptionIsAConflictUntilTheFirstHasEnded) {
  ASSERT_EQ(start(all()), std::nullopt);
  ASSERT_TRUE(start(all(), "rpl_2"));
  EXPECT_EQ(start(all(), "rpl_2")->code, FaultCode::kConflict);
  cancel();
  EXPECT_EQ(start(all(), "rpl_2"), std::nullopt);
}

TEST_F(Replaying, EndsWithItsSubscription) {
  ASSERT_EQ(start(all()), std::nullopt);
  run_for(1s);
  world->subscriptions.remove(kHook);
  run_for(1s);
  EXPECT_EQ(replay().state, ReplayState::kCancelled);
}

TEST_F(Replaying, ACommitThatFailsTakesItNoFurther) {
  ASSERT_EQ(start(all()), std::nullopt);
  run_for(1s);
  const auto before = replay().queued;
  world->commit.next = commit::CommitFault::kFull;
  world->clock.advance(1s);
  world->committer.turn(false);
  EXPECT_EQ(replay().queued, before);
  run_for(12s);
  EXPECT_EQ(replay().queued, 1000u);
  EXPECT_EQ(queued(), 1000u);
}

}  // namespace
}  // namespace beckon::intake
