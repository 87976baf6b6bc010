// Durations counted by upper bounds: the data of a Prometheus histogram, without its library, for rooms that know
// nothing of metrics. Observing takes a few relaxed additions, and neither locks nor allocates.
#pragma once
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace beckon {

// Any thread may read; each count is exact, but counts read together may be from different moments.
class DurationHistogram {
 public:
  using Microseconds = std::chrono::microseconds;
  // From a commit on a fast disk to one that hangs.
  static constexpr std::array<Microseconds, 16> kBounds{
      Microseconds{100},       Microseconds{250},       Microseconds{500},       Microseconds{1'000},
      Microseconds{2'500},     Microseconds{5'000},     Microseconds{10'000},    Microseconds{25'000},
      Microseconds{50'000},    Microseconds{100'000},   Microseconds{250'000},   Microseconds{500'000},
      Microseconds{1'000'000}, Microseconds{2'500'000}, Microseconds{5'000'000}, Microseconds{10'000'000}};

  void observe(Microseconds took) {
    const auto bound = std::ranges::lower_bound(kBounds, took);
    counts_[static_cast<std::size_t>(bound - kBounds.begin())].fetch_add(1, std::memory_order_relaxed);
    total_us_.fetch_add(static_cast<std::uint64_t>(std::max<std::int64_t>(took.count(), 0)), std::memory_order_relaxed);
  }

  // How many took at most kBounds[i] and more than the bound before; the last count: more than all bounds.
  std::uint64_t count(std::size_t i) const { return counts_[i].load(std::memory_order_relaxed); }
  Microseconds total() const { return Microseconds{total_us_.load(std::memory_order_relaxed)}; }

 private:
  std::array<std::atomic<std::uint64_t>, kBounds.size() + 1> counts_{};
  std::atomic<std::uint64_t> total_us_{0};
};

}  // namespace beckon
