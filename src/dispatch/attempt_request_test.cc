#include "dispatch/attempt_request.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "dispatch/testing/world.h"

namespace beckon::dispatch {
namespace {

using namespace testing;

TEST(AttemptRequest, RecordsHeadersButMasksCredentials) {
  World world;
  auto one = world.subscribe("acme", "whs_1");
  one.headers = {{"Authorization", "Bearer t0p"}, {"X-Api-Key", "t0p"}, {"Cookie", "t0p"}, {"X-Team", "growth"}};
  world.put(one);
  const DeliveryId id = world.owe("whs_1");
  world.run_for(10ms);
  EXPECT_EQ(world.sender.sent.at(0).header("authorization"), "Bearer t0p");
  const std::string& record = world.row(id).attempts.at(0).request_headers;
  EXPECT_EQ(record.find("t0p"), std::string::npos);
  const auto json = json::parse(record);
  ASSERT_TRUE(json);
  EXPECT_EQ(json->root().find("authorization")->text(), "***");
  EXPECT_EQ(json->root().find("x-team")->text(), "growth");
  EXPECT_EQ(json->root().find("webhook-signature")->text(), world.sender.sent[0].header("webhook-signature"));
}

TEST(AttemptRequest, OwnHeadersNeverTakeThePlaceOfOurs) {
  World world;
  auto one = world.subscribe("acme", "whs_1");
  one.headers = {{"Content-Type", "text/plain"},
                 {"Webhook-Id", "x"},
                 {"X-Arjun-Signature-Previous", "x"},
                 {"Host", "x"},
                 {"Transfer-Encoding", "x"},
                 {"x-bad", "a\r\nb: c"},
                 {"User-Agent", "shop"},
                 {"x-twice", "1"},
                 {"X-Twice", "2"}};
  world.put(one);
  world.owe("whs_1");
  world.run_for(10ms);
  const auto& sent = world.sender.sent.at(0);
  EXPECT_EQ(sent.header("content-type"), "application/json");
  EXPECT_EQ(sent.header("webhook-id"), "evt_1000001");
  for (const char* name : {"x-arjun-signature-previous", "host", "transfer-encoding", "x-bad"})
    EXPECT_EQ(sent.header(name), "absent") << name;
  EXPECT_EQ(sent.header("user-agent"), "shop");
  EXPECT_EQ(std::ranges::count(sent.request.headers, std::string("x-twice"), [](const auto& h) { return h.first; }), 1);
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
