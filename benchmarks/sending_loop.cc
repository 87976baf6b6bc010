// The sending part of deliveries without a store: the same signing and the same client, with bodies that belong to no
// event and results that are discarded. The baseline of deliveries.sh.
//
//   sending_loop COUNT IN_FLIGHT BODY_BYTES CA_FILE URL…     prints requests per second, and microseconds of CPU for
//   each
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "base/check.h"
#include "base/random.h"
#include "dispatch/attempt_request.h"
#include "dispatch/egress_sender.h"
#include "dispatch/limits.h"
#include "egress/network.h"
#include "outbox/signature.h"
#include "system/clock.h"
#include "system/log.h"
#include "system/random.h"

namespace {

using namespace beckon;

struct Loop {
  dispatch::EgressSender& sender;
  const std::vector<outbox::Subscription>& subscriptions;
  const outbox::Due& due;
  const SecretBox& secrets;
  Random& random;
  long left, answered = 0;

  void send() {
    if (left-- <= 0) return;
    const outbox::Subscription& subscription = subscriptions[static_cast<std::size_t>(left) % subscriptions.size()];
    auto made = dispatch::attempt_request(subscription, due, instant_ms(1'700'000'000'000), secrets, random);
    CHECK(made);
    const dispatch::Limits limits;
    sender.send({.url = subscription.endpoint_url,
                 .headers = std::move(made->headers),
                 .body = made->body,
                 .connect = limits.connect,
                 .whole = limits.whole,
                 .response_kept = limits.response_kept},
                [this](const dispatch::SendResult& result) {
                  CHECK(result.status == 200);
                  ++answered;
                  send();
                });
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) return std::fprintf(stderr, "usage: sending_loop COUNT IN_FLIGHT BODY_BYTES CA_FILE URL…\n"), 2;
  log::set_level(log::Level::kError);
  const long count = std::atol(argv[1]);
  SystemRandom random;
  const SecretBox secrets(std::string(SecretBox::kKeySize, 'k'));
  std::vector<outbox::Subscription> subscriptions;
  for (int i = 5; i < argc; ++i) {
    outbox::Subscription one;
    one.id = SubscriptionId("whs_bench");
    one.handle = Handle("bench");
    one.endpoint_url = argv[i];
    one.sealed_secret = secrets.seal(outbox::make_secret(random), "bench/whs_bench", random);
    subscriptions.push_back(std::move(one));
  }
  outbox::Due due;
  due.delivery.event = EventId(make_ulid("evt_", instant_ms(1'700'000'000'000), random));
  due.delivery.event_type = "signal.bench";
  due.body = std::make_shared<const std::string>(std::strtoul(argv[3], nullptr, 10), 'x');

  const auto policy =
      std::make_shared<const egress::Policy>(egress::Policy{.admit_http = true, .admit_loopback = true});
  const SystemClock clock;
  egress::NetworkSettings settings;
  settings.client.extra_ca_file = argv[4];
  egress::Network network(clock, settings);
  dispatch::EgressSender sender(network.egress(), [&] { return policy; });

  Loop loop{sender, subscriptions, due, secrets, random, count};
  const auto begin = std::chrono::steady_clock::now();
  for (long i = std::atol(argv[2]); i > 0; --i) loop.send();
  while (loop.answered < count) sender.poll(std::chrono::seconds{1});
  const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  rusage used{};
  CHECK(getrusage(RUSAGE_SELF, &used) == 0);
  const auto us = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
  };
  std::printf("%.0f %.0f\n", static_cast<double>(count) / took,
              (us(used.ru_utime) + us(used.ru_stime)) / static_cast<double>(count));
}
