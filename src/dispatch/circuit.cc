#include "dispatch/circuit.h"

#include <algorithm>

#include "outbox/retry_schedule.h"

namespace beckon::dispatch {

void Circuit::failed(Instant now, std::optional<Duration> retry_after, const CircuitLimits& limits, Random& random) {
  if (until_ && now < *until_) return;
  if (++failures_ < limits.failures) return;
  Duration wait = limits.open;
  for (int i = 0; i < opened_ && wait < limits.longest; ++i) wait *= 2;
  if (wait < limits.longest) ++opened_;
  wait = std::min(wait, limits.longest);
  const double drawn = static_cast<double>(wait.count()) *
                       random.uniform(1 - outbox::RetrySchedule::kJitter, 1 + outbox::RetrySchedule::kJitter);
  const Duration asked = std::min(retry_after.value_or(Duration{0}), outbox::RetrySchedule::kMostRetryAfter);
  until_ = now + std::max(Duration{static_cast<std::int64_t>(drawn)}, asked);
}

}  // namespace beckon::dispatch
