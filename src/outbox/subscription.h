// A subscription: where events of a handle are told. Contract section 6.
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
  std::string disabled_reason;         // why it is not, in words; empty where enabled
  std::string sealed_secret;           // SecretBox, associated data = handle + "/" + id
  std::string sealed_previous_secret;  // still signs until previous_until; empty: none
  Instant previous_until{};
  Instant created_at{};
  Instant updated_at{};
  Instant failing_since{};  // start of an unbroken run of failures; epoch: none
};

using SubscriptionPtr = std::shared_ptr<const Subscription>;

// Why a delivery is held, or was withdrawn, with its subscription.
inline constexpr std::string_view kSubscriptionDeleted = "subscription deleted";
inline constexpr std::string_view kSubscriptionDisabled = "subscription disabled";

inline constexpr std::string_view kTestEventType = "webhook.test";

// Whether a subscription's types take an event of this type. webhook.test is never taken by a pattern: it is sent to
// the subscription it was made for.
bool wants(const Subscription& subscription, std::string_view event_type);

// Whether an attempt may begin now: a disabled subscription is sent its test events only.
bool may_send(const Subscription& subscription, std::string_view event_type);

}  // namespace beckon::outbox
