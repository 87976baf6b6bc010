#include "store/settle.h"

#include <algorithm>

#include "base/check.h"
#include "base/planted.h"

namespace beckon::store {
namespace {

using outbox::Delivery;
using outbox::DeliveryState;

void end(Delivery& delivery, DeliveryState state, std::string_view reason, Instant at) {
  delivery.state = state;
  delivery.reason = reason;
  delivery.ended_at = at;
}

}  // namespace

void admit(Delivery& delivery, Standing standing, Instant at) {
  CHECK(delivery.state != DeliveryState::kSending);
  if (delivery.state == DeliveryState::kHeld) delivery.held_at = at;
  if (standing == Standing::kDeleted && !is_final(delivery.state))
    end(delivery, DeliveryState::kWithdrawn, kSubscriptionDeleted, at);
}

void settle(Delivery& delivery, Standing standing, const outbox::Settlement& settlement, Instant at) {
  CHECK(settlement.state == DeliveryState::kRetrying || settlement.state == DeliveryState::kHeld ||
        settlement.state == DeliveryState::kDelivered || settlement.state == DeliveryState::kFailed ||
        (settlement.state == DeliveryState::kWithdrawn && settlement.attempt.number == 0));
  if (settlement.state == DeliveryState::kWithdrawn) {
    if (!is_final(delivery.state)) end(delivery, settlement.state, settlement.reason, at);
    return;
  }
  delivery.attempts = std::max(delivery.attempts, settlement.attempt.number);
  delivery.last_status = settlement.attempt.status;

  if (is_final(delivery.state) && !planted(Planted::kReviveEnded)) {
    if (delivery.state == DeliveryState::kWithdrawn && settlement.state == DeliveryState::kDelivered)
      end(delivery, DeliveryState::kDelivered, settlement.reason, at);
    return;
  }
  delivery.schedule_step = settlement.schedule_step;
  if (is_final(settlement.state)) return end(delivery, settlement.state, settlement.reason, at);
  if (standing == Standing::kDeleted) return end(delivery, DeliveryState::kWithdrawn, kSubscriptionDeleted, at);
  const bool disabled = standing == Standing::kDisabled && delivery.event_type != outbox::kTestEventType;
  delivery.state = disabled ? DeliveryState::kHeld : settlement.state;
  delivery.reason = disabled ? std::string(kSubscriptionDisabled) : settlement.reason;
  delivery.next_attempt_at = settlement.next_attempt_at;
  if (delivery.state == DeliveryState::kHeld) delivery.held_at = at;
}

bool give_up(Delivery& delivery, std::string_view reason, Instant at) {
  if (delivery.state != DeliveryState::kHeld) return false;
  end(delivery, DeliveryState::kFailed, reason, at);
  return true;
}

bool requeue(Delivery& delivery, Standing standing, bool erased, Instant at) {
  if (!is_final(delivery.state) || standing == Standing::kDeleted || erased || is_withdrawn_for_its_reason(delivery))
    return false;
  const bool disabled = standing == Standing::kDisabled;
  delivery.state = disabled ? DeliveryState::kHeld : DeliveryState::kQueued;
  delivery.reason = disabled ? kSubscriptionDisabled : std::string_view{};
  if (disabled) delivery.held_at = at;
  delivery.schedule_step = 0;
  delivery.next_attempt_at = at;
  delivery.ended_at = Instant{};
  return true;
}

}  // namespace beckon::store
