// What must never be sent twice, nor after it was withdrawn.
#include <gtest/gtest.h>

#include "dispatch/testing/world.h"

namespace beckon::dispatch {
namespace {

using namespace testing;

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

TEST(Withdrawn, WhatWasReadAheadOfADelayedRuleIsNotSentWhenItsReasonHasEnded) {
  World world;
  world.settings.limits.in_flight_per_subscription = 1;
  world.boot();
  world.subscribe("acme", "whs_1");
  world.sender.script = [](const SendRequest&) { return status(200, 100ms); };
  world.owe("whs_1");
  const DeliveryId gone = world.owe_due("whs_1", 1h);
  const DeliveryId stays = world.owe_due("whs_1", 1h);
  world.run_for(10ms);
  world.store.end(gone, DeliveryState::kWithdrawn);
  world.run_for(1s);
  EXPECT_EQ(world.state(gone), DeliveryState::kWithdrawn);
  EXPECT_EQ(world.state(stays), DeliveryState::kDelivered);
  EXPECT_EQ(world.sender.sent.size(), 2u);
}

TEST(Withdrawn, WhatCannotBeAskedOfTheStoreIsSentOnceItCan) {
  World world;
  world.settings.limits.in_flight_per_subscription = 1;
  world.boot();
  world.subscribe("acme", "whs_1");
  world.sender.script = [](const SendRequest&) { return status(200, 100ms); };
  world.owe("whs_1");
  const DeliveryId id = world.owe_due("whs_1", 1h);
  world.run_for(10ms);
  world.store.readable = false;
  log::set_level(log::Level::kOff);
  world.run_for(10s);
  log::set_level(log::Level::kInfo);
  EXPECT_EQ(world.state(id), DeliveryState::kQueued);
  world.store.readable = true;
  world.run_for(10s);
  EXPECT_EQ(world.state(id), DeliveryState::kDelivered);
}

TEST(Withdrawn, WhatIsNoLongerWorthSendingIsWithdrawnInstead) {
  World world;
  world.subscribe("acme", "whs_1");
  world.sender.script = [](const SendRequest&) { return status(503); };
  const DeliveryId id = world.owe_due("whs_1", 1min);
  world.run_for(59s);
  EXPECT_EQ(world.state(id), DeliveryState::kRetrying);
  EXPECT_EQ(world.row(id).delivery.next_attempt_at, world.start + 1min) << "and not at the end of the wait of 40 s";
  const std::size_t sent = world.sender.sent.size();
  world.run_for(2s);
  EXPECT_EQ(world.state(id), DeliveryState::kWithdrawn);
  EXPECT_EQ(world.row(id).delivery.reason, outbox::kTimeOver);
  EXPECT_EQ(world.sender.sent.size(), sent);
  EXPECT_FALSE(world.dispatcher->is_sending(id));
}

TEST(Withdrawn, IsWrittenAgainWhereTheDiskWasFull) {
  World world;
  world.subscribe("acme", "whs_1");
  world.store.writes = false;
  const DeliveryId id = world.owe_due("whs_1", 0s);
  log::set_level(log::Level::kOff);
  world.run_for(10s);
  log::set_level(log::Level::kInfo);
  EXPECT_EQ(world.state(id), DeliveryState::kQueued);
  world.store.writes = true;
  world.run_for(6s);
  EXPECT_EQ(world.state(id), DeliveryState::kWithdrawn);
  EXPECT_TRUE(world.sender.sent.empty());
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

}  // namespace
}  // namespace beckon::dispatch
