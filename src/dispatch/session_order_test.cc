// Ordering::kSession: the events of one session are sent in order, and no session waits for another.
#include <gtest/gtest.h>

#include <map>

#include "dispatch/testing/world.h"

namespace beckon::dispatch {
namespace {

using namespace testing;

class OrderedSessions : public ::testing::Test {
 protected:
  OrderedSessions() {
    auto one = world.subscribe("acme", "whs_1");
    one.ordering = outbox::Ordering::kSession;
    world.put(one);
  }
  DeliveryId owe(std::string_view session) { return world.owe("whs_1", "link.clicked", session); }
  World world;
};

TEST_F(OrderedSessions, EachSessionComesInItsOrder) {
  std::map<std::string, std::string> session_of;  // by event
  for (int i = 0; i < 200; ++i) {
    const std::string session = "s" + std::to_string(i % 7);
    session_of[world.row(owe(session)).delivery.event.text] = session;
  }
  int n = 0;
  world.sender.script = [&](const SendRequest&) { return status(200, Duration{1 + (n++ * 37) % 11}); };
  world.run_for(60s);
  ASSERT_EQ(world.sender.sent.size(), 200u);
  std::map<std::string, std::string> last;
  for (const auto& sent : world.sender.sent) {
    const std::string event = sent.header("webhook-id");
    EXPECT_LT(last[session_of.at(event)], event);
    last[session_of.at(event)] = event;
  }
}

TEST_F(OrderedSessions, TheNextBeginsOnlyWhenTheOneBeforeItIsWritten) {
  const DeliveryId first = owe("s1"), second = owe("s1");
  world.store.holds_back = true;
  world.run_for(1s);
  EXPECT_EQ(world.sender.sent.size(), 1u);
  EXPECT_TRUE(world.dispatcher->is_sending(first));
  EXPECT_FALSE(world.dispatcher->is_sending(second));
  world.store.release();
  world.run_for(10ms);
  EXPECT_EQ(world.state(second), DeliveryState::kDelivered);
}

TEST_F(OrderedSessions, OneThatIsRetriedHoldsUpItsOwnSessionAndNoOther) {
  const DeliveryId bad = owe("bad");
  const std::string bad_event = world.row(bad).delivery.event.text;
  std::vector<DeliveryId> behind, others;
  for (int i = 0; i < 300; ++i) behind.push_back(owe("bad"));
  for (int i = 0; i < 20; ++i) others.push_back(owe("good" + std::to_string(i)));
  bool up = false;
  world.sender.script = [&](const SendRequest& request) {
    for (const auto& [name, value] : request.headers)
      if (name == "webhook-id" && value == bad_event && !up) return status(503);
    return status(200);
  };
  world.run_for(1s);
  for (const DeliveryId& id : others) EXPECT_EQ(world.state(id), DeliveryState::kDelivered);
  EXPECT_EQ(world.state(bad), DeliveryState::kRetrying);
  for (const DeliveryId& id : behind) EXPECT_EQ(world.state(id), DeliveryState::kQueued);
  up = true;
  world.run_for(10s);
  for (const DeliveryId& id : behind) EXPECT_EQ(world.state(id), DeliveryState::kDelivered);
}

TEST_F(OrderedSessions, WhatHasFailedForGoodLetsTheNextGo) {
  bool first = true;
  world.sender.script = [&](const SendRequest&) { return status(std::exchange(first, false) ? 400 : 200); };
  const DeliveryId bad = owe("s1"), next = owe("s1");
  world.run_for(1s);
  EXPECT_EQ(world.state(bad), DeliveryState::kFailed);
  EXPECT_EQ(world.state(next), DeliveryState::kDelivered);
}

TEST_F(OrderedSessions, TheOrderIsKeptAcrossARestart) {
  std::vector<DeliveryId> owed;
  for (int i = 0; i < 20; ++i) owed.push_back(owe("s1"));
  world.sender.script = [](const SendRequest&) { return status(200, 10ms); };
  world.run_for(55ms);
  world.boot();
  world.run_for(1s);
  std::string last;
  for (const auto& sent : world.sender.sent) {
    EXPECT_LE(last, sent.header("webhook-id"));
    last = sent.header("webhook-id");
  }
  for (const DeliveryId& id : owed) EXPECT_EQ(world.state(id), DeliveryState::kDelivered);
}

}  // namespace
}  // namespace beckon::dispatch
