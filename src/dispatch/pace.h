// The rate limit of an endpoint (ratePerSecond): each attempt begins no sooner than 1/ratePerSecond after the previous
// one, so that no second has more. Unused capacity is not saved, except for the fractions of a millisecond that the
// clock does not show.
#pragma once
#include <chrono>

#include "base/instant.h"

namespace beckon::dispatch {

// Confined to the dispatcher's thread.
class Pace {
 public:
  // When the next attempt may begin; in the past if at once.
  Instant next() const { return std::chrono::ceil<Duration>(next_); }
  void begun(Instant now, int rate_per_second) {
    const auto share = std::chrono::microseconds{1'000'000 / rate_per_second};
    next_ = (now < next_ + std::chrono::milliseconds{1} ? next_ : Fine{now}) + share;
  }
  void clear() { next_ = {}; }

 private:
  using Fine = std::chrono::sys_time<std::chrono::microseconds>;
  Fine next_{};
};

}  // namespace beckon::dispatch
