// The meaning of an attempt's result: delivered, retrying or failed, and whether its subscription is disabled because
// of it. Pure. transitions.h applies it.
#pragma once
#include <optional>
#include <string>

#include "base/instant.h"
#include "base/random.h"
#include "outbox/delivery.h"
#include "outbox/retry_schedule.h"

namespace beckon::outbox {

// A subscription that only failed for this long is disabled (contract section 6), unless a setting says otherwise.
inline constexpr Duration kDisabledAfter = std::chrono::days{5};

struct Verdict {
  Settlement settlement;
  Instant failing_since{};     // of the subscription, after this attempt; the epoch if it works
  std::string disable_reason;  // if not empty, the subscription is to be disabled for this reason
};

// 2xx is success. Timeouts, network and TLS errors, DNS failures, 408, 425, 429 and 5xx are retried.
bool is_success(const Attempt& attempt);
bool is_retried(const Attempt& attempt);

// "refused by policy", "dns", "connect", "tls", "timeout" or "status NNN": the reason shown to a tenant.
std::string reason_of(const Attempt& attempt);

// Delivered, failed or retrying; the commit holds retries if the subscription is disabled by then. `delivery` and
// its subscription's `failing_since` are from before the attempt; `now` is the attempt's end, from which the wait
// counts.
Verdict verdict_on(const Delivery& delivery, Attempt attempt, std::optional<Duration> retry_after,
                   const RetrySchedule& schedule, Instant failing_since, Instant now, Random& random,
                   Duration disabled_after = kDisabledAfter);

}  // namespace beckon::outbox
