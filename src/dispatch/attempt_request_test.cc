#include "dispatch/attempt_request.h"

#include <gtest/gtest.h>

#include "dispatch/testing/world.h"
#include "outbox/attempt_record.h"

namespace beckon::dispatch {
namespace {

using namespace testing;

TEST(AttemptRequest, RecordsHeadersButMasksCredentials) {
  World world;
  auto one = world.subscribe("acme", "whs_1");
  for (const char* name : {"Authorization", "X-Api-Key", "Cookie"})
    one.headers.push_back(world.own(one, name, "Bearer t0p"));
  one.headers.push_back(world.own(one, "X-Team", "growth"));
  world.put(one);
  const DeliveryId id = world.owe("whs_1");
  world.run_for(10ms);
  EXPECT_EQ(world.sender.sent.at(0).header("authorization"), "Bearer t0p");
  const outbox::Attempt& attempt = world.row(id).attempts.at(0);
  for (const char* value : {"t0p", "growth"}) EXPECT_EQ(attempt.request_headers.find(value), std::string::npos);
  const auto shown = outbox::given_headers(attempt, world.row(id).delivery, world.secrets);
  const auto& sent = world.sender.sent[0].request.headers;
  ASSERT_EQ(shown.size(), sent.size());
  for (std::size_t i = 0; i < sent.size(); ++i) {
    EXPECT_EQ(shown[i].first, sent[i].first) << "in the order sent";
    EXPECT_EQ(shown[i].second, sent[i].second == "Bearer t0p" ? "***" : sent[i].second);
  }
}

TEST(AttemptRequest, RecordsTheSignaturesOfARotationInTheirPlaceToo) {
  World world;
  auto one = world.subscribe("acme", "whs_1");
  one.sealed_previous_secret = world.secrets.seal(outbox::make_secret(world.random), "acme/whs_1", world.random);
  one.previous_until = world.clock.now() + 10s;
  world.put(one);
  const DeliveryId id = world.owe("whs_1");
  world.run_for(10ms);
  const outbox::Attempt& attempt = world.row(id).attempts.at(0);
  EXPECT_EQ(outbox::given_headers(attempt, world.row(id).delivery, world.secrets),
            world.sender.sent.at(0).request.headers);
  EXPECT_EQ(attempt.request_headers.find("webhook-id"), std::string::npos) << "it follows from the delivery";
}

TEST(AttemptRequest, RecordsTheUrlOfTheMomentAndTheHeadersOfTheResponse) {
  World world;
  auto one = world.subscribe("acme", "whs_1");
  world.sender.script = [](const SendRequest&) {
    auto reply = status(503);
    reply.result.headers = "X-Reason: deploying\r\n";
    reply.result.headers_cut = true;
    return reply;
  };
  const DeliveryId id = world.owe("whs_1");
  world.run_for(1s);
  one.endpoint_url = "https://moved.example/in?from=beckon";
  world.put(one);
  world.run_for(60s);
  const auto& attempts = world.row(id).attempts;
  ASSERT_GE(attempts.size(), 2u);
  EXPECT_EQ(attempts[0].url, "https://whs_1.example/");
  EXPECT_EQ(attempts[1].url, "https://moved.example/in?from=beckon");
  EXPECT_EQ(attempts[0].response_headers, "X-Reason: deploying\r\n");
  EXPECT_TRUE(attempts[0].response_headers_cut);
}

const Trace kTrace{.parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", .state = "a=1"};

std::string header(const AttemptRequest& made, std::string_view name) {
  for (const auto& [key, value] : made.headers)
    if (key == name) return value;
  return {};
}

TEST(AttemptRequest, IsAChildOfItsOwnInTheTraceOfTheEvent) {
  World world;
  const auto one = world.subscribe("acme", "whs_1");
  const outbox::Due due{.delivery = world.row(world.owe("whs_1")).delivery,
                        .body = std::make_shared<const std::string>("{}"),
                        .trace = kTrace};
  const auto made = [&] { return *attempt_request(one, due, world.clock.now(), world.secrets, world.random); };
  const auto first = made(), second = made();
  EXPECT_EQ(first.traceparent, header(first, "traceparent"));
  EXPECT_EQ(trace_id(first.traceparent), trace_id(kTrace.parent));
  EXPECT_EQ(read_traceparent(first.traceparent), first.traceparent);
  EXPECT_NE(first.traceparent, kTrace.parent);
  EXPECT_NE(first.traceparent, second.traceparent);
  EXPECT_EQ(header(first, "tracestate"), "a=1");
  EXPECT_NE(first.record.find(first.traceparent), std::string::npos) << "the log of the delivery shows it";
}

TEST(AttemptRequest, LeavesTheTraceToTheOperatorsOwnHeader) {
  World world;
  auto one = world.subscribe("acme", "whs_1");
  one.headers.push_back(world.own(one, "TraceParent", "of the operator"));
  const outbox::Due due{.delivery = world.row(world.owe("whs_1")).delivery,
                        .body = std::make_shared<const std::string>("{}"),
                        .trace = kTrace};
  const auto made = *attempt_request(one, due, world.clock.now(), world.secrets, world.random);
  EXPECT_EQ(header(made, "traceparent"), "of the operator");
  EXPECT_EQ(header(made, "tracestate"), "");
  EXPECT_EQ(made.traceparent, "");
}

TEST(AttemptRequest, WithoutATraceBeginsNone) {
  World world;
  world.subscribe("acme", "whs_1");
  world.owe("whs_1");
  world.run_for(10ms);
  EXPECT_EQ(world.sender.sent.at(0).header("traceparent"), "absent");
  EXPECT_EQ(world.sender.sent.at(0).header("tracestate"), "absent");
}

TEST(AttemptRequest, WaitsWhileAHeaderCannotBeDecrypted) {
  World world;
  auto one = world.subscribe("acme", "whs_1");
  one.headers = {{"X-Team", "not sealed with this key, though long enough for it"}};
  world.put(one);
  const DeliveryId id = world.owe("whs_1");
  world.run_for(1s);
  EXPECT_TRUE(world.sender.sent.empty());
  one.headers = {world.own(one, "X-Team", "growth")};
  world.put(one);
  world.run_for(120s);
  EXPECT_EQ(world.state(id), DeliveryState::kDelivered);
}

TEST(AttemptRequest, OwnHeadersNeverTakeThePlaceOfOurs) {
  World world;
  auto one = world.subscribe("acme", "whs_1");
  const std::pair<const char*, const char*> given[] = {{"Content-Type", "text/plain"},
                                                       {"Webhook-Id", "x"},
                                                       {"X-Arjun-Signature-Previous", "x"},
                                                       {"Host", "x"},
                                                       {"Transfer-Encoding", "x"},
                                                       {"x-bad", "a\r\nb: c"},
                                                       {"User-Agent", "shop"},
                                                       {"ACCEPT", "application/xml"},
                                                       {"x-twice", "1"},
                                                       {"X-Twice", "2"}};
  for (const auto& [name, value] : given) one.headers.push_back(world.own(one, name, value));
  world.put(one);
  world.owe("whs_1");
  world.run_for(10ms);
  const auto& sent = world.sender.sent.at(0);
  EXPECT_EQ(sent.header("content-type"), "application/json");
  EXPECT_EQ(sent.header("webhook-id"), "evt_1000001");
  for (const char* name : {"x-arjun-signature-previous", "host", "transfer-encoding", "x-bad"})
    EXPECT_EQ(sent.header(name), "absent") << name;
  EXPECT_EQ(sent.header("user-agent"), "shop");
  EXPECT_EQ(sent.header("accept"), "application/xml");
  for (const char* once : {"x-twice", "accept", "user-agent"})
    EXPECT_EQ(std::ranges::count(sent.request.headers, std::string(once), [](const auto& h) { return h.first; }), 1);
}

TEST(DispatchMetrics, CountEveryOutcome) {
  prometheus::Registry registry;
  DispatchMetrics metrics(registry);
  for (const int code : {200, 302, 404, 503, 999}) metrics.ended({.outcome = AttemptOutcome::kStatus, .status = code});
  metrics.ended({.outcome = AttemptOutcome::kTls, .total_us = 1500});
  metrics.begun(3ms);
  metrics.stands(1, 2, 3, 4);
  double counted = 0;
  for (const auto& family : registry.Collect())
    if (family.name == "beckon_dispatch_attempts_total")
      for (const auto& metric : family.metric) counted += metric.counter.value;
  EXPECT_EQ(counted, 6);
}

}  // namespace
}  // namespace beckon::dispatch
