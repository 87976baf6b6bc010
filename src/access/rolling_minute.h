// The amount taken in the last minute, by whole seconds. The caller locks.
#pragma once
#include <array>
#include <cstdint>

#include "base/instant.h"

namespace beckon::access {

class RollingMinute {
 public:
  // 60 whole seconds and the current one. The oldest is counted in full while part of it is within the minute, so that
  // the count is never too small.
  static constexpr std::size_t kBuckets = 61;

  // Advances to the second of `now`; see RateLimiter::take for backward steps.
  void advance(Instant now);

  std::uint32_t total() const { return total_; }
  void add(std::uint32_t amount) {
    buckets_[newest_] += amount;
    total_ += amount;
  }

  // The number of whole seconds from `now` until at least `amount` of what counts (at most total()) has stopped
  // counting; with amount 0, until the first does, or 0 if nothing counts.
  std::int64_t seconds_until_gone(std::uint32_t amount, Instant now) const;

 private:
  std::array<std::uint32_t, kBuckets> buckets_{};  // a ring
  std::uint32_t total_ = 0;                        // their sum
  std::uint32_t newest_ = 0;                       // index of the current second
  std::int64_t second_ = 0;                        // the current second, since the epoch
};

}  // namespace beckon::access
