#include "system/clock.h"

namespace beckon {
namespace {

std::int64_t steady_ms() {
  return std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

void SystemClock::not_before(Instant at) {
  if (at <= now()) return;
  steady_ms_ = steady_ms();
  from_ms_.store(at.time_since_epoch().count(), std::memory_order_relaxed);
}

Instant SystemClock::slowed(std::int64_t from_ms) const {
  return Instant{Duration{from_ms + (steady_ms() - steady_ms_) / 2}};
}

}  // namespace beckon
