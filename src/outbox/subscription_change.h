// How a subscription changes: by its operator, and by the results of its attempts. Contract section 6. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "outbox/subscription.h"

namespace beckon::outbox {

inline constexpr std::string_view kDisabledByOperator = "disabled by the operator";

// The start of a run of failures is stored once the run has lasted this long, so that an intermittent endpoint does not
// cause a write each time.
inline constexpr Duration kNotedAfter = std::chrono::minutes{10};

struct Changed {
  bool turned = false;  // enabled or disabled: its pending deliveries are released or held
  bool moved = false;   // to another URL
};

// Completes `next`, which is `before` with an operator's values applied: sets the reason if it is disabled, the instant
// of the change, and the run of failures, which ends if the subscription is enabled, disabled or moved.
Changed change_by_operator(const Subscription& before, Subscription& next, Instant at);

// What attempts report about a subscription: a run of failures began or ended, or it is to be disabled. May be reported
// again while the change is being written.
struct SubscriptionChange {
  SubscriptionId subscription;
  Handle handle;
  Instant failing_since{};     // the epoch: it works again, or starts over when it is enabled again
  std::string disable_reason;  // empty if not to be disabled
};

// Whether a run of failures, as the attempts see it, is to be reported; the epoch in `failing_since` means none.
bool is_noted(const Subscription& subscription, Instant failing_since, Instant now);

// The subscription with the report applied; std::nullopt if nothing changes.
std::optional<Subscription> change_by_attempts(const Subscription& before, const SubscriptionChange& report,
                                               Instant at);

}  // namespace beckon::outbox
