#include "store/memory/memory_outbox.h"

#include <algorithm>
#include <limits>

#include "outbox/traced_cause.h"

namespace beckon::store {

using outbox::Delivery;
using outbox::DeliveryState;

Result<std::vector<outbox::Subscription>> MemoryOutbox::subscriptions() {
  const std::lock_guard lock(facts_.mutex);
  std::vector<outbox::Subscription> found;
  for (const auto& [id, known] : facts_.subscriptions)
    if (!known.deleted) found.push_back(known.subscription);
  std::ranges::sort(found, {}, [](const auto& s) { return std::tuple(s.handle, s.created_at, s.id); });
  return found;
}

Result<std::vector<outbox::Due>> MemoryOutbox::due(const SubscriptionId& subscription, Instant now, std::size_t limit,
                                                   const InHand& in_hand) {
  const std::lock_guard lock(facts_.mutex);
  std::vector<outbox::Due> found;
  for (const auto& [at, id] : facts_.deliveries.due(subscription)) {
    if (at > now || found.size() >= limit) break;
    if (in_hand && in_hand(id)) continue;
    const Delivery& delivery = facts_.deliveries.find(id)->delivery;
    const auto event = facts_.events.find({delivery.handle, delivery.event});
    if (event == facts_.events.end()) continue;
    found.push_back({delivery, std::make_shared<const std::string>(event->second.body), event->second.occurred_at,
                     outbox::trace_in(event->second.cause)});
  }
  return found;
}

Result<std::optional<Instant>> MemoryOutbox::next_due(const SubscriptionId& subscription) {
  const std::lock_guard lock(facts_.mutex);
  const auto& due = facts_.deliveries.due(subscription);
  if (due.empty() || due.begin()->first == outbox::kBehindOthers) return std::nullopt;
  return due.begin()->first;
}

std::vector<Delivery> MemoryOutbox::newest_first(const std::vector<DeliveryId>& ids, std::size_t limit) {
  std::vector<Delivery> found;
  for (const DeliveryId& id : ids) found.push_back(facts_.deliveries.find(id)->delivery);
  std::ranges::sort(found, std::greater{}, outbox::place_of);
  if (found.size() > limit) found.resize(limit);
  return found;
}

Result<std::vector<Delivery>> MemoryOutbox::deliveries(const Handle& handle, const SubscriptionId& subscription,
                                                       std::size_t limit) {
  const std::lock_guard lock(facts_.mutex);
  std::vector<DeliveryId> wanted;
  for (const DeliveryId& id : facts_.deliveries.of_subscription(subscription))
    if (facts_.deliveries.find(id)->delivery.handle == handle) wanted.push_back(id);
  return newest_first(wanted, limit);
}

Result<std::optional<Delivery>> MemoryOutbox::delivery(const Handle& handle, const DeliveryId& id) {
  const std::lock_guard lock(facts_.mutex);
  const OwedDelivery* found = facts_.deliveries.find(id);
  if (!found || found->delivery.handle != handle) return std::nullopt;
  return found->delivery;
}

Result<std::vector<outbox::Attempt>> MemoryOutbox::attempts(const DeliveryId& id) {
  const std::lock_guard lock(facts_.mutex);
  std::vector<outbox::Attempt> found;
  if (const OwedDelivery* row = facts_.deliveries.find(id))
    for (const auto& [number, attempt] : row->attempts) found.push_back(attempt);
  return found;
}

Result<std::optional<outbox::Event>> MemoryOutbox::event(const Handle& handle, const EventId& id) {
  const std::lock_guard lock(facts_.mutex);
  const auto found = facts_.events.find({handle, id});
  if (found == facts_.events.end()) return std::nullopt;
  return found->second;
}

Result<std::vector<Delivery>> MemoryOutbox::deliveries_of(const Handle& handle, const EventId& id) {
  const std::lock_guard lock(facts_.mutex);
  return newest_first(facts_.deliveries.of_event(handle, id), std::numeric_limits<std::size_t>::max());
}

Result<std::vector<Delivery>> MemoryOutbox::deliveries_of(const Handle& handle, const SessionId& id,
                                                          std::size_t limit) {
  const std::lock_guard lock(facts_.mutex);
  const auto events = facts_.events_of_session.find({handle, id});
  if (events == facts_.events_of_session.end()) return std::vector<Delivery>{};
  std::vector<DeliveryId> wanted;
  for (const EventId& event : events->second)
    for (const DeliveryId& owed : facts_.deliveries.of_event(handle, event)) wanted.push_back(owed);
  return newest_first(wanted, limit);
}

Result<std::vector<outbox::Event>> MemoryOutbox::events_of(const Handle& handle, const SessionId& id,
                                                           const EventId& behind, std::size_t limit) {
  const std::lock_guard lock(facts_.mutex);
  std::vector<outbox::Event> found;
  const auto ids = facts_.events_of_session.find({handle, id});
  if (ids == facts_.events_of_session.end()) return found;
  for (const EventId& one : ids->second)
    if (one > behind) found.push_back(facts_.events.at({handle, one}));
  std::ranges::sort(found, {}, &outbox::Event::id);
  if (found.size() > limit) found.resize(limit);
  return found;
}

Result<bool> MemoryOutbox::was_known(const Handle& handle, const SubscriptionId& id) {
  const std::lock_guard lock(facts_.mutex);
  const auto found = facts_.subscriptions.find(id);
  return found != facts_.subscriptions.end() && found->second.deleted && found->second.subscription.handle == handle;
}

Result<outbox::Outbox::Backlog> MemoryOutbox::backlog() {
  const std::lock_guard lock(facts_.mutex);
  Backlog found;
  for (const auto& [id, row] : facts_.deliveries.all()) {
    const Delivery& d = row.delivery;
    found.queued += d.state == DeliveryState::kQueued;
    found.retrying += d.state == DeliveryState::kRetrying;
    found.held += d.state == DeliveryState::kHeld;
    if (d.state == DeliveryState::kQueued || d.state == DeliveryState::kRetrying)
      found.oldest_due = std::min(found.oldest_due.value_or(d.next_attempt_at), d.next_attempt_at);
  }
  return found;
}

}  // namespace beckon::store
