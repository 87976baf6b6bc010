// How a subscription changes: by its operator, and by how its attempts go. Contract section 6. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "outbox/subscription.h"

namespace beckon::outbox {

inline constexpr std::string_view kDisabledByOperator = "disabled by the operator";

// The start of a run of failures is written down once it has lasted so long, so that an endpoint that flickers costs no
// write each time.
inline constexpr Duration kNotedAfter = std::chrono::minutes{10};

struct Changed {
  bool turned = false;  // enabled or disabled: what is pending is released or held with it
  bool moved = false;   // to another URL
};

// Completes `next`, which is `before` with an operator's values laid over it: the reason why it is disabled, the
// instant of the change, and the run of failures, which ends where the subscription is turned or moved.
Changed change_by_operator(const Subscription& before, Subscription& next, Instant at);

// What attempts report of a subscription: a run of failures began or ended, or it is to be disabled. May come again
// while the change is being written.
struct SubscriptionChange {
  SubscriptionId subscription;
  Handle handle;
  Instant failing_since{};     // epoch: it works again, or starts afresh when it is enabled again
  std::string disable_reason;  // empty: it stays as it is
};

// Whether a run of failures, as the attempts see it, is to be reported: epoch in `failing_since` is none.
bool is_noted(const Subscription& subscription, Instant failing_since, Instant now);

// The subscription with the report applied; std::nullopt if nothing changes.
std::optional<Subscription> change_by_attempts(const Subscription& before, const SubscriptionChange& report,
                                               Instant at);

}  // namespace beckon::outbox
