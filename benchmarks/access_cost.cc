// CPU cost of access checks: nanoseconds per call, on one thread.
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>

#include "access/gate.h"
#include "access/rate_limiter.h"
#include "access/watched_directory.h"
#include "base/check.h"
#include "system/clock.h"
#include "system/random.h"

namespace {

using namespace beckon;
using namespace beckon::access;

double cpu_ns() {
  timespec at{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
  return static_cast<double>(at.tv_sec) * 1e9 + static_cast<double>(at.tv_nsec);
}

// The best of five rounds of the thread's own CPU time, to exclude other load as far as possible.
template <class Work>
void measure(const char* what, int times, Work work) {
  double best = 1e18;
  int i = 0;
  for (int round = 0; round < 5; ++round) {
    const double begin = cpu_ns();
    for (const int end = i + times; i < end; ++i) work(i);
    best = std::min(best, (cpu_ns() - begin) / times);
  }
  std::printf("%-52s %10.0f ns\n", what, best);
}

IpAddress address_of(std::uint32_t i) { return IpAddress::v4(i); }

}  // namespace

int main() {
  WatchedDirectory directory;
  SystemRandom random;
  const SystemClock clock;
  const SecretBox box(std::string(32, 'k'));
  Issuer issuer(directory, box, clock, random);
  Gate gate(directory, issuer, clock);
  const CommandLineToken kind{Handle("acme"), Role::kOperator};
  const std::string token = issuer.issue(kind, std::chrono::hours{1}).value();
  const std::string header = "Bearer " + token;

  measure("read a token, its form alone", 50'000, [&](int) { CHECK(read_jwt(token).has_value()); });
  measure("verify a token, ES256", 5'000, [&](int) { CHECK(issuer.verify(token).has_value()); });
  measure("authenticate, token remembered", 200'000, [&](int) { CHECK(gate.authenticate(header).has_value()); });
  measure("issue a token", 5'000, [&](int) { CHECK(issuer.issue(kind, std::chrono::hours{1}).has_value()); });

  RateLimiter limiter(random);
  const Instant start = clock.now();
  const auto at = [&](int i) { return start + Duration(i / 100); };
  measure("take, one address", 200'000, [&](int i) { limiter.take("acme", address_of(1), 1, 1'000'000, at(i)); });
  measure("take, 1,000 addresses", 200'000,
          [&](int i) { limiter.take("acme", address_of(static_cast<std::uint32_t>(i) % 1'000), 1, 120, at(i)); });
  measure("take, 50,000 addresses in no order", 200'000, [&](int i) {
    limiter.take("acme", address_of(static_cast<std::uint32_t>(i) * 2'654'435'761u % 50'000), 1, 120, at(i));
  });
  measure("take, every address a new one, table full", 200'000,
          [&](int i) { limiter.take("acme", address_of(static_cast<std::uint32_t>(i) + 100'000), 1, 120, at(i)); });
  return 0;
}
