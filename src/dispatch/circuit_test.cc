// A failing endpoint gets few requests, and no waiting delivery is lost; the rate limit is kept.
#include "dispatch/circuit.h"

#include <gtest/gtest.h>

#include "dispatch/pace.h"
#include "dispatch/testing/world.h"

namespace beckon::dispatch {
namespace {

using namespace testing;

class EndpointThatFails : public ::testing::Test {
 protected:
  EndpointThatFails() {
    world.subscribe("acme", "whs_1");
    world.sender.script = [this](const SendRequest&) { return up ? status(200) : status(503); };
  }
  bool up = false;
  World world;
};

TEST_F(EndpointThatFails, IsTriedOnceAtATimeAndEverMoreSeldom) {
  for (int i = 0; i < 1000; ++i) world.owe("whs_1");
  world.run_for(1s);
  const std::size_t at_first = world.sender.sent.size();
  EXPECT_GE(at_first, 5u);
  EXPECT_LE(at_first, 16u) << "no more than were under way when it opened";
  EXPECT_TRUE(world.dispatcher->probe_at(SubscriptionId{"whs_1"}));
  world.sender.most_under_way = 0;
  world.run_for(1h);
  EXPECT_EQ(world.sender.most_under_way, 1u);
  const std::size_t probes = world.sender.sent.size() - at_first;
  EXPECT_GE(probes, 60u / 5 - 2);
  EXPECT_LE(probes, 60u / 5 + 8);
  const auto times = world.times();
  for (std::size_t i = times.size() - 5; i < times.size(); ++i) {
    EXPECT_GE(times[i] - times[i - 1], 270s);
    EXPECT_LE(times[i] - times[i - 1], 331s);
  }
}

TEST_F(EndpointThatFails, GetsEverythingOnceItIsBack) {
  std::vector<DeliveryId> owed;
  for (int i = 0; i < 200; ++i) owed.push_back(world.owe("whs_1"));
  world.run_for(2min);
  up = true;
  world.run_for(6min);
  for (const DeliveryId& id : owed) EXPECT_EQ(world.state(id), DeliveryState::kDelivered);
  EXPECT_FALSE(world.dispatcher->probe_at(SubscriptionId{"whs_1"}));
}

TEST_F(EndpointThatFails, IsTriedAtOnceAfterARestartAndLosesNothing) {
  std::vector<DeliveryId> owed;
  for (int i = 0; i < 50; ++i) owed.push_back(world.owe("whs_1"));
  world.run_for(10min);
  up = true;
  world.boot();
  world.run_for(10ms);
  EXPECT_FALSE(world.dispatcher->probe_at(SubscriptionId{"whs_1"}));
  world.run_for(40min);
  for (const DeliveryId& id : owed) EXPECT_EQ(world.state(id), DeliveryState::kDelivered);
}

TEST_F(EndpointThatFails, WithASingleDeliveryIsTriedByItsScheduleAlone) {
  world.owe("whs_1");
  world.run_for(20h);
  const auto times = world.times();
  const std::vector<Duration> waits = outbox::RetrySchedule().waits();
  ASSERT_EQ(times.size(), waits.size() + 1);
  for (std::size_t i = 1; i < times.size(); ++i) EXPECT_LE(times[i] - times[i - 1], waits[i - 1] * 11 / 10 + 20ms);
}

TEST_F(EndpointThatFails, IsTriedAtOnceWhereAnOperatorWantsToKnow) {
  for (int i = 0; i < 50; ++i) world.owe("whs_1");
  world.run_for(10min);
  const std::size_t before = world.sender.sent.size();
  up = true;
  const auto wanted = std::next(world.store.rows.begin(), 17)->first;
  auto again = world.row(wanted).delivery;  // as after a manual retry
  again.next_attempt_at = world.clock.now();
  world.store.change(again);
  world.dispatcher->probe(SubscriptionId{"whs_1"}, wanted);
  world.run_for(10ms);
  ASSERT_GT(world.sender.sent.size(), before);
  EXPECT_EQ(world.sender.sent[before].header("webhook-id"), world.row(wanted).delivery.event.text);
  EXPECT_FALSE(world.dispatcher->probe_at(SubscriptionId{"whs_1"}));
}

TEST_F(EndpointThatFails, IsProbedWithTheTestAlsoWhereAnotherProbeIsInFlight) {
  world.sender.script = [](const SendRequest& request) {
    const bool is_test =
        std::ranges::find(request.headers, std::pair<std::string, std::string>{"x-arjun-event-type", "webhook.test"}) !=
        request.headers.end();
    return is_test ? status(204) : status(500, 4s);
  };
  for (int i = 0; i < 50; ++i) world.owe("whs_1");
  world.run_for(1min);
  const auto probe_at = world.dispatcher->probe_at(SubscriptionId{"whs_1"});
  ASSERT_TRUE(probe_at);
  world.run_for(*probe_at - world.clock.now() + 1s);  // it is in flight for three seconds more
  const DeliveryId test = world.owe("whs_1", "webhook.test");
  world.dispatcher->probe(SubscriptionId{"whs_1"}, test);
  world.run_for(4s);
  EXPECT_EQ(world.state(test), DeliveryState::kDelivered);
  EXPECT_EQ(world.row(test).attempts.size(), 1u);
}

class EndpointThatFailsForSome : public ::testing::Test {
 protected:
  EndpointThatFailsForSome() {
    world.subscribe("acme", "whs_1");
    world.sender.script = [](const SendRequest& request) {
      for (const auto& [name, value] : request.headers)
        if (name == "x-arjun-event-type" && value.starts_with("good.")) return status(200);
      return status(503);
    };
  }
  // The number of requests until this one is delivered.
  std::size_t requests_until_delivered(const DeliveryId& good) {
    const auto& event = world.row(good).delivery.event.text;
    for (int i = 0; i < 600 && world.state(good) != DeliveryState::kDelivered; ++i) world.run_for(1s);
    EXPECT_EQ(world.state(good), DeliveryState::kDelivered);
    const auto at =
        std::ranges::find(world.sender.sent, event, [](const auto& one) { return one.header("webhook-id"); });
    return static_cast<std::size_t>(at - world.sender.sent.begin()) + 1;
  }
  World world;
};

TEST_F(EndpointThatFailsForSome, GetsTheGoodOneBehindManyBadTypesWithinADozenRequests) {
  for (int i = 0; i < 30; ++i) world.owe("whs_1", "bad.type" + std::to_string(i));
  EXPECT_LE(requests_until_delivered(world.owe("whs_1", "good.one")), 12u);
}

TEST_F(EndpointThatFailsForSome, GetsTheGoodOneBehindAThousandBadOnesOfOneType) {
  for (int i = 0; i < 1000; ++i) world.owe("whs_1", "bad.all");
  EXPECT_LE(requests_until_delivered(world.owe("whs_1", "good.one")), 16u);
}

TEST_F(EndpointThatFailsForSome, GetsTheGoodOneThatIsOlderThanManyBadOnes) {
  for (int i = 0; i < 20; ++i) world.owe("whs_1", "bad.first");
  const DeliveryId good = world.owe("whs_1", "good.one");
  for (int i = 0; i < 25; ++i) world.owe("whs_1", "bad.second");
  EXPECT_LE(requests_until_delivered(good), 16u);
}

TEST_F(EndpointThatFailsForSome, GetsTheGoodOneThatIsOlderThanManyNewBadTypes) {
  for (int i = 0; i < 9; ++i) world.owe("whs_1", "bad.first");
  const DeliveryId good = world.owe("whs_1", "good.one");
  for (int i = 0; i < 40; ++i) world.owe("whs_1", "bad.type" + std::to_string(i));
  EXPECT_LE(requests_until_delivered(good), 12u);
}

TEST_F(EndpointThatFailsForSome, GetsTheGoodOneWhileNewBadTypesKeepComing) {
  for (int i = 0; i < 9; ++i) world.owe("whs_1", "bad.first");
  world.run_for(1s);
  const DeliveryId good = world.owe("whs_1", "good.one");
  int types = 0;
  for (int i = 0; i < 600 && world.state(good) != DeliveryState::kDelivered; ++i) {
    world.owe("whs_1", "bad.type" + std::to_string(types++));
    world.run_for(1s);
  }
  EXPECT_LE(requests_until_delivered(good), 12u);
}

TEST_F(EndpointThatFailsForSome, GetsTheTypeOfWhichMostWaitAmongManyBadOnes) {
  const auto owe_bad = [&](const char* name) {
    for (int i = 0; i < 20; ++i) world.owe("whs_1", name + std::to_string(i));
  };
  owe_bad("bad.before");
  DeliveryId good;
  for (int i = 0; i < 3; ++i) good = world.owe("whs_1", "good.many");
  owe_bad("bad.behind");
  EXPECT_LE(requests_until_delivered(good), 12u);
}

TEST_F(EndpointThatFailsForSome, GetsAllGoodOnesWhileTheBadKeepTheirSchedule) {
  std::vector<DeliveryId> bad, good;
  for (int i = 0; i < 40; ++i) bad.push_back(world.owe("whs_1", "bad.first"));
  for (int i = 0; i < 19; ++i) good.push_back(world.owe("whs_1", "good." + std::to_string(i)));
  world.run_for(2min);
  for (const DeliveryId& id : good) EXPECT_EQ(world.state(id), DeliveryState::kDelivered);
  for (const DeliveryId& id : bad) {
    EXPECT_EQ(world.state(id), DeliveryState::kRetrying);
    const auto& attempts = world.row(id).attempts;
    const std::vector<Duration> waits = outbox::RetrySchedule().waits();
    for (std::size_t i = 1; i < attempts.size(); ++i)
      EXPECT_GE(attempts[i].at - attempts[i - 1].at, waits[i - 1] * 9 / 10);
  }
}

TEST_F(EndpointThatFails, IsTriedAnewWhenItsSubscriptionIsChanged) {
  for (int i = 0; i < 50; ++i) world.owe("whs_1");
  world.run_for(10min);
  auto changed = *world.index.find(SubscriptionId{"whs_1"});
  changed.endpoint_url = "https://elsewhere.example/";
  changed.updated_at = world.clock.now();
  up = true;
  world.put(changed);
  world.run_for(10ms);
  EXPECT_EQ(world.sender.sent.back().request.url, "https://elsewhere.example/");
  EXPECT_FALSE(world.dispatcher->probe_at(SubscriptionId{"whs_1"}));
}

TEST_F(EndpointThatFails, ThatAsksForTimeIsGivenIt) {
  world.sender.script = [](const SendRequest&) {
    Reply reply = status(429);
    reply.result.retry_after = 30min;
    return reply;
  };
  for (int i = 0; i < 50; ++i) world.owe("whs_1");
  world.run_for(1s);
  const std::size_t before = world.sender.sent.size();
  world.run_for(29min);
  EXPECT_EQ(world.sender.sent.size(), before);
  world.run_for(2min);
  EXPECT_EQ(world.sender.sent.size(), before + 1);
}

TEST_F(EndpointThatFails, ButAnswersIsNotLeftAlone) {
  world.sender.script = [](const SendRequest&) { return status(404); };
  for (int i = 0; i < 100; ++i) world.owe("whs_1");
  world.run_for(1s);
  EXPECT_EQ(world.sender.sent.size(), 100u);
  EXPECT_FALSE(world.dispatcher->probe_at(SubscriptionId{"whs_1"}));
}

TEST_F(EndpointThatFails, IsNotLeftAloneForLongerWhereTheClockIsSetBack) {
  for (int i = 0; i < 50; ++i) world.owe("whs_1");
  world.run_for(1s);
  world.clock.set(world.clock.now() - 2h);
  world.run_for(2h + 1min);  // due deliveries are due again
  up = true;
  world.run_for(6min);
  EXPECT_FALSE(world.dispatcher->probe_at(SubscriptionId{"whs_1"}));
}

TEST(Rate, IsKeptInEverySecond) {
  World world;
  auto slow = world.subscribe("acme", "slow");
  slow.rate_per_second = 7;
  world.put(slow);
  world.subscribe("acme", "other");
  for (int i = 0; i < 100; ++i) world.owe("slow");
  for (int i = 0; i < 100; ++i) world.owe("other");
  world.run_for(100ms);
  EXPECT_EQ(world.sent_to("other"), 100u) << "one that has no rate does not wait for it";
  world.run_for(20s);
  std::vector<Instant> times;
  for (const auto& sent : world.sender.sent)
    if (sent.request.url == "https://slow.example/") times.push_back(sent.at);
  ASSERT_EQ(times.size(), 100u);
  for (std::size_t i = 7; i < times.size(); ++i) EXPECT_GE(times[i] - times[i - 7], 999ms);
  EXPECT_LE(times.back() - times.front(), 99s / 7 + 200ms) << "nor is it fallen short of";
}

TEST(Rate, ComesToItsNextTurnWhileTheClockMovesWithinAStep) {
  World world;
  auto slow = world.subscribe("acme", "slow");
  slow.rate_per_second = 1000;
  world.put(slow);
  for (int i = 0; i < 10; ++i) world.owe("slow");
  world.store.reading = [&] { world.clock.advance(1ms); };
  world.run_for(20ms);  // a step would never end if it used the time at its beginning
  EXPECT_EQ(world.sent_to("slow"), 10u);
}

TEST(Rate, StandsStillForNobodyWhenTheClockIsSetBack) {
  World world;
  auto slow = world.subscribe("acme", "slow");
  slow.rate_per_second = 1;
  world.put(slow);
  world.owe("slow");
  world.run_for(10ms);
  world.clock.set(world.clock.now() - 1h);
  const DeliveryId id = world.owe("slow");
  world.run_for(10ms);
  EXPECT_EQ(world.state(id), DeliveryState::kDelivered);
}

// Nothing else advances the time in between: the dispatcher last ran long ago.
TEST(AClock, SetBackBetweenACommitAndTheNextLookDelaysADeliveryToItsInstantAndNoLonger) {
  World world;
  world.subscribe("acme", "whs_1");
  world.run_for(1h);
  const DeliveryId id = world.owe("whs_1");
  world.clock.set(world.clock.now() - 40ms);
  world.run_for(30ms);
  EXPECT_EQ(world.state(id), DeliveryState::kQueued);
  world.run_for(20ms);
  EXPECT_EQ(world.state(id), DeliveryState::kDelivered);
}

TEST(Pace, DoesNotRoundAwayWhatTheClockDoesNotTell) {
  Pace pace;
  Instant now = instant_ms(1'000'000);
  int begun = 0;
  for (; now < instant_ms(1'010'000); now += 1ms)
    if (pace.next() <= now) pace.begun(now, 700), ++begun;
  EXPECT_GE(begun, 6990);
  EXPECT_LE(begun, 7010);
}

TEST(CircuitOfAnEndpoint, OpensForLongerEachTimeUpToItsLongest) {
  SeededRandom random{3};
  const CircuitLimits limits{.failures = 2, .open = 10s, .longest = 60s};
  Circuit circuit;
  Instant now = instant_ms(1'000'000);
  circuit.failed(now, std::nullopt, limits, random);
  EXPECT_TRUE(circuit.is_closed());
  EXPECT_TRUE(circuit.admits(now, 5));
  for (const Duration wait : {10s, 20s, 40s, 60s, 60s}) {
    circuit.failed(now, std::nullopt, limits, random);
    EXPECT_GE(circuit.until() - now, wait * 9 / 10);
    EXPECT_LE(circuit.until() - now, wait * 11 / 10);
    const Instant until = circuit.until();
    circuit.failed(now + 1ms, std::nullopt, limits, random);
    EXPECT_EQ(circuit.until(), until) << "one that began before changes nothing";
    EXPECT_FALSE(circuit.admits(until - 1ms, 0));
    EXPECT_TRUE(circuit.admits(until, 0));
    EXPECT_FALSE(circuit.admits(until, 1)) << "one probe at a time";
    now = until;
  }
  circuit.answered();
  EXPECT_TRUE(circuit.is_closed());
  circuit.failed(now, std::nullopt, limits, random);
  EXPECT_TRUE(circuit.is_closed()) << "it counts anew";
}

}  // namespace
}  // namespace beckon::dispatch
