#include <gtest/gtest.h>

#include <cstdlib>

#include "simulator/fiber.h"
#include "simulator/simulation.h"
#include "simulator/stage.h"

namespace beckon::simulator {
namespace {

std::uint64_t given(const char* name, std::uint64_t otherwise) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing writes the environment
  const char* text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t kRuns = 60;
#else
constexpr std::uint64_t kRuns = 300;
#endif

TEST(SimulatedNodes, EveryPropertyHoldsAndNoTroubleIsIdle) {
  Counts counts;
  const std::uint64_t first = given("BECKON_SEED", 1), runs = given("BECKON_RUNS", kRuns);
  for (std::uint64_t seed = first; seed < first + runs; ++seed) {
    const Outcome outcome = simulate(seed, seed % 2 == 0 ? 2 : 3);
    ASSERT_TRUE(outcome.violation.empty()) << outcome.violation;
    counts.add(outcome.counts);
  }
  for (std::size_t i = kCountsOfOne; i < kCounts; ++i) EXPECT_GT(counts.of[i], 0u) << to_text(static_cast<Count>(i));
}

TEST(SimulatedNodes, TheSameSeedDoesTheSame) {
  for (std::uint64_t seed = 1; seed < 10; ++seed) {
    const Outcome before = simulate(seed, 3), again = simulate(seed, 3);
    EXPECT_EQ(before.counts.of, again.counts.of) << "seed " << seed;
  }
}

TEST(Fibers, OneGoesOnWhereItPaused) {
  std::string said;
  Fiber fiber([&said] {
    said += "a";
    Fiber::pause();
    said += "c";
  });
  fiber.resume();
  said += "b";
  EXPECT_FALSE(fiber.has_ended());
  fiber.resume();
  EXPECT_TRUE(fiber.has_ended());
  EXPECT_EQ(said, "abc");
}

TEST(Fibers, WhatEndsOneIsThrownOutside) {
  Fiber fiber([] { throw Violation{"no"}; });
  EXPECT_THROW(fiber.resume(), Violation);
  EXPECT_TRUE(fiber.has_ended());
}

TEST(Fibers, OneThatIsDestroyedIsUnwound) {
  struct Noted {
    bool& is_gone;
    ~Noted() { is_gone = true; }
  };
  bool is_gone = false;
  {
    Fiber fiber([&is_gone] {
      const Noted noted{is_gone};
      Fiber::pause();
      FAIL() << "it goes on";
    });
    fiber.resume();
    EXPECT_FALSE(is_gone);
  }
  EXPECT_TRUE(is_gone);
}

}  // namespace
}  // namespace beckon::simulator
