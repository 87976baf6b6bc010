// At most so many attempts a second (ratePerSecond): each begins no sooner than its share of a second after the one
// before it, so that no second has more. What was not used is not saved up, but for the fractions of a millisecond that
// the clock does not tell.
#pragma once
#include <chrono>

#include "base/instant.h"

namespace beckon::dispatch {

// Confined to the loop.
class Pace {
 public:
  // From when the next attempt may begin; in the past: at once.
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
