#include "dispatch/refill.h"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "base/planted.h"
#include "outbox/traced_cause.h"
#include "system/log.h"

namespace beckon::dispatch {
namespace {

constexpr Instant kFarFuture = instant_ms(253'402'300'799'000);  // the end of the year 9999

// Chooses the delivery to probe with; the end if there are none. Sorts them by age.
//
// Only a try shows whether a type is deliverable. So among the types that have not failed, three rules take turns: the
// newest delivery, the oldest, and one of the type with most waiting. Then neither a stream of new types nor many old
// ones keep a deliverable one from its turn.
std::vector<outbox::Due>::iterator choose_probe(std::vector<outbox::Due>& due, const EndpointQueue& queue) {
  const auto age = [](const outbox::Due& one) { return std::pair(one.delivery.created_at, one.delivery.id.view()); };
  std::ranges::sort(due, {}, age);
  const auto twice = std::ranges::unique(due, {}, age);  // duplicates: among both the oldest and the newest
  due.erase(twice.begin(), twice.end());
  std::unordered_map<std::string_view, std::ptrdiff_t> waiting;  // by type
  for (const outbox::Due& one : due) ++waiting[one.delivery.event_type];
  const std::vector<std::string>& failed = queue.failed_types;
  const auto rank = [&](const outbox::Due& one) {
    const std::ptrdiff_t newness = &one - due.data(), same{0};
    const auto at = std::ranges::find(failed, one.delivery.event_type);
    if (at != failed.end()) return std::tuple(failed.end() - at, same, newness);
    const std::ptrdiff_t never = std::ssize(failed) + 1;
    switch (queue.failures % 3) {
      case 0: return std::tuple(never, same, newness);
      case 1: return std::tuple(never, same, -newness);
      default: return std::tuple(never, waiting.at(one.delivery.event_type), newness);
    }
  };
  return std::ranges::max_element(due, {}, rank);
}

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
  auto due = queue.circuit.is_closed() ? this->due(queue, now, limit) : due_for_probe(queue, subscription, now);
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
    queue.marked = true;  // there may be more after these
  } else {                // none of them may be sent: not again immediately
    queue.sure = false;
    queues_.set_wake(queue, now + limits_.again_after_fault);
  }
}

Result<std::vector<outbox::Due>> Refill::due(const EndpointQueue& queue, Instant now, std::size_t limit) {
  return outbox_.due(queue.id, now, limit,
                     [this](const DeliveryId& id) { return sending_.contains(id) && !planted(Planted::kClaimTwice); });
}

Result<std::vector<outbox::Due>> Refill::due_for_probe(EndpointQueue& queue, const outbox::Subscription& subscription,
                                                       Instant now) {
  const auto may_probe = [&](const outbox::Delivery& delivery, Instant by) {
    return !is_final(delivery.state) && delivery.state != outbox::DeliveryState::kHeld &&
           delivery.next_attempt_at <= by && !sending_.contains(delivery.id) &&
           outbox::may_send(subscription, delivery.event_type);
  };
  queue.sure = false;  // due deliveries that may not be sent do not become due again
  if (queue.wanted) {
    auto found = outbox_.delivery(queue.handle, *queue.wanted);
    if (!found) return unexpected(found.error());
    // Its commit may be slightly later than `now`; but one that waits for others of its session is not sent.
    if (*found && may_probe(**found, now + limits_.again_after_fault)) {
      auto due = with_body(std::move(**found));
      if (!due || !due->empty()) return due;
    }
    queue.wanted.reset();
  }
  auto known = due(queue, now, limits_.probe_choice);  // the oldest
  if (!known) return known;
  if (known->size() == limits_.probe_choice) {
    auto newest = outbox_.deliveries(queue.handle, queue.id, limits_.probe_choice);
    if (!newest) return unexpected(newest.error());
    for (outbox::Delivery& one : *newest)
      if (may_probe(one, now)) known->push_back({.delivery = std::move(one), .body = nullptr});
  }
  std::erase_if(*known, [&](const outbox::Due& one) { return !may_probe(one.delivery, now); });
  const auto chosen = choose_probe(*known, queue);
  if (chosen == known->end()) return std::vector<outbox::Due>{};
  if (!chosen->body) return with_body(std::move(chosen->delivery));
  std::vector<outbox::Due> one;
  one.push_back(std::move(*chosen));
  return one;
}

Result<std::vector<outbox::Due>> Refill::with_body(outbox::Delivery delivery) {
  auto event = outbox_.event(delivery.handle, delivery.event);
  if (!event) return unexpected(event.error());
  std::vector<outbox::Due> one;
  if (*event)
    one.push_back({.delivery = std::move(delivery),
                   .body = std::make_shared<const std::string>(std::move((*event)->body)),
                   .occurred_at = (*event)->occurred_at,
                   .trace = outbox::trace_in((*event)->cause)});
  return one;
}

// When something in the store becomes due that is neither due now nor known here.
void Refill::look_ahead(EndpointQueue& queue, Instant now) {
  std::optional<Instant> next;
  if (const auto earliest = outbox_.next_due(queue.id); !earliest) {
    next = now + limits_.again_after_fault;
  } else if (*earliest && **earliest <= now) {  // one of those just read: look past them
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
