#include "dispatch/refill.h"

#include <algorithm>

#include "base/planted.h"
#include "system/log.h"

namespace beckon::dispatch {
namespace {

constexpr Instant kFarFuture = instant_ms(253'402'300'799'000);  // the end of the year 9999

}  // namespace

void Refill::ask(EndpointQueue& queue) {
  if (!queue.marked || queue.in_refill || !queue.ready.empty()) return;
  queue.in_refill = true;
  queue_.push_back(&queue);
}

EndpointQueue& Refill::run(Instant now) {
  EndpointQueue& queue = *queue_.front();
  queue_.pop_front();
  queue.in_refill = false;
  queue.marked = false;
  if (const auto subscription = index_.find(queue.id)) read(queue, *subscription, now);
  return queue;
}

void Refill::read(EndpointQueue& queue, const outbox::Subscription& subscription, Instant now) {
  const bool many = queue.circuit.is_closed() && queues_.ready_bytes() < limits_.ready_bytes;
  const std::size_t limit = many ? limits_.ready_per_subscription : 1;
  auto due = outbox_.due(queue.id, now, limit, [this](const DeliveryId& id) {
    return sending_.contains(id) && !planted(Planted::kClaimTwice);
  });
  if (!due) {
    log::error("outbox_unreadable").add("subscription", queue.id.view());
    queue.sure = false;
    queues_.set_wake(queue, now + limits_.again_after_fault);
    return;
  }
  for (outbox::Due& one : *due)
    if (outbox::may_send(subscription, one.delivery.event_type)) queues_.put_ready(queue, std::move(one));
  if (due->size() < limit) {
    if (!queue.sure && !planted(Planted::kLoseRetryAtRestart)) look_ahead(queue, now);
  } else if (!queue.ready.empty()) {
    queue.marked = true;  // there may be more behind
  } else {                // none of it may be sent: not again at once
    queue.sure = false;
    queues_.set_wake(queue, now + limits_.again_after_fault);
  }
}

// When something of the store that is not due now, nor known here, becomes due.
void Refill::look_ahead(EndpointQueue& queue, Instant now) {
  std::optional<Instant> next;
  if (const auto earliest = outbox_.next_due(queue.id); !earliest) {
    next = now + limits_.again_after_fault;
  } else if (*earliest && **earliest <= now) {  // that is one that was just read: look past those
    const std::size_t known = queue.ready.size() + static_cast<std::size_t>(queue.busy());
    const auto rows = outbox_.due(queue.id, kFarFuture, known + 1);
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
  queue.sure = true;
  if (queue.paused_until > now) next = std::min(next.value_or(kNever), queue.paused_until);
  queues_.set_wake(queue, next.value_or(kNever));
}

}  // namespace beckon::dispatch
