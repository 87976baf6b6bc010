// simulate [--nodes K] --seed N --runs M [--tell]: runs the seeds N … N + M − 1. Exits with 1 at the first that
// violates a property, and prints it. --tell prints the history of one seed.
#include <charconv>
#include <chrono>
#include <cstdio>
#include <string_view>

#include "simulator/simulation.h"

namespace {

using namespace beckon::simulator;
using SteadyClock = std::chrono::steady_clock;

void print(const Counts& counts, std::uint64_t from, std::uint64_t runs, double seconds) {
  std::printf("seeds %llu to %llu: %llu runs in %.1f s, %.0f a second, %.1f years of virtual time\n",
              static_cast<unsigned long long>(from), static_cast<unsigned long long>(from + runs - 1),
              static_cast<unsigned long long>(runs), seconds, static_cast<double>(runs) / seconds,
              static_cast<double>(counts.virtual_ms) / 1e3 / 86'400 / 365);
  for (std::size_t i = 0; i < kCounts; ++i)
    if (counts.of[i] > 0)
      std::printf("  %12llu %.*s\n", static_cast<unsigned long long>(counts.of[i]),
                  static_cast<int>(to_text(static_cast<Count>(i)).size()), to_text(static_cast<Count>(i)).data());
  std::printf("  %12lld ms was the longest wait for a first attempt at a healthy endpoint\n",
              static_cast<long long>(counts.longest_wait_ms));
}

bool read(const char* text, std::uint64_t& into) {
  const std::string_view view = text;
  return std::from_chars(view.data(), view.data() + view.size(), into).ec == std::errc{};
}

}  // namespace

int main(int count, char** words) {
  std::uint64_t seed = 1, runs = 1'000, nodes = 0;
  bool tell = false;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    if (word == "--tell")
      tell = true;
    else if (i + 1 == count || (word != "--seed" && word != "--runs" && word != "--nodes") ||
             !read(words[++i], word == "--seed"   ? seed
                               : word == "--runs" ? runs
                                                  : nodes) ||
             nodes > 9)
      return std::fputs("simulate [--nodes K] [--seed N] [--runs M] [--tell]\n", stderr), 2;
  }
  if (tell) return std::fputs(history_of(seed, static_cast<int>(nodes)).c_str(), stdout), 0;
  Counts counts;
  const auto began = SteadyClock::now();
  for (std::uint64_t i = 0; i < runs; ++i) {
    const Outcome outcome = simulate(seed + i, static_cast<int>(nodes));
    counts.add(outcome.counts);
    if (outcome.violation.empty()) continue;
    std::printf("%s", outcome.violation.c_str());
    return 1;
  }
  print(counts, seed, runs, std::chrono::duration<double>(SteadyClock::now() - began).count());
}
