#include "outbox/delivery.h"

namespace beckon::outbox {

std::string_view to_text(DeliveryState state) {
  switch (state) {
    case DeliveryState::kQueued: return "queued";
    case DeliveryState::kRetrying: return "retrying";
    case DeliveryState::kHeld: return "held";
    case DeliveryState::kSending: return "sending";
    case DeliveryState::kDelivered: return "delivered";
    case DeliveryState::kFailed: return "failed";
    case DeliveryState::kWithdrawn: return "withdrawn";
  }
  return "";
}

std::optional<DeliveryState> parse_delivery_state(std::string_view text) {
  using enum DeliveryState;
  for (const DeliveryState state : {kQueued, kRetrying, kHeld, kSending, kDelivered, kFailed, kWithdrawn})
    if (to_text(state) == text) return state;
  return std::nullopt;
}

std::string_view to_text(AttemptOutcome outcome) {
  switch (outcome) {
    case AttemptOutcome::kStatus: return "status";
    case AttemptOutcome::kRefused: return "refused by policy";
    case AttemptOutcome::kDns: return "dns";
    case AttemptOutcome::kConnect: return "connect";
    case AttemptOutcome::kTls: return "tls";
    case AttemptOutcome::kTimeout: return "timeout";
  }
  return "";
}

bool is_erased(const Event& event) { return event.body.empty() || event.body == "{}"; }

}  // namespace beckon::outbox
