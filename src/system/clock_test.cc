#include "system/clock.h"

#include <gtest/gtest.h>

#include <thread>

namespace beckon {
namespace {

using namespace std::chrono_literals;

TEST(SystemClock, GoesOnFromARecordedInstantThatIsAheadAtHalfItsSpeed) {
  SystemClock clock;
  const Instant ahead = clock.now() + 1h;
  const auto began = std::chrono::steady_clock::now();
  clock.not_before(ahead);
  EXPECT_GE(clock.now(), ahead);
  while (clock.now() == ahead) std::this_thread::yield();
  std::this_thread::sleep_for(20ms);
  const Instant now = clock.now();
  const auto took = std::chrono::ceil<Duration>(std::chrono::steady_clock::now() - began);
  EXPECT_GE(now, ahead + 9ms);
  EXPECT_LE(now, ahead + took / 2 + 1ms);
  EXPECT_GE(clock.now(), now);
}

TEST(SystemClock, IsTheSystemsOnceThatHasCaughtUp) {
  SystemClock clock, system;
  clock.not_before(system.now() + 20ms);
  const auto until = std::chrono::steady_clock::now() + 60ms;
  while (std::chrono::steady_clock::now() < until) std::this_thread::yield();
  const Instant before = system.now(), now = clock.now(), after = system.now();
  EXPECT_GE(now, before);
  EXPECT_LE(now, after);
}

TEST(SystemClock, IsNotChangedByWhatIsPast) {
  SystemClock clock, system;
  clock.not_before(system.now() - 1h);
  const Instant before = system.now(), now = clock.now(), after = system.now();
  EXPECT_GE(now, before);
  EXPECT_LE(now, after);
}

}  // namespace
}  // namespace beckon
