#include "outbox/transitions.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/check.h"
#include "base/planted.h"

namespace beckon::outbox {
namespace {

void end(Delivery& delivery, DeliveryState state, std::string_view reason, Instant at) {
  delivery.state = state;
  delivery.reason = reason;
  delivery.ended_at = at;
}

bool is_line_pending(const Delivery& delivery) { return delivery.ordered && !is_final(delivery.state); }

}  // namespace

Delivery scheduled(DeliveryId id, const Event& event, const Subscription& subscription, Instant at) {
  const bool held = !may_send(subscription, event.type);
  return {.id = std::move(id),
          .event = event.id,
          .subscription = subscription.id,
          .handle = subscription.handle,
          .event_type = event.type,
          .session = event.session,
          .state = held ? DeliveryState::kHeld : DeliveryState::kQueued,
          .created_at = at,
          .next_attempt_at = at,
          .ordered = subscription.ordering == Ordering::kSession && !event.session.empty() &&
                     !planted(Planted::kBreakSessionOrder),
          .reason = held ? std::string(kSubscriptionDisabled) : std::string{}};
}

void admit(Delivery& delivery, Standing standing, Instant at) {
  CHECK(delivery.state != DeliveryState::kSending);
  if (delivery.state == DeliveryState::kHeld) delivery.held_at = at;
  if (standing == Standing::kDeleted) withdraw(delivery, kSubscriptionDeleted, at);
}

void settle(Delivery& delivery, Standing standing, const Settlement& settlement, Instant at) {
  CHECK(settlement.state == DeliveryState::kRetrying || settlement.state == DeliveryState::kHeld ||
        settlement.state == DeliveryState::kDelivered || settlement.state == DeliveryState::kFailed ||
        (settlement.state == DeliveryState::kWithdrawn && settlement.attempt.number == 0));
  if (settlement.state == DeliveryState::kWithdrawn) {
    withdraw(delivery, settlement.reason, at);
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
  delivery.state = settlement.state;
  delivery.reason = settlement.reason;
  delivery.next_attempt_at = settlement.next_attempt_at;
  if (standing == Standing::kDisabled) hold(delivery, kSubscriptionDisabled, at);
  if (delivery.state == DeliveryState::kHeld) delivery.held_at = at;
}

bool withdraw(Delivery& delivery, std::string_view reason, Instant at) {
  if (is_final(delivery.state)) return false;
  end(delivery, DeliveryState::kWithdrawn, reason, at);
  return true;
}

bool hold(Delivery& delivery, std::string_view reason, Instant at) {
  if (is_final(delivery.state) || delivery.state == DeliveryState::kHeld || delivery.event_type == kTestEventType)
    return false;
  delivery.state = DeliveryState::kHeld;
  delivery.reason = reason;
  delivery.held_at = at;
  return true;
}

bool release(Delivery& delivery, Instant at) {
  if (delivery.state != DeliveryState::kHeld) return false;
  delivery.state = DeliveryState::kQueued;
  delivery.reason.clear();
  if (delivery.next_attempt_at != kBehindOthers) delivery.next_attempt_at = at;
  return true;
}

bool give_up(Delivery& delivery, std::string_view reason, Instant at) {
  if (delivery.state != DeliveryState::kHeld) return false;
  end(delivery, DeliveryState::kFailed, reason, at);
  return true;
}

void erase(Delivery& delivery, std::string_view reason, Instant at) {
  delivery.session = SessionId{};
  delivery.same = 0;
  withdraw(delivery, reason, at);
}

namespace {

// For a delivery that has not ended.
std::optional<RetryRefusal> refuse_now(const Delivery& delivery, Standing standing, bool circuit_open) {
  if (standing == Standing::kDisabled && delivery.event_type != kTestEventType) return RetryRefusal::kHeld;
  if (delivery.state == DeliveryState::kHeld || !circuit_open) return RetryRefusal::kPending;
  if (delivery.next_attempt_at == kBehindOthers) return RetryRefusal::kBehindAnother;
  return std::nullopt;
}

}  // namespace

std::optional<RetryRefusal> refuse_retry(const Delivery& delivery, Standing standing, bool erased, Instant now,
                                         bool circuit_open) {
  if (!is_final(delivery.state) && standing != Standing::kDeleted) {
    if (const auto refusal = refuse_now(delivery, standing, circuit_open)) return refusal;
  }
  if (is_withdrawn_for_its_reason(delivery)) return RetryRefusal::kReasonEnded;
  if (is_over(delivery, now)) return RetryRefusal::kOver;
  if (standing == Standing::kDeleted) return RetryRefusal::kSubscriptionGone;
  if (erased) return RetryRefusal::kErased;
  return std::nullopt;
}

bool requeue(Delivery& delivery, Standing standing, bool erased, Instant at) {
  if (refuse_retry(delivery, standing, erased, at, true)) return false;
  delivery.state = DeliveryState::kQueued;
  delivery.reason.clear();
  if (standing == Standing::kDisabled) {
    delivery.state = DeliveryState::kHeld;
    delivery.reason = kSubscriptionDisabled;
    delivery.held_at = at;
  }
  delivery.schedule_step = 0;
  delivery.next_attempt_at = at;
  delivery.ended_at = Instant{};
  return true;
}

std::vector<DeliveryId> all_but_the_earliest(const std::vector<PendingMessage>& pending) {
  std::map<std::uint64_t, EventId> earliest;
  for (const PendingMessage& one : pending) {
    const auto first = earliest.try_emplace(one.same, one.event).first;
    first->second = std::min(first->second, one.event);
  }
  std::vector<DeliveryId> others;
  for (const PendingMessage& one : pending)
    if (earliest.at(one.same) != one.event) others.push_back(one.id);
  return others;
}

Instant earlier(Instant due, Duration by, Instant at) {
  return due == kBehindOthers || due <= at ? due : std::max(at, due - by);
}

bool joins_line(const Delivery* was, const Delivery& now) {
  return is_line_pending(now) && (!was || is_final(was->state));
}

void wait_behind(Delivery& delivery) { delivery.next_attempt_at = kBehindOthers; }

bool leaves_line(const Delivery& was, const Delivery& now) { return is_line_pending(was) && is_final(now.state); }

bool let_go(Delivery& first, Instant at) {
  if (first.next_attempt_at != kBehindOthers) return false;
  first.next_attempt_at = at;
  return true;
}

}  // namespace beckon::outbox
