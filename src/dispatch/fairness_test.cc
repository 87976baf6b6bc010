// Many deliveries: no endpoint waits for another, and memory is bounded.
#include <gtest/gtest.h>

#include "dispatch/testing/world.h"

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
  world.run_for(15s);  // by then all of them are known to hang
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
  EXPECT_LE(world.store.largest_read, 64u);
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

}  // namespace
}  // namespace beckon::dispatch
