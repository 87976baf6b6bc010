// The system's clock.
#pragma once
#include <atomic>

#include "base/instant.h"

namespace beckon {

// Thread-safe.
class SystemClock final : public Clock {
 public:
  Instant now() const override {
    const Instant read = std::chrono::floor<Duration>(std::chrono::system_clock::now());
    const std::int64_t from = from_ms_.load(std::memory_order_relaxed);
    return from == 0 ? read : std::max(read, slowed(from));
  }

  // From now on it is not earlier than `at`: what is recorded came from a clock that is ahead of this one. Until that
  // has caught up, this one goes at half its speed, so that time neither goes back nor stands still. Called once,
  // before others use it.
  void not_before(Instant at);

 private:
  Instant slowed(std::int64_t from_ms) const;

  std::atomic<std::int64_t> from_ms_{0};  // 0: none was behind
  std::int64_t steady_ms_ = 0;            // of the steady clock, at from_ms_
};

}  // namespace beckon
