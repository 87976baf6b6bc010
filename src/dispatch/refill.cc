#include "dispatch/refill.h"

#include <algorithm>

#include "base/log.h"
#include "base/planted.h"

namespace beckon::dispatch {
namespace {

constexpr Instant kFarFuture = instant_ms(253'402'300'799'000);  // the end of the year 9999

}  // namespace

void Refill::ask(Lane& lane) {
  if (!lane.marked || lane.in_refill || !lane.ready.empty()) return;
  lane.in_refill = true;
  queue_.push_back(&lane);
}

Lane& Refill::run(Instant now) {
  Lane& lane = *queue_.front();
  queue_.pop_front();
  lane.in_refill = false;
  lane.marked = false;
  if (const auto subscription = index_.find(lane.id)) read(lane, *subscription, now);
  return lane;
}

void Refill::read(Lane& lane, const outbox::Subscription& subscription, Instant now) {
  const bool many = lane.circuit.is_closed() && lanes_.ready_bytes() < limits_.ready_bytes;
  const std::size_t limit = many ? limits_.ready_per_subscription : 1;
  auto due = outbox_.due(lane.id, now, limit, [this](const DeliveryId& id) {
    return sending_.contains(id) && !planted(Planted::kClaimTwice);
  });
  if (!due) {
    log::error("outbox_unreadable").add("subscription", lane.id.view());
    lane.sure = false;
    lanes_.set_wake(lane, now + limits_.again_after_fault);
    return;
  }
  for (outbox::Due& one : *due)
    if (outbox::may_send(subscription, one.delivery.event_type)) lanes_.put_ready(lane, std::move(one));
  if (due->size() < limit) {
    if (!lane.sure && !planted(Planted::kLoseRetryAtRestart)) look_ahead(lane, now);
  } else if (!lane.ready.empty()) {
    lane.marked = true;  // there may be more behind
  } else {               // none of it may be sent: not again at once
    lane.sure = false;
    lanes_.set_wake(lane, now + limits_.again_after_fault);
  }
}

// When something of the store that is not due now, nor known here, becomes due.
void Refill::look_ahead(Lane& lane, Instant now) {
  std::optional<Instant> next;
  if (const auto earliest = outbox_.next_due(lane.id); !earliest) {
    next = now + limits_.again_after_fault;
  } else if (*earliest && **earliest <= now) {  // that is one that was just read: look past those
    const std::size_t known = lane.ready.size() + static_cast<std::size_t>(lane.busy());
    const auto rows = outbox_.due(lane.id, kFarFuture, known + 1);
    if (!rows)
      next = now + limits_.again_after_fault;
    else if (!rows->empty() && rows->back().delivery.next_attempt_at > now) {
      const auto later =
          std::ranges::find_if(*rows, [&](const auto& row) { return row.delivery.next_attempt_at > now; });
      next = later->delivery.next_attempt_at;
    } else if (rows->size() > known) {
      next = now + limits_.again_after_fault;
    }
  } else {
    next = *earliest;
  }
  lane.sure = true;
  if (lane.paused_until > now) next = std::min(next.value_or(kNever), lane.paused_until);
  lanes_.set_wake(lane, next.value_or(kNever));
}

}  // namespace beckon::dispatch
