#include "store/memory/memory_delivery_log.h"

#include <algorithm>

namespace beckon::store {
namespace {

using outbox::Delivery;
using outbox::DeliveryState;

std::vector<const OwedDelivery*> newest_first(std::vector<const OwedDelivery*> rows) {
  std::ranges::sort(rows, std::greater{}, [](const OwedDelivery* row) { return place_of(row->delivery); });
  return rows;
}

}  // namespace

Result<outbox::FoundDeliveries> MemoryDeliveryLog::search(const Handle& handle, const outbox::DeliverySearch& search,
                                                          const std::optional<outbox::DeliveryPlace>& behind,
                                                          std::size_t limit) {
  const std::lock_guard lock(facts_.mutex);
  std::vector<const OwedDelivery*> rows;
  for (const auto& [id, row] : facts_.deliveries.all()) {
    const Delivery& d = row.delivery;
    if (d.handle == handle && (!search.subscription || d.subscription == *search.subscription) &&
        (search.delivered || d.state != DeliveryState::kDelivered) && d.created_at >= search.since &&
        d.created_at < search.until && (!behind || place_of(d) < *behind))
      rows.push_back(&row);
  }
  outbox::FoundDeliveries found;
  std::size_t read = 0;
  for (const OwedDelivery* row : newest_first(std::move(rows))) {
    if (read++ == outbox::FoundDeliveries::kMostRead || found.deliveries.size() == limit) return found;
    found.more_behind = place_of(row->delivery);
    if (!search.fits || search.fits(row->delivery)) found.deliveries.push_back(row->delivery);
  }
  found.more_behind.reset();
  return found;
}

Result<outbox::EndpointLog> MemoryDeliveryLog::log_of(const SubscriptionId& subscription, Instant since,
                                                      std::size_t limit) {
  const std::lock_guard lock(facts_.mutex);
  outbox::EndpointLog found;
  std::vector<const OwedDelivery*> rows;
  for (const DeliveryId& id : facts_.deliveries.of_subscription(subscription)) {
    const OwedDelivery* row = facts_.deliveries.find(id);
    const Delivery& d = row->delivery;
    if (d.created_at >= since) rows.push_back(row);
    if (is_final(d.state) || found.waiting == outbox::EndpointLog::kMostWaiting) continue;
    ++found.waiting;
    found.waiting_since = std::min(found.waiting_since.value_or(d.created_at), d.created_at);
  }
  for (const OwedDelivery* row : newest_first(std::move(rows))) {
    found.more = found.entries.size() == limit;
    if (found.more) break;
    const auto last = row->attempts.find(row->delivery.attempts);
    const bool answered = last != row->attempts.end() && last->second.outcome == outbox::AttemptOutcome::kStatus;
    found.entries.push_back({.created_at = row->delivery.created_at,
                             .state = row->delivery.state,
                             .attempts = row->delivery.attempts,
                             .answer_us = answered ? last->second.total_us : 0});
  }
  return found;
}

}  // namespace beckon::store
