// A loopback network for one test: its own DNS, a manual clock, the policy of --dev. For tests only.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "egress/network.h"
#include "egress/testing/fake_dns.h"
#include "egress/testing/scripted_receiver.h"

namespace beckon::egress::testing {

inline constexpr const char* kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

// Deadlines are long if a test waits for an event, and short if it waits for the deadline itself.
struct World {
  FakeDns dns;
  ManualClock clock{instant_ms(1'700'000'000'000)};
  Policy policy{.admit_http = true, .admit_loopback = true};
  Limits limits;
  NetworkSettings settings;
  std::optional<Network> network;

  World() { settings.resolver = {.servers = dns.server(), .hosts_file = false, .try_each = Duration{500}}; }

  Egress& egress() {
    if (!network) {
      settings.client.limits = limits;
      network.emplace(clock, settings);
    }
    return network->egress();
  }
  Order order(const std::string& url, const std::string& body = "{}") {
    return {.url = url,
            .headers = {{"content-type", "application/json"}},
            .body = std::make_shared<const std::string>(body),
            .policy = std::make_shared<const Policy>(policy),
            .limits = limits};
  }
  Answer send(Order what) {
    std::optional<Answer> answer;
    egress().send(std::move(what), [&](Answer came) { answer = std::move(came); });
    while (!answer) egress().poll(Duration{1000});
    return std::move(*answer);
  }
  Answer post(const std::string& url) { return send(order(url)); }
};

// One lookup with its own channel and loop; blocks for at most `at_most`.
inline Lookup resolve_now(const std::string& name, Duration at_most, const ResolverSettings& settings) {
  EventLoop loop;
  CaresResolver resolver(loop, settings);
  std::optional<Lookup> found;
  resolver.start(name, at_most, [&](Lookup lookup) { found = std::move(lookup); });
  while (!found) loop.poll(at_most);
  return std::move(*found);
}

}  // namespace beckon::egress::testing
