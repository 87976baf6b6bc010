// The course of one delivery.
#include <gtest/gtest.h>

#include "dispatch/testing/world.h"

namespace beckon::dispatch {
namespace {

using namespace testing;

void expect_near(Duration got, Duration wanted) {
  EXPECT_GE(got, wanted * 9 / 10 - 20ms);
  EXPECT_LE(got, wanted * 11 / 10 + 20ms);
}

TEST(Dispatcher, DeliversWhatIsOwed) {
  World world;
  world.subscribe("acme", "whs_1");
  const DeliveryId id = world.owe("whs_1");
  world.run_for(10ms);
  EXPECT_EQ(world.state(id), DeliveryState::kDelivered);
  ASSERT_EQ(world.sender.sent.size(), 1u);
  EXPECT_EQ(world.sender.sent[0].header("webhook-id"), "evt_1000001");
  EXPECT_EQ(world.sender.sent[0].header("content-type"), "application/json");
  EXPECT_EQ(world.sender.sent[0].header("x-arjun-attempt"), "1");
  EXPECT_EQ(world.sender.sent[0].request.connect, Duration{3s});
  EXPECT_EQ(world.sender.sent[0].request.whole, Duration{10s});
  const outbox::Attempt& attempt = world.row(id).attempts.at(0);
  EXPECT_EQ(attempt.number, 1);
  EXPECT_EQ(attempt.at, world.start);
  EXPECT_EQ(attempt.status, 200);
  EXPECT_EQ(attempt.response_body, "ok");
  EXPECT_NE(attempt.request_headers.find("\"webhook-signature\":\"v1,"), std::string::npos);
}

TEST(Dispatcher, BeginsNoAttemptWhileItMayNot) {
  World world;
  bool may = false;
  world.settings.may_begin = [&] { return may; };
  world.boot();
  world.subscribe("acme", "whs_1");
  const DeliveryId id = world.owe("whs_1");
  world.run_for(1min);
  EXPECT_TRUE(world.sender.sent.empty());
  EXPECT_EQ(world.state(id), DeliveryState::kQueued);
  may = true;
  world.run_for(1s);
  EXPECT_EQ(world.state(id), DeliveryState::kDelivered);
}

TEST(Dispatcher, TriesTheWholeScheduleThenFails) {
  World world;
  world.subscribe("acme", "whs_1");
  world.sender.script = [](const SendRequest&) { return status(500); };
  const DeliveryId id = world.owe("whs_1");
  world.run_for(24h);
  EXPECT_EQ(world.state(id), DeliveryState::kFailed);
  EXPECT_EQ(world.row(id).delivery.reason, "status 500");
  const auto times = world.times();
  ASSERT_EQ(times.size(), 10u);
  const std::vector<Duration> waits = outbox::RetrySchedule().waits();
  for (std::size_t i = 1; i < times.size(); ++i) expect_near(times[i] - times[i - 1], waits[i - 1]);
  EXPECT_EQ(world.sender.sent[9].header("x-arjun-attempt"), "10");
}

TEST(Dispatcher, KeepsTheScheduleAcrossARestart) {
  World world;
  world.subscribe("acme", "whs_1");
  world.sender.script = [](const SendRequest&) { return status(500); };
  const DeliveryId id = world.owe("whs_1");
  world.run_for(7s);
  ASSERT_EQ(world.sender.sent.size(), 2u);
  const Instant next = world.row(id).delivery.next_attempt_at;
  world.boot();
  world.run_for(20s);
  ASSERT_EQ(world.sender.sent.size(), 3u);
  EXPECT_EQ(world.sender.sent[2].at, next);
  EXPECT_EQ(world.sender.sent[2].header("x-arjun-attempt"), "3");
  expect_near(world.row(id).delivery.next_attempt_at - next, 20s);
}

TEST(Dispatcher, FindsALaterRetryAlthoughAnEarlierOneHangsAtTheStart) {
  World world;
  world.subscribe("acme", "whs_1");
  int requests = 0;
  world.sender.script = [&](const SendRequest&) { return ++requests == 1 ? status(500) : silence(); };
  const DeliveryId later = world.owe("whs_1");
  world.run_for(1s);
  const DeliveryId hangs = world.owe("whs_1");
  const Instant next = world.row(later).delivery.next_attempt_at;
  world.boot();
  world.run_for(8s);
  ASSERT_EQ(world.sender.sent.size(), 3u);
  EXPECT_TRUE(world.dispatcher->is_sending(hangs));
  EXPECT_EQ(world.sender.sent[2].at, next);
}

TEST(Dispatcher, WaitsAsLongAsTheReceiverAsks) {
  World world;
  world.subscribe("acme", "whs_1");
  world.sender.script = [](const SendRequest&) {
    Reply reply = status(429);
    reply.result.retry_after = Duration{100s};
    return reply;
  };
  world.owe("whs_1");
  world.run_for(150s);
  ASSERT_EQ(world.times().size(), 2u);
  EXPECT_EQ(world.times()[1], Duration{100s} + 1ms);
}

TEST(Dispatcher, DisablesTheSubscriptionOn410) {
  World world;
  world.subscribe("acme", "whs_1");
  world.sender.script = [](const SendRequest&) { return status(410); };
  const DeliveryId id = world.owe("whs_1");
  world.run_for(1s);
  EXPECT_EQ(world.state(id), DeliveryState::kFailed);
  ASSERT_EQ(world.store.changes.size(), 1u);
  EXPECT_EQ(world.store.changes[0].subscription, SubscriptionId{"whs_1"});
  EXPECT_NE(world.store.changes[0].disable_reason, "");
  EXPECT_FALSE(world.index.find(SubscriptionId{"whs_1"})->enabled);
  world.owe("whs_1");
  world.run_for(1h);
  EXPECT_EQ(world.sender.sent.size(), 1u);
}

TEST(Dispatcher, NotesALongRunOfFailuresAndDisablesAfterFiveDays) {
  World world;
  world.subscribe("acme", "whs_1");
  world.sender.script = [](const SendRequest&) { return error(AttemptOutcome::kConnect); };
  for (int hour = 0; hour < 5 * 24 - 1; ++hour) {
    world.owe("whs_1");
    world.run_for(1h);
  }
  ASSERT_EQ(world.store.changes.size(), 1u);
  EXPECT_EQ(world.store.changes[0].failing_since, world.start);
  EXPECT_EQ(world.store.changes[0].disable_reason, "");
  world.boot();  // the store knows the run, so a restart does not start it again
  const DeliveryId last = world.owe("whs_1");
  world.run_for(2h);
  EXPECT_FALSE(world.index.find(SubscriptionId{"whs_1"})->enabled);
  EXPECT_EQ(world.state(last), DeliveryState::kHeld);
}

TEST(Dispatcher, ForgetsARunOfFailuresWithTheFirstSuccess) {
  World world;
  world.subscribe("acme", "whs_1");
  bool works = false;
  world.sender.script = [&](const SendRequest&) { return status(works ? 200 : 500); };
  world.owe("whs_1");
  world.run_for(40min);
  works = true;
  world.owe("whs_1");
  world.run_for(1s);
  ASSERT_EQ(world.store.changes.size(), 2u);
  EXPECT_EQ(world.store.changes[0].failing_since, world.start);
  EXPECT_EQ(world.store.changes[1].failing_since, Instant{});
}

TEST(Dispatcher, SendsADisabledSubscriptionItsTestEventsOnly) {
  World world;
  auto one = world.subscribe("acme", "whs_1");
  one.enabled = false;
  world.put(one);
  const DeliveryId other = world.owe("whs_1");
  const DeliveryId test = world.owe("whs_1", "webhook.test");
  world.run_for(1min);
  EXPECT_EQ(world.state(test), DeliveryState::kDelivered);
  EXPECT_EQ(world.state(other), DeliveryState::kQueued);
  EXPECT_EQ(world.sender.sent.size(), 1u);
  one.enabled = true;
  world.put(one);
  world.run_for(1s);
  EXPECT_EQ(world.state(other), DeliveryState::kDelivered);
}

TEST(Dispatcher, UsesTheUrlHeadersAndSecretsOfTheMoment) {
  World world;
  auto one = world.subscribe("acme", "whs_1");
  world.sender.script = [](const SendRequest&) { return status(503); };
  world.owe("whs_1");
  world.run_for(1s);
  const std::string fresh = outbox::make_secret(world.random);
  one.sealed_previous_secret = one.sealed_secret;
  one.previous_until = world.clock.now() + 10s;
  one.sealed_secret = world.secrets.seal(fresh, "acme/whs_1", world.random);
  one.endpoint_url = "https://moved.example/";
  one.headers = {world.own(one, "X-Shop", "7")};
  world.put(one);
  world.run_for(60s);
  ASSERT_GE(world.sender.sent.size(), 3u);
  const auto& second = world.sender.sent[1];
  EXPECT_EQ(second.request.url, "https://moved.example/");
  EXPECT_EQ(second.header("x-shop"), "7");
  EXPECT_EQ(second.header("x-arjun-signature"), outbox::platform_signature(fresh, *second.request.body));
  EXPECT_NE(second.header("x-arjun-signature-previous"), "absent");
  EXPECT_EQ(world.sender.sent[2].header("x-arjun-signature-previous"), "absent");  // the overlap is over
}

}  // namespace
}  // namespace beckon::dispatch
