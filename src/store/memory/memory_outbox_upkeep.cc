// The queries of the outbox for maintenance and replays.
#include <algorithm>

#include "store/memory/memory_outbox.h"

namespace beckon::store {

using outbox::Delivery;
using outbox::DeliveryState;
using outbox::Replay;
using outbox::ReplayRange;

Result<std::vector<Delivery>> MemoryOutbox::held_before(Instant before, std::size_t limit) {
  const std::lock_guard lock(facts_.mutex);
  std::vector<Delivery> found;
  for (const DeliveryId& id : facts_.deliveries.held()) {
    const Delivery& delivery = facts_.deliveries.find(id)->delivery;
    if (delivery.held_at >= before || found.size() == limit) break;
    found.push_back(delivery);
  }
  return found;
}

Result<std::vector<Delivery>> MemoryOutbox::oldest(const DeliveryId& behind, std::size_t limit) {
  const std::lock_guard lock(facts_.mutex);
  std::vector<Delivery> found;
  const auto& all = facts_.deliveries.all();
  for (auto row = all.upper_bound(behind); row != all.end() && found.size() < limit; ++row)
    found.push_back(row->second.delivery);
  return found;
}

Result<std::vector<std::pair<Handle, EventId>>> MemoryOutbox::unmatched_before(Instant before, std::size_t limit) {
  const std::lock_guard lock(facts_.mutex);
  std::vector<std::tuple<Instant, Handle, EventId>> old;
  for (const auto& [key, event] : facts_.events)
    if (event.unmatched && event.occurred_at < before) old.emplace_back(event.occurred_at, key.first, key.second);
  std::ranges::sort(old);
  if (old.size() > limit) old.resize(limit);
  std::vector<std::pair<Handle, EventId>> found;
  for (auto& [at, handle, id] : old) found.emplace_back(std::move(handle), std::move(id));
  return found;
}

Result<std::vector<SubscriptionId>> MemoryOutbox::deleted_with_pending() {
  const std::lock_guard lock(facts_.mutex);
  std::vector<SubscriptionId> found;
  for (const auto& [id, known] : facts_.subscriptions)
    if (known.deleted && !facts_.deliveries.pending(id).empty()) found.push_back(id);
  return found;
}

std::vector<Delivery> MemoryOutbox::in_range(const SubscriptionId& subscription, const ReplayRange& range) {
  std::vector<Delivery> found;
  for (const DeliveryId& id : facts_.deliveries.of_subscription(subscription)) {
    const OwedDelivery& row = *facts_.deliveries.find(id);
    if (outbox::is_in_range(range, row.delivery, row.erased)) found.push_back(row.delivery);
  }
  std::ranges::sort(found, {}, [](const Delivery& d) { return std::pair(d.created_at, d.id); });
  return found;
}

Result<std::vector<Delivery>> MemoryOutbox::replayable(const SubscriptionId& subscription, const ReplayRange& range,
                                                       const outbox::DeliveryPlace& behind, std::size_t limit) {
  const std::lock_guard lock(facts_.mutex);
  auto found = in_range(subscription, range);
  std::erase_if(found, [&](const Delivery& d) {
    return std::pair(d.created_at, d.id) <= std::pair(behind.created_at, behind.id);
  });
  if (found.size() > limit) found.resize(limit);
  return found;
}

Result<std::uint64_t> MemoryOutbox::count_replayable(const SubscriptionId& subscription, const ReplayRange& range) {
  const std::lock_guard lock(facts_.mutex);
  return in_range(subscription, range).size();
}

Result<std::vector<Replay>> MemoryOutbox::running_replays() {
  const std::lock_guard lock(facts_.mutex);
  std::vector<Replay> found;
  for (const auto& [key, replay] : facts_.replays)
    if (replay.state == outbox::ReplayState::kRunning) found.push_back(replay);
  std::ranges::sort(found, {}, [](const Replay& r) { return std::pair(r.created_at, r.id); });
  return found;
}

Result<std::vector<Replay>> MemoryOutbox::replays(const Handle& handle, const SubscriptionId& subscription) {
  const std::lock_guard lock(facts_.mutex);
  std::vector<Replay> found;
  for (const auto& [key, replay] : facts_.replays)
    if (key.first == handle && replay.subscription == subscription) found.push_back(replay);
  std::ranges::sort(found, std::greater{}, [](const Replay& r) { return std::pair(r.created_at, r.id); });
  return found;
}

Result<std::optional<Replay>> MemoryOutbox::replay(const Handle& handle, const ReplayId& id) {
  const std::lock_guard lock(facts_.mutex);
  const auto found = facts_.replays.find({handle, id});
  if (found == facts_.replays.end()) return std::nullopt;
  return found->second;
}

}  // namespace beckon::store
