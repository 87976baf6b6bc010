#include "store/sqlite/sqlite_outbox.h"

#include <algorithm>

#include "outbox/owed_lists.h"
#include "outbox/packed_attempt.h"
#include "outbox/traced_cause.h"
#include "store/rows.h"
#include "store/sqlite/deliveries_of_session.h"
#include "store/sqlite/faults.h"

namespace beckon::store {
namespace {

std::shared_ptr<const std::string> body_of(Connection& reader, const outbox::Owed& owed) {
  auto row = reader.query("SELECT body FROM event WHERE handle = ?1 AND id = ?2 AND body <> '{}'", owed.delivery.handle,
                          owed.delivery.event);
  return row.next() ? std::make_shared<const std::string>(row.text(0)) : nullptr;
}

}  // namespace

using outbox::Delivery;
using outbox::DeliveryState;

Result<std::vector<outbox::Subscription>> SqliteOutbox::subscriptions() {
  return guarded([&]() -> Result<std::vector<outbox::Subscription>> {
    auto reader = readers_.borrow();
    auto row = reader->query("SELECT " BECKON_SUBSCRIPTION_COLUMNS
                             "FROM subscription WHERE deleted = 0 ORDER BY handle, created_at, id");
    std::vector<outbox::Subscription> found;
    while (row.next()) found.push_back(subscription_from(row));
    return found;
  });
}

// Finds what is due in the index alone; reads only the rows that are requested.
Result<std::vector<outbox::Due>> SqliteOutbox::due(const SubscriptionId& subscription, Instant now, std::size_t limit,
                                                   const InHand& in_hand) {
  return guarded([&]() -> Result<std::vector<outbox::Due>> {
    const auto owed = owed_.due(subscription, now, limit, in_hand);
    auto reader = readers_.borrow();
    auto next = reader->query(
        "SELECT id FROM delivery INDEXED BY delivery_due "
        "WHERE subscription = ?1 AND state < 2 AND next_attempt_at <= ?2 ORDER BY next_attempt_at, id",
        subscription, now);
    std::vector<outbox::Due> found;
    found.reserve(std::min<std::size_t>(limit, 64));
    while (found.size() < limit && next.next()) {
      const DeliveryId id(next.text(0));
      if (in_hand && in_hand(id)) continue;
      auto row = reader->query("SELECT " BECKON_DELIVERY_COLUMNS
                               ", e.occurred_at, e.body, e.cause FROM delivery d "
                               "CROSS JOIN event e ON e.handle = d.handle AND e.id = d.event WHERE d.id = ?1",
                               id);
      if (!row.next()) continue;
      found.push_back({delivery_from(row), std::make_shared<const std::string>(row.text(kDeliveryColumns + 1)),
                       row.instant(kDeliveryColumns), outbox::trace_in(row.text(kDeliveryColumns + 2))});
    }
    outbox::merge_due(found, owed, limit, [&](const outbox::Owed& one) { return body_of(*reader, one); });
    return found;
  });
}

Result<std::optional<Instant>> SqliteOutbox::next_due(const SubscriptionId& subscription) {
  return guarded([&]() -> Result<std::optional<Instant>> {
    const std::optional<Instant> owed = owed_.next_due(subscription);
    auto reader = readers_.borrow();
    auto row = reader->query(
        "SELECT next_attempt_at FROM delivery WHERE subscription = ?1 AND state < 2 "
        "ORDER BY next_attempt_at LIMIT 1",
        subscription);
    if (!row.next() || row.instant(0) == outbox::kBehindOthers) return owed;
    return std::min(owed.value_or(row.instant(0)), row.instant(0));
  });
}

Result<std::vector<Delivery>> SqliteOutbox::deliveries(const Handle& handle, const SubscriptionId& subscription,
                                                       std::size_t limit) {
  return guarded([&]() -> Result<std::vector<Delivery>> {
    const auto owed = owed_.newest(handle, subscription, Instant::min(), outbox::kNewest, limit);
    auto reader = readers_.borrow();
    auto found = deliveries_from(reader->query("SELECT " BECKON_DELIVERY_COLUMNS
                                               "FROM delivery d WHERE d.subscription = ?1 AND d.handle = ?2 "
                                               "ORDER BY d.created_at DESC, d.id DESC LIMIT ?3",
                                               subscription, handle, limit));
    outbox::merge_newest(found, owed, limit);
    return found;
  });
}

Result<std::optional<Delivery>> SqliteOutbox::delivery(const Handle& handle, const DeliveryId& id) {
  return guarded([&]() -> Result<std::optional<Delivery>> {
    const outbox::OwedPtr owed = owed_.find(id);
    auto reader = readers_.borrow();
    auto row = reader->query("SELECT " BECKON_DELIVERY_COLUMNS "FROM delivery d WHERE d.id = ?1 AND d.handle = ?2", id,
                             handle);
    if (row.next()) return delivery_from(row);
    if (owed && owed->delivery.handle == handle) return owed->delivery;
    return std::nullopt;
  });
}

Result<std::vector<outbox::Attempt>> SqliteOutbox::attempts(const DeliveryId& id) {
  return guarded([&]() -> Result<std::vector<outbox::Attempt>> {
    auto reader = readers_.borrow();
    const Transaction one_view(*reader, Transaction::Kind::kRead);
    std::vector<outbox::Attempt> found;
    {
      auto row = reader->query("SELECT attempt FROM delivery WHERE id = ?1 AND attempt IS NOT NULL", id);
      if (row.next())
        if (auto own = outbox::unpacked_attempt(row.text(0))) found.push_back(*std::move(own));
    }
    auto row = reader->query("SELECT " BECKON_ATTEMPT_COLUMNS "FROM attempt WHERE delivery = ?1 ORDER BY number", id);
    while (row.next()) found.push_back(attempt_from(row));
    return found;
  });
}

Result<std::optional<outbox::Event>> SqliteOutbox::event(const Handle& handle, const EventId& id) {
  return guarded([&]() -> Result<std::optional<outbox::Event>> {
    auto reader = readers_.borrow();
    auto row = reader->query("SELECT " BECKON_EVENT_COLUMNS "FROM event WHERE handle = ?1 AND id = ?2", handle, id);
    if (!row.next()) return std::nullopt;
    return event_from(row);
  });
}

Result<std::vector<Delivery>> SqliteOutbox::deliveries_of(const Handle& handle, const EventId& id) {
  return guarded([&]() -> Result<std::vector<Delivery>> {
    const auto owed = owed_.of_event(handle, id);
    auto reader = readers_.borrow();
    auto found = deliveries_from(
        reader->query("SELECT " BECKON_DELIVERY_COLUMNS
                      "FROM delivery d INDEXED BY delivery_by_event WHERE d.event = ?1 AND d.handle = ?2 "
                      "ORDER BY d.created_at DESC, d.id DESC",
                      id, handle));
    outbox::merge_newest(found, owed);
    return found;
  });
}

Result<std::vector<Delivery>> SqliteOutbox::deliveries_of(const Handle& handle, const SessionId& id,
                                                          std::size_t limit) {
  return guarded([&]() -> Result<std::vector<Delivery>> {
    const auto owed = owed_.of_session(handle, id);
    auto reader = readers_.borrow();
    auto found = deliveries_from(reader->query("SELECT " BECKON_DELIVERY_COLUMNS "FROM " BECKON_DELIVERIES_OF_SESSION
                                               "ORDER BY d.created_at DESC, d.id DESC LIMIT ?3",
                                               handle, id, limit));
    outbox::merge_newest(found, owed, limit);
    return found;
  });
}

Result<std::vector<outbox::Event>> SqliteOutbox::events_of(const Handle& handle, const SessionId& id,
                                                           const EventId& behind, std::size_t limit) {
  return guarded([&]() -> Result<std::vector<outbox::Event>> {
    auto reader = readers_.borrow();
    auto row = reader->query(
        "SELECT " BECKON_EVENT_COLUMNS
        "FROM event WHERE handle = ?1 AND session = ?2 AND session <> '' AND id > ?3 ORDER BY id LIMIT ?4",
        handle, id, behind, limit);
    std::vector<outbox::Event> found;
    while (row.next()) found.push_back(event_from(row));
    return found;
  });
}

Result<bool> SqliteOutbox::was_known(const Handle& handle, const SubscriptionId& id) {
  return guarded([&]() -> Result<bool> {
    auto reader = readers_.borrow();
    return reader->query("SELECT 1 FROM subscription WHERE handle = ?1 AND id = ?2 AND deleted = 1", handle, id).next();
  });
}

// Two scans, each of a partial index of pending deliveries.
Result<outbox::Outbox::Backlog> SqliteOutbox::backlog() {
  return guarded([&]() -> Result<Backlog> {
    const auto owed = owed_.waiting();
    auto reader = readers_.borrow();
    Backlog found;
    auto row = reader->query(
        "SELECT count(*) FILTER (WHERE state = 0), count(*) FILTER (WHERE state = 1), min(next_attempt_at) "
        "FROM delivery INDEXED BY delivery_due WHERE state < 2");
    row.next();
    found.queued = row.whole(0) + owed.count;
    found.retrying = row.whole(1);
    found.oldest_due = owed.oldest;
    if (!row.is_null(2)) found.oldest_due = std::min(owed.oldest.value_or(row.instant(2)), row.instant(2));
    auto held = reader->query("SELECT count(*) FROM delivery INDEXED BY delivery_held WHERE state = 2");
    held.next();
    found.held = held.whole(0);
    return found;
  });
}

}  // namespace beckon::store
