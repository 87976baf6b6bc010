// Events, their deliveries, and the attempts made at each. Contract section 6.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/id.h"
#include "base/instant.h"

namespace beckon::outbox {

// A fact published to webhooks. `body` is exactly the text that is sent and signed.
struct Event {
  EventId id;
  Handle handle;
  std::string type;
  Instant occurred_at{};
  SessionId session;  // empty if it has no session
  std::string cause;  // a JSON object: {"signal":{…}}, {"decision":"dec_…",…}, {"published":{…}}, {"test":true} …
  std::string body;
  bool unmatched = false;  // no subscription matched: stored without a delivery
};

// Whether the event's body was erased, because its session was.
bool is_erased(const Event& event);

// Only the sending process knows kSending: the store has such a delivery as queued or retrying.
enum class DeliveryState : std::uint8_t {
  kQueued = 0,
  kRetrying = 1,
  kHeld = 2,
  kSending = 3,
  kDelivered = 4,
  kFailed = 5,
  kWithdrawn = 6
};

constexpr bool is_final(DeliveryState state) { return state >= DeliveryState::kDelivered; }
std::string_view to_text(DeliveryState state);
std::optional<DeliveryState> parse_delivery_state(std::string_view text);

// The due time of a delivery that waits for earlier ones of its session (Ordering::kSession): never, until they have
// ended.
inline constexpr Instant kBehindOthers = Instant::max();

// One event to one subscription.
struct Delivery {
  DeliveryId id;
  EventId event;
  SubscriptionId subscription;
  Handle handle;
  std::string event_type;
  SessionId session;  // of its event
  DeliveryState state = DeliveryState::kQueued;
  int attempts = 0;       // made so far
  int schedule_step = 0;  // failures since the schedule last began
  Instant created_at{};
  Instant next_attempt_at{};  // while queued or retrying
  Instant ended_at{};         // once final
  Instant held_at{};          // if held: since when
  bool ordered = false;       // sent after earlier deliveries of its session to the same subscription
  std::string reason;         // why it failed, is held or was withdrawn; from a closed list
  int last_status = 0;        // HTTP status of the last attempt, 0 if none
  // For the message of a delayed rule, from the anchor at that instant: why it can be withdrawn (contract section 6).
  // After valid_until it is withdrawn instead of sent.
  RuleId rule;  // empty for others
  Instant anchor_at{};
  Instant valid_until{};   // the epoch for no limit
  std::uint64_t same = 0;  // of the anchor, if the rule has `same`: rules::same_key; otherwise 0
};

struct DeliveryPlace {  // a position in a list ordered by (created_at, id)
  Instant created_at{};
  DeliveryId id;
  friend auto operator<=>(const DeliveryPlace&, const DeliveryPlace&) = default;
};
inline DeliveryPlace place_of(const Delivery& delivery) { return {delivery.created_at, delivery.id}; }

enum class AttemptOutcome : std::uint8_t { kStatus = 0, kRefused = 1, kDns = 2, kConnect = 3, kTls = 4, kTimeout = 5 };
std::string_view to_text(AttemptOutcome outcome);  // "status", "refused by policy", "dns", "connect", "tls", "timeout"

// One HTTP request of a delivery, as it was made. The response's body is cut at 4 KiB, its headers at 16 KiB.
struct Attempt {
  int number = 0;  // from 1
  Instant at{};
  std::string url;  // empty if made by a version that recorded neither it nor the response's headers
  AttemptOutcome outcome = AttemptOutcome::kConnect;
  int status = 0;
  std::string error;  // readable text; empty if the response was complete
  // Microseconds from the start of the attempt to the end of each phase; 0 if not reached.
  std::int64_t dns_us = 0, connect_us = 0, tls_us = 0, first_byte_us = 0, total_us = 0;
  // A JSON object with the headers that cannot be derived from the delivery (attempt_record.h), the URL or the body:
  // signatures, the subscription's own (own_header.h), User-Agent.
  std::string request_headers;
  std::string response_headers;  // as received: one line each
  std::string response_body;
  bool response_headers_cut = false;
};

inline constexpr std::string_view kTimeOver = "it expired before it could be sent";

// A delayed rule's message whose reason has ended: it is never sent again.
inline bool is_withdrawn_for_its_reason(const Delivery& delivery) {
  return delivery.state == DeliveryState::kWithdrawn && !delivery.rule.empty();
}

constexpr bool is_over(const Delivery& delivery, Instant now) {
  return delivery.valid_until != Instant{} && now >= delivery.valid_until;
}

// The result of an attempt; written by commit::Commit.
struct Settlement {
  DeliveryId delivery;
  Attempt attempt;                               // number 0: none was made, the delivery is withdrawn instead
  DeliveryState state = DeliveryState::kFailed;  // kRetrying, kHeld, kDelivered, kFailed; kWithdrawn without an attempt
  int schedule_step = 0;
  Instant next_attempt_at{};
  std::string reason;
  Instant reckoned_at{};  // the clock's time when next_attempt_at was computed; the epoch if irrelevant
};

}  // namespace beckon::outbox
