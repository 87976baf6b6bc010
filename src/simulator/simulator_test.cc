#include <gtest/gtest.h>

#include <cstdlib>

#include "simulator/simulation.h"

namespace beckon::simulator {
namespace {

std::uint64_t number_of(const char* name, std::uint64_t otherwise) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing writes the environment
  const char* text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

TEST(Simulator, EveryPropertyHoldsAndNoTroubleIsIdle) {
  Counts counts;
  const std::uint64_t first = number_of("BECKON_SEED", 1), runs = number_of("BECKON_RUNS", 2'000);
  for (std::uint64_t seed = first; seed < first + runs; ++seed) {
    const Outcome outcome = simulate(seed);
    ASSERT_TRUE(outcome.violation.empty()) << outcome.violation;
    counts.add(outcome.counts);
  }
  for (std::size_t i = 0; i < kCountsOfOne; ++i) EXPECT_GT(counts.of[i], 0u) << to_text(static_cast<Count>(i));
}

TEST(Simulator, TheSameSeedDoesTheSame) {
  for (std::uint64_t seed = 1; seed < 40; ++seed) {
    const Outcome before = simulate(seed), again = simulate(seed);
    EXPECT_EQ(before.counts.of, again.counts.of) << "seed " << seed;
  }
}

}  // namespace
}  // namespace beckon::simulator
