// Many deliveries: fairness, bounds, and what must never happen twice or too late.
#include <gtest/gtest.h>

#include "dispatch/test_world.h"

namespace beckon::dispatch {
namespace {

using namespace testing;

TEST(Fairness, APoisonSubscriptionDoesNotDelayAHealthyOne) {
  World world;
  world.subscribe("acme", "poison");
  world.subscribe("acme", "healthy");
  world.sender.script = [](const SendRequest& request) {
    return request.url.starts_with("https://poison") ? silence() : status(200);
  };
  for (int i = 0; i < 2000; ++i) world.owe("poison");
  for (int i = 0; i < 100; ++i) {
    const DeliveryId id = world.owe("healthy");
    world.run_for(10ms);
    EXPECT_EQ(world.state(id), DeliveryState::kDelivered);
  }
}

TEST(Fairness, SilentEndpointsDoNotUseUpWhatTheOthersNeed) {
  World world;
  world.settings.limits.in_flight = 32;
  world.settings.limits.in_flight_ceiling = 256;
  world.boot();
  for (int i = 0; i < 100; ++i) {
    const std::string name = "poison" + std::to_string(i);
    world.subscribe("h" + std::to_string(i % 10) + "x", name);
    for (int k = 0; k < 50; ++k) world.owe(name);
  }
  world.subscribe("good", "healthy");
  world.sender.script = [](const SendRequest& request) {
    return request.url.starts_with("https://poison") ? silence() : status(200);
  };
  world.run_for(15s);  // by then all of them were found to hang
  Duration longest{0};
  for (int i = 0; i < 1000; ++i) {
    const DeliveryId id = world.owe("healthy");
    const Instant from = world.clock.now();
    while (world.state(id) != DeliveryState::kDelivered) world.dispatcher->poll(1s);
    longest = std::max(longest, world.clock.now() - from);
    world.run_for(50ms);
  }
  EXPECT_LE(longest, 2ms);
  EXPECT_LE(world.sender.most_under_way, 256u);
}

TEST(Fairness, GoesRoundHandlesThenEndpoints) {
  World world;
  world.settings.limits.in_flight = 1;
  world.boot();
  for (int i = 0; i < 20; ++i) {
    const std::string name = "many" + std::to_string(i);
    world.subscribe("big", name);
    for (int k = 0; k < 5; ++k) world.owe(name);
  }
  world.subscribe("small", "one");
  for (int k = 0; k < 5; ++k) world.owe("one");
  world.run_for(1s);
  ASSERT_EQ(world.sender.sent.size(), 105u);
  std::size_t first = 0, last = 0;
  for (std::size_t i = 0; i < world.sender.sent.size(); ++i)
    if (world.sender.sent[i].request.url == "https://one.example/") last = i, first = first ? first : i;
  EXPECT_LE(first, 2u);
  EXPECT_LE(last, 11u);
}

TEST(Bounds, ReadsALittleOfAHundredThousandDue) {
  World world;
  world.settings.limits.ready_per_subscription = 64;
  world.boot();
  world.subscribe("acme", "whs_1");
  for (int i = 0; i < 100'000; ++i) world.owe("whs_1");
  world.run_for(100ms);
  EXPECT_LE(world.store.largest_read, 64u + 16 + 256);
  EXPECT_LE(world.sender.most_under_way, 16u);
  EXPECT_GT(world.sender.sent.size(), 500u);
  world.run_for(10s);
  EXPECT_EQ(world.sender.sent.size(), 100'000u);
  for (const auto& [id, row] : world.store.rows) ASSERT_EQ(row.delivery.state, DeliveryState::kDelivered);
}

TEST(Bounds, ReadsOneByOneBeyondItsBytes) {
  World world;
  world.settings.limits.ready_bytes = 1000;
  world.boot();
  for (const char* name : {"a", "b", "c"}) {
    world.subscribe("acme", name);
    for (int i = 0; i < 40; ++i) world.owe(name);
  }
  world.sender.script = [](const SendRequest&) { return status(200, 100ms); };
  world.run_for(10s);
  EXPECT_EQ(world.sender.sent.size(), 120u);
}

TEST(OnceOnly, NothingIsSentAgainWhileItsResultIsNotWritten) {
  World world;
  world.subscribe("acme", "whs_1");
  world.store.holds_back = true;
  const DeliveryId id = world.owe("whs_1");
  for (int i = 0; i < 20; ++i) {
    world.dispatcher->wake(SubscriptionId{"whs_1"});
    world.dispatcher->changed(SubscriptionId{"whs_1"});
    world.run_for(1s);
  }
  EXPECT_EQ(world.sender.sent.size(), 1u);
  EXPECT_TRUE(world.dispatcher->is_sending(id));
  world.store.release();
  world.run_for(1s);
  EXPECT_FALSE(world.dispatcher->is_sending(id));
  EXPECT_EQ(world.state(id), DeliveryState::kDelivered);
  EXPECT_EQ(world.sender.sent.size(), 1u);
}

TEST(OnceOnly, AResultThatCannotBeWrittenIsKeptAndComesAgain) {
  World world;
  world.subscribe("acme", "whs_1");
  world.store.writes = false;
  std::vector<DeliveryId> ids;
  for (int i = 0; i < 50; ++i) ids.push_back(world.owe("whs_1"));
  log::set_level(log::Level::kOff);
  world.run_for(1min);
  log::set_level(log::Level::kInfo);
  EXPECT_EQ(world.sender.sent.size(), 50u);
  world.store.writes = true;
  world.run_for(6s);
  for (const DeliveryId& id : ids) EXPECT_EQ(world.state(id), DeliveryState::kDelivered);
  EXPECT_EQ(world.sender.sent.size(), 50u);
}

TEST(OnceOnly, StopsBeginningAttemptsWhenTooManyAreUnwritten) {
  World world;
  world.settings.limits.unwritten = 40;
  world.settings.limits.unwritten_per_subscription = 10;
  world.boot();
  world.store.holds_back = true;
  for (const char* name : {"a", "b"}) {
    world.subscribe("acme", name);
    for (int i = 0; i < 100; ++i) world.owe(name);
  }
  world.run_for(10s);
  EXPECT_LE(world.sender.sent.size(), 2u * (10 + 16));
  world.store.release();
  world.run_for(10s);
  EXPECT_EQ(world.sender.sent.size(), 200u);
}

TEST(Withdrawn, InFlightIsNotTriedAgain) {
  World world;
  world.subscribe("acme", "whs_1");
  world.sender.script = [](const SendRequest&) { return status(500, 1s); };
  const DeliveryId id = world.owe("whs_1");
  world.run_for(10ms);
  world.store.end(id, DeliveryState::kWithdrawn);
  world.run_for(1h);
  EXPECT_EQ(world.state(id), DeliveryState::kWithdrawn);
  EXPECT_EQ(world.row(id).attempts.size(), 1u);
  EXPECT_EQ(world.sender.sent.size(), 1u);
  EXPECT_FALSE(world.dispatcher->is_sending(id));
}

TEST(Withdrawn, WhatWasReadAheadOfASessionIsForgotten) {
  World world;
  world.settings.limits.in_flight_per_subscription = 1;
  world.boot();
  world.subscribe("acme", "whs_1");
  world.sender.script = [](const SendRequest&) { return status(200, 100ms); };
  world.owe("whs_1", "link.clicked", "sess-0");
  const DeliveryId gone = world.owe("whs_1", "link.clicked", "sess-1");
  const DeliveryId stays = world.owe("whs_1", "link.clicked", "sess-2");
  world.run_for(10ms);
  world.store.end(gone, DeliveryState::kWithdrawn);
  world.dispatcher->forget(Handle{"acme"}, SessionId{"sess-1"});
  world.run_for(1s);
  EXPECT_EQ(world.sender.sent.size(), 2u);
  EXPECT_EQ(world.row(gone).attempts.size(), 0u);
  EXPECT_EQ(world.state(stays), DeliveryState::kDelivered);
}

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
  world.store.release();  // its answer comes when nobody is there any more
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
