// A subscription: an endpoint for the events of a handle. Contract section 6.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/instant.h"
#include "outbox/event_format.h"
#include "outbox/own_header.h"

namespace beckon::outbox {

enum class Ordering : std::uint8_t { kNone = 0, kSession = 1 };

struct Subscription {
  SubscriptionId id;
  Handle handle;
  std::string endpoint_url;
  std::vector<std::string> event_types;  // exact, "prefix.*" or "*"
  std::string description;
  std::vector<OwnHeader> headers;  // sent with each attempt
  std::optional<int> rate_per_second;
  Ordering ordering = Ordering::kNone;
  EventFormat format = EventFormat::kBeckon;  // of the requests
  bool enabled = true;
  std::string disabled_reason;         // why it is disabled, as text; empty if enabled
  std::string sealed_secret;           // SecretBox, associated data = handle + "/" + id
  std::string sealed_previous_secret;  // also signs until previous_until; empty if none
  Instant previous_until{};
  Instant created_at{};
  Instant updated_at{};
  Instant failing_since{};  // start of the current run of failures; the epoch if none
};

using SubscriptionPtr = std::shared_ptr<const Subscription>;

// Why a delivery is held or withdrawn because of its subscription.
inline constexpr std::string_view kSubscriptionDeleted = "subscription deleted";
inline constexpr std::string_view kSubscriptionDisabled = "subscription disabled";

inline constexpr std::string_view kTestEventType = "webhook.test";

// Whether a subscription matches events of this type. No pattern matches webhook.test: it is only sent to the
// subscription it was made for.
bool wants(const Subscription& subscription, std::string_view event_type);

// Whether an attempt may begin now: a disabled subscription only gets its test events.
bool may_send(const Subscription& subscription, std::string_view event_type);

}  // namespace beckon::outbox
