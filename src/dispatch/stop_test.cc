// Fences, drains, and automatic recovery.
#include <gtest/gtest.h>

#include "dispatch/testing/world.h"

namespace beckon::dispatch {
namespace {

using namespace testing;

TEST(Fence, NoAttemptBeginsBehindItForADeletedSubscription) {
  World world;
  world.subscribe("acme", "whs_1");
  world.sender.script = [](const SendRequest&) { return status(200, 20ms); };
  for (int i = 0; i < 500; ++i) world.owe("whs_1");
  world.run_for(100ms);
  world.index.remove(SubscriptionId{"whs_1"});
  std::size_t sent_at_fence = 0;
  bool passed = false;
  world.dispatcher->fence([&] {
    passed = true;
    sent_at_fence = world.sender.sent.size();
  });
  world.run_for(10s);
  ASSERT_TRUE(passed);
  EXPECT_GT(sent_at_fence, 0u);
  EXPECT_EQ(world.sender.sent.size(), sent_at_fence);
}

TEST(Fence, PassesAtOnceWhereTheDispatcherHasEnded) {
  World world;
  std::stop_source stop;
  stop.request_stop();
  world.dispatcher->run(stop.get_token());
  bool passed = false;
  world.dispatcher->fence([&] { passed = true; });
  EXPECT_TRUE(passed);
  world.dispatcher->fence();
  world.dispatcher->wake(SubscriptionId{"whs_1"});
}

TEST(Drain, FinishesWhatIsInFlightAndBeginsNothing) {
  World world;
  world.subscribe("acme", "whs_1");
  world.sender.script = [](const SendRequest&) { return status(200, 5s); };
  for (int i = 0; i < 10; ++i) world.owe("whs_1");
  world.run_for(10ms);
  const std::size_t begun = world.sender.sent.size();
  world.dispatcher->begin_drain();
  while (!world.dispatcher->drained()) world.dispatcher->poll(1s);
  EXPECT_EQ(world.sender.sent.size(), begun);
  std::size_t delivered = 0;
  for (const auto& [id, row] : world.store.rows) delivered += row.delivery.state == DeliveryState::kDelivered;
  EXPECT_EQ(delivered, begun);
}

TEST(Drain, LeavesQueuedWhatDoesNotEndInTime) {
  World world;
  world.settings.limits.drain = 2s;
  world.boot();
  world.subscribe("acme", "whs_1");
  world.sender.script = [](const SendRequest&) { return silence(); };
  const DeliveryId id = world.owe("whs_1");
  world.run_for(10ms);
  const Instant from = world.clock.now();
  world.dispatcher->begin_drain();
  while (!world.dispatcher->drained()) world.dispatcher->poll(1s);
  EXPECT_LE(world.clock.now() - from, Duration{2s});
  EXPECT_EQ(world.state(id), DeliveryState::kQueued);
  EXPECT_EQ(world.row(id).attempts.size(), 0u);
  world.sender.script = [](const SendRequest&) { return status(200); };
  world.boot();
  world.run_for(1s);
  EXPECT_EQ(world.state(id), DeliveryState::kDelivered);
}

TEST(Drain, GivesUpWhereResultsCannotBeWritten) {
  World world;
  world.subscribe("acme", "whs_1");
  world.store.holds_back = true;
  world.owe("whs_1");
  world.run_for(10ms);
  const Instant from = world.clock.now();
  world.dispatcher->begin_drain();
  while (!world.dispatcher->drained()) world.dispatcher->poll(1s);
  EXPECT_LE(world.clock.now() - from, Duration{17s});
  log::set_level(log::Level::kOff);
  world.dispatcher.reset();
  log::set_level(log::Level::kInfo);
  world.store.release();  // its callback comes when nobody is left
}

TEST(Drain, WaitsForNothingOnceTheStoreIsLost) {
  World world;
  log::set_level(log::Level::kOff);
  bool lost = false;
  world.settings.is_lost = [&] { return lost; };
  world.boot();
  world.subscribe("acme", "whs_1");
  world.sender.script = [](const SendRequest&) { return silence(); };
  world.owe("whs_1");
  world.run_for(10ms);
  world.store.writes = false;
  world.sender.script = [](const SendRequest&) { return status(200); };
  const DeliveryId id = world.owe("whs_1");
  world.run_for(1s);
  EXPECT_EQ(world.state(id), DeliveryState::kQueued);
  world.dispatcher->begin_drain();
  EXPECT_FALSE(world.dispatcher->drained());
  lost = true;
  EXPECT_TRUE(world.dispatcher->drained());
  world.store.writes = true;
  lost = false;
  world.boot();
  world.run_for(1s);
  EXPECT_EQ(world.state(id), DeliveryState::kDelivered);
  log::set_level(log::Level::kInfo);
}

TEST(Recovery, AStoreThatCannotBeReadIsAskedAgain) {
  World world;
  log::set_level(log::Level::kOff);
  world.subscribe("acme", "whs_1");
  world.store.readable = false;
  const DeliveryId id = world.owe("whs_1");
  world.run_for(10s);
  EXPECT_EQ(world.sender.sent.size(), 0u);
  world.store.readable = true;
  world.run_for(2s);
  EXPECT_EQ(world.state(id), DeliveryState::kDelivered);
  log::set_level(log::Level::kInfo);
}

TEST(Recovery, ASecretThatDoesNotOpenLosesNothing) {
  World world;
  log::set_level(log::Level::kOff);
  auto one = world.subscribe("acme", "whs_1");
  auto broken = one;
  broken.sealed_secret = "garbage";
  world.put(broken);
  const DeliveryId id = world.owe("whs_1");
  world.run_for(3min);
  EXPECT_EQ(world.state(id), DeliveryState::kQueued);
  EXPECT_EQ(world.row(id).attempts.size(), 0u);
  world.put(one);
  world.run_for(61s);
  EXPECT_EQ(world.state(id), DeliveryState::kDelivered);
  log::set_level(log::Level::kInfo);
}

}  // namespace
}  // namespace beckon::dispatch
