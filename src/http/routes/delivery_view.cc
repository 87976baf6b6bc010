#include "http/routes/delivery_view.h"

#include "http/routes/response.h"

namespace beckon::http {
namespace {

using outbox::DeliveryState;

bool is_waiting(const outbox::Delivery& delivery) {
  return delivery.state == DeliveryState::kQueued || delivery.state == DeliveryState::kRetrying;
}

// Reasons that the store does not know, or not yet.
std::string_view reason_of(const outbox::Delivery& delivery, DeliveryState shown, bool left_alone) {
  if (shown == DeliveryState::kWithdrawn && !is_final(delivery.state)) return outbox::kSubscriptionDeleted;
  if (shown == DeliveryState::kHeld && delivery.state != DeliveryState::kHeld)
    return left_alone ? kCircuitOpen : outbox::kSubscriptionDisabled;
  const bool waits = is_waiting(delivery) && delivery.next_attempt_at == outbox::kBehindOthers;
  return waits ? kBehindAnother : std::string_view{delivery.reason};
}

// Those made, and those that the schedule still has; a retry by hand begins the schedule again.
int attempts_at_most(const outbox::Delivery& delivery, int of_schedule) {
  return delivery.attempts + std::max(1, of_schedule - delivery.schedule_step);
}

}  // namespace

DeliveryState state_of(const outbox::Delivery& delivery, const Sending& sending) {
  if (is_final(delivery.state)) return delivery.state;
  const auto subscription = sending.subscription(delivery.subscription);
  if (!subscription) return DeliveryState::kWithdrawn;
  if (sending.is_sending(delivery.id)) return DeliveryState::kSending;
  if (delivery.state == DeliveryState::kHeld || !outbox::may_send(*subscription, delivery.event_type))
    return DeliveryState::kHeld;
  return sending.probe_at(delivery.subscription) ? DeliveryState::kHeld : delivery.state;
}

void write_delivery(json::Writer& out, const outbox::Delivery& delivery, const Sending& sending) {
  const auto probe_at = is_waiting(delivery) ? sending.probe_at(delivery.subscription) : std::nullopt;
  const DeliveryState state = state_of(delivery, sending);
  out.member("deliveryId", delivery.id.view())
      .member("eventId", delivery.event.view())
      .member("subscriptionId", delivery.subscription.view())
      .member("eventType", delivery.event_type)
      .member("status", outbox::to_text(state))
      .member("attemptCount", delivery.attempts)
      .key("attemptsAtMost");
  is_final(state) ? out.null() : out.number(attempts_at_most(delivery, sending.attempts));
  out.member("createdAt", to_rfc3339(delivery.created_at));
  const bool has_time = is_waiting(delivery) && !is_final(state) && delivery.next_attempt_at != outbox::kBehindOthers;
  instant_or_null(out, "nextAttemptAt",
                  has_time ? std::max(delivery.next_attempt_at, probe_at.value_or(Instant{})) : Instant{});
  instant_or_null(out, "endedAt", delivery.ended_at);
  text_or_null(out, "reason", reason_of(delivery, state, probe_at.has_value()));
  instant_or_null(out, "heldSince", delivery.state == DeliveryState::kHeld ? delivery.held_at : Instant{});
  out.key("lastStatus");
  delivery.last_status == 0 ? out.null() : out.number(delivery.last_status);
  text_or_null(out, "sessionId", delivery.session.view());
}

void write_event(json::Writer& out, const outbox::Event& event) {
  out.member("eventId", event.id.view())
      .member("type", event.type)
      .member("status", event.unmatched ? "unmatched" : "matched")
      .member("handle", event.handle.view())
      .member("occurredAt", to_rfc3339(event.occurred_at));
  text_or_null(out, "sessionId", event.session.view());
  out.member_raw("cause", event.cause.empty() ? "{}" : event.cause).key("payload");
  const auto body = json::parse(event.body);
  const json::Value* payload = body ? body->root().find("payload") : nullptr;
  payload ? out.raw(json::to_text(*payload)) : out.null();
}

}  // namespace beckon::http
