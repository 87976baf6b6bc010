#include "egress/endpoint_checks.h"

#include <gtest/gtest.h>

#include <future>

#include "egress/testing/world.h"

namespace beckon::egress {
namespace {

using namespace testing;
using Checked = EndpointChecks::Checked;

// Checks on a thread of their own, as in a server.
class Checking {
 public:
  explicit Checking(EndpointChecks::Options options = {})
      : checks(world.settings.resolver, options), thread_([this](std::stop_token stop) { checks.run(stop); }) {}

  std::future<Checked> start(const std::string& handle, const std::string& url) {
    std::promise<Checked> told;
    auto answer = told.get_future();
    checks.start(handle, url, std::make_shared<const Policy>(),
                 [told = std::move(told)](const Checked& checked) mutable { told.set_value(checked); });
    return answer;
  }
  std::optional<Refusal> judged(const std::string& url) { return start("acme", url).get().value(); }

  World world;
  EndpointChecks checks;

 private:
  std::jthread thread_;
};

TEST(EndpointChecks, TakeWhatDoesNotResolveAndRefuseWhatLeadsInside) {
  Checking here({.at_most = Duration{200}});
  FakeDns& dns = here.world.dns;
  dns.answer("good.example", {"8.8.8.8", "2600::1"});
  dns.answer("inside.example", {"10.0.0.1"});
  dns.answer("mixed.example", {"8.8.8.8", "::1"});
  dns.answer("dns64.example", {"8.8.8.8", "64:ff9b::808:808"});
  dns.answer("dns64-inside.example", {"64:ff9b::169.254.169.254"});
  dns.stay_silent("silent.example");
  EXPECT_EQ(here.judged("https://good.example/"), std::nullopt);
  EXPECT_EQ(here.judged("https://missing.example/"), std::nullopt);
  EXPECT_EQ(here.judged("https://silent.example/"), std::nullopt);
  EXPECT_EQ(here.judged("https://8.8.8.8/"), std::nullopt);
  EXPECT_EQ(here.judged("https://inside.example/"), Refusal::kSpecialAddress);
  EXPECT_EQ(here.judged("https://mixed.example/"), Refusal::kLoopbackAddress);
  EXPECT_EQ(here.judged("https://dns64.example/"), std::nullopt);
  EXPECT_EQ(here.judged("https://dns64-inside.example/"), Refusal::kNeverAddress);
  EXPECT_EQ(here.judged("https://0x7f.1/"), Refusal::kNumericSpelling);
  EXPECT_EQ(here.judged("https://localhost/"), Refusal::kReservedName);
  EXPECT_EQ(here.checks.places().in_use(), 0u);
}

TEST(EndpointChecks, ASilentNameServerHoldsUpNoOtherNameAndItsHandleHasAShare) {
  Checking here({.at_once = 4, .per_handle = 2, .at_most = std::chrono::hours{1}});
  for (const char* name : {"mute-a.example", "mute-b.example", "mute-c.example"}) here.world.dns.stay_silent(name);
  here.world.dns.answer("quick.example", {"8.8.4.4"});
  [[maybe_unused]] const auto first = here.start("slow", "https://mute-a.example/"),
                              second = here.start("slow", "https://mute-b.example/");
  here.world.dns.wait_until_asked("mute-b.example", 2);

  const Checked beyond = here.start("slow", "https://quick.example/").get();
  ASSERT_FALSE(beyond);
  EXPECT_EQ(beyond.error().code, FaultCode::kUnavailable);
  EXPECT_EQ(here.start("slow", "https://8.8.8.8/").get().value(), std::nullopt) << "needs no lookup";
  EXPECT_EQ(here.start("other", "https://quick.example/").get().value(), std::nullopt);

  [[maybe_unused]] const auto third = here.start("third", "https://mute-c.example/"),
                              fourth = here.start("fourth", "https://mute-a.example/");
  EXPECT_EQ(here.start("other", "https://quick.example/").get().error().code, FaultCode::kUnavailable)
      << "all are taken";
  EXPECT_EQ(here.checks.places().in_use(), 4u);
  EXPECT_EQ(here.checks.places().refused().of_handle, 1u);
  EXPECT_EQ(here.checks.places().refused().in_all, 1u);
}

}  // namespace
}  // namespace beckon::egress
