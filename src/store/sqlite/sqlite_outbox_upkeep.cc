// The queries of the outbox for maintenance and replays.
#include <algorithm>

#include "store/rows.h"
#include "store/sqlite/faults.h"
#include "store/sqlite/sqlite_outbox.h"

namespace beckon::store {
namespace {

using outbox::Delivery;
using outbox::Replay;
using outbox::ReplayRange;

}  // namespace

Result<std::vector<Delivery>> SqliteOutbox::held_before(Instant before, std::size_t limit) {
  return guarded([&]() -> Result<std::vector<Delivery>> {
    auto reader = readers_.borrow();
    return deliveries_from(reader->query("SELECT " BECKON_DELIVERY_COLUMNS
                                         "FROM delivery d INDEXED BY delivery_by_held "
                                         "WHERE d.state = 2 AND d.held_at < ?1 ORDER BY d.held_at, d.id LIMIT ?2",
                                         before, limit));
  });
}

// Those without rows are pending.
Result<std::vector<Delivery>> SqliteOutbox::oldest(const DeliveryId& behind, std::size_t limit) {
  return guarded([&]() -> Result<std::vector<Delivery>> {
    auto reader = readers_.borrow();
    return deliveries_from(reader->query(
        "SELECT " BECKON_DELIVERY_COLUMNS "FROM delivery d WHERE d.id > ?1 ORDER BY d.id LIMIT ?2", behind, limit));
  });
}

Result<std::vector<std::pair<Handle, EventId>>> SqliteOutbox::unmatched_before(Instant before, std::size_t limit) {
  return guarded([&]() -> Result<std::vector<std::pair<Handle, EventId>>> {
    auto reader = readers_.borrow();
    auto row = reader->query(
        "SELECT handle, id FROM event INDEXED BY event_unmatched "
        "WHERE unmatched = 1 AND occurred_at < ?1 ORDER BY occurred_at, handle, id LIMIT ?2",
        before, limit);
    std::vector<std::pair<Handle, EventId>> found;
    while (row.next()) found.emplace_back(Handle(row.text(0)), EventId(row.text(1)));
    return found;
  });
}

Result<std::vector<SubscriptionId>> SqliteOutbox::deleted_with_pending() {
  return guarded([&]() -> Result<std::vector<SubscriptionId>> {
    const auto owed = owed_.subscriptions();
    auto reader = readers_.borrow();
    auto row = reader->query(
        "SELECT s.id FROM subscription s WHERE s.deleted = 1 AND "
        "(EXISTS (SELECT 1 FROM delivery d INDEXED BY delivery_due WHERE d.subscription = s.id AND d.state < 2) OR "
        "EXISTS (SELECT 1 FROM delivery d INDEXED BY delivery_held WHERE d.subscription = s.id AND d.state = 2)) ORDER "
        "BY s.id");
    std::vector<SubscriptionId> found;
    while (row.next()) found.emplace_back(row.text(0));
    for (const SubscriptionId& id : owed)
      if (reader->query("SELECT 1 FROM subscription WHERE id = ?1 AND deleted = 1", id).next()) found.push_back(id);
    std::ranges::sort(found);
    const auto twice = std::ranges::unique(found);
    found.erase(twice.begin(), twice.end());
    return found;
  });
}

Result<std::vector<Delivery>> SqliteOutbox::replayable(const SubscriptionId& subscription, const ReplayRange& range,
                                                       const outbox::DeliveryPlace& behind, std::size_t limit) {
  return guarded([&]() -> Result<std::vector<Delivery>> {
    auto reader = readers_.borrow();
    auto row = reader->query("SELECT " BECKON_DELIVERY_COLUMNS
                             ", d.erased FROM delivery d INDEXED BY delivery_log "
                             "WHERE d.subscription = ?1 AND d.created_at >= ?2 AND d.created_at < ?3 AND d.state >= 4 "
                             "AND (d.created_at, d.id) > (?4, ?5) ORDER BY d.created_at, d.id",
                             subscription, std::max(range.since, behind.created_at), range.until, behind.created_at,
                             behind.id);
    std::vector<Delivery> found;
    while (found.size() < limit && row.next()) {
      Delivery delivery = delivery_from(row);
      if (outbox::is_in_range(range, delivery, row.integer(kDeliveryColumns) != 0))
        found.push_back(std::move(delivery));
    }
    return found;
  });
}

Result<std::uint64_t> SqliteOutbox::count_replayable(const SubscriptionId& subscription, const ReplayRange& range) {
  return guarded([&]() -> Result<std::uint64_t> {
    auto reader = readers_.borrow();
    auto row = reader->query(
        "SELECT d.state, d.rule, d.created_at, d.erased FROM delivery d INDEXED BY delivery_log "
        "WHERE d.subscription = ?1 AND d.created_at >= ?2 AND d.created_at < ?3 AND d.state >= 4",
        subscription, range.since, range.until);
    std::uint64_t count = 0;
    Delivery delivery;
    while (row.next()) {
      delivery.state = static_cast<outbox::DeliveryState>(row.integer(0));
      delivery.rule.text = row.text(1);
      delivery.created_at = row.instant(2);
      count += outbox::is_in_range(range, delivery, row.integer(3) != 0);
    }
    return count;
  });
}

Result<std::vector<Replay>> SqliteOutbox::running_replays() {
  return guarded([&]() -> Result<std::vector<Replay>> {
    auto reader = readers_.borrow();
    return replays_from(
        reader->query("SELECT " BECKON_REPLAY_COLUMNS "FROM replay WHERE state = 0 ORDER BY created_at, id"));
  });
}

Result<std::vector<Replay>> SqliteOutbox::replays(const Handle& handle, const SubscriptionId& subscription) {
  return guarded([&]() -> Result<std::vector<Replay>> {
    auto reader = readers_.borrow();
    return replays_from(reader->query("SELECT " BECKON_REPLAY_COLUMNS
                                      "FROM replay WHERE handle = ?1 AND subscription = ?2 "
                                      "ORDER BY created_at DESC, id DESC",
                                      handle, subscription));
  });
}

Result<std::optional<Replay>> SqliteOutbox::replay(const Handle& handle, const ReplayId& id) {
  return guarded([&]() -> Result<std::optional<Replay>> {
    auto reader = readers_.borrow();
    auto row = reader->query("SELECT " BECKON_REPLAY_COLUMNS "FROM replay WHERE handle = ?1 AND id = ?2", handle, id);
    if (!row.next()) return std::nullopt;
    return replay_from(row);
  });
}

}  // namespace beckon::store
