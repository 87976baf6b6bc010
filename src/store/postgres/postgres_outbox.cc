#include "store/postgres/postgres_outbox.h"

#include <algorithm>

#include "outbox/traced_cause.h"
#include "store/postgres/faults.h"
#include "store/rows.h"

namespace beckon::store::postgres {
using outbox::Delivery;
using outbox::DeliveryState;

Result<std::vector<outbox::Subscription>> PostgresOutbox::subscriptions() {
  return readers_.read([&](Connection& reader) -> Result<std::vector<outbox::Subscription>> {
    auto row = reader.query("SELECT " BECKON_SUBSCRIPTION_COLUMNS
                            "FROM subscription WHERE shard = ANY($1::bigint[]) AND NOT deleted "
                            "ORDER BY handle, created_at, id",
                            shards_.own());
    std::vector<outbox::Subscription> found;
    while (row.next()) found.push_back(subscription_from(row));
    return found;
  });
}

// Finds what is due in the index alone, in portions, since what is in hand comes first; reads only the rows that are
// requested.
Result<std::vector<outbox::Due>> PostgresOutbox::due(const SubscriptionId& subscription, Instant now, std::size_t limit,
                                                     const InHand& in_hand) {
  return readers_.read([&](Connection& reader) -> Result<std::vector<outbox::Due>> {
    const auto shards = shards_.of(subscription);
    std::vector<std::string> ids;
    Instant due = Instant::min();
    std::string id;
    for (std::size_t portion = limit;; portion = std::max<std::size_t>(1'000, portion)) {
      auto next = reader.query(
          "SELECT d.next_attempt_at, d.id FROM unnest($1::bigint[]) AS s(id) CROSS JOIN LATERAL ("
          "SELECT next_attempt_at, id FROM delivery WHERE shard = s.id AND subscription = $2 AND state < 2 "
          "AND next_attempt_at <= $3 AND (next_attempt_at, id) > ($4, $5) ORDER BY next_attempt_at, id LIMIT $6) d "
          "ORDER BY d.next_attempt_at, d.id LIMIT $6",
          shards, subscription, now, due, id, portion);
      while (ids.size() < limit && next.next()) {
        due = next.instant(0);
        id = next.text(1);
        if (!in_hand || !in_hand(DeliveryId(id))) ids.push_back(id);
      }
      if (ids.size() == limit || static_cast<std::size_t>(next.count()) < portion) break;
    }
    std::vector<outbox::Due> found;
    if (ids.empty()) return found;
    const std::vector<std::string_view> wanted(ids.begin(), ids.end());
    auto row = reader.query("SELECT " BECKON_DELIVERY_COLUMNS
                            ", e.occurred_at, e.body, e.cause FROM unnest($1::bigint[]) AS s(id) "
                            "CROSS JOIN unnest($2::text[]) WITH ORDINALITY AS w(id, place) "
                            "CROSS JOIN LATERAL (SELECT * FROM delivery WHERE shard = s.id AND id = w.id LIMIT 1) d "
                            "JOIN event e ON e.shard = d.shard AND e.handle = d.handle AND e.id = d.event "
                            "ORDER BY w.place",
                            shards, wanted);
    while (row.next())
      found.push_back({delivery_from(row), std::make_shared<const std::string>(row.text(kDeliveryColumns + 1)),
                       row.instant(kDeliveryColumns), outbox::trace_in(row.text(kDeliveryColumns + 2))});
    return found;
  });
}

Result<std::optional<Instant>> PostgresOutbox::next_due(const SubscriptionId& subscription) {
  return readers_.read([&](Connection& reader) -> Result<std::optional<Instant>> {
    auto row = reader.query(
        "SELECT min((SELECT min(next_attempt_at) FROM delivery WHERE shard = s.id AND subscription = $2 "
        "AND state < 2)) FROM unnest($1::bigint[]) AS s(id)",
        shards_.of(subscription), subscription);
    if (!row.next() || row.is_null(0) || row.instant(0) == outbox::kBehindOthers) return std::nullopt;
    return row.instant(0);
  });
}

Result<std::vector<Delivery>> PostgresOutbox::deliveries(const Handle& handle, const SubscriptionId& subscription,
                                                         std::size_t limit) {
  return readers_.read([&](Connection& reader) -> Result<std::vector<Delivery>> {
    return deliveries_from(reader.query("SELECT " BECKON_DELIVERY_COLUMNS
                                        "FROM delivery d WHERE d.shard = $4 AND d.subscription = $1 AND d.handle = $2 "
                                        "ORDER BY d.created_at DESC, d.id DESC LIMIT $3",
                                        subscription, handle, limit, shards_.of(handle)));
  });
}

Result<std::optional<Delivery>> PostgresOutbox::delivery(const Handle& handle, const DeliveryId& id) {
  return readers_.read([&](Connection& reader) -> Result<std::optional<Delivery>> {
    auto row = reader.query("SELECT " BECKON_DELIVERY_COLUMNS
                            "FROM delivery d WHERE d.shard = $3 AND d.id = $1 AND d.handle = $2",
                            id, handle, shards_.of(handle));
    if (!row.next()) return std::nullopt;
    return delivery_from(row);
  });
}

Result<std::vector<outbox::Attempt>> PostgresOutbox::attempts(const DeliveryId& id) {
  return readers_.read([&](Connection& reader) -> Result<std::vector<outbox::Attempt>> {
    auto row = reader.query("SELECT " BECKON_ATTEMPT_COLUMNS
                            "FROM attempt WHERE shard = ANY($2::bigint[]) AND delivery = $1 ORDER BY number",
                            id, shards_.own());
    std::vector<outbox::Attempt> found;
    while (row.next()) found.push_back(attempt_from(row));
    return found;
  });
}

Result<std::optional<outbox::Event>> PostgresOutbox::event(const Handle& handle, const EventId& id) {
  return readers_.read([&](Connection& reader) -> Result<std::optional<outbox::Event>> {
    auto row = reader.query("SELECT " BECKON_EVENT_COLUMNS "FROM event WHERE shard = $3 AND handle = $1 AND id = $2",
                            handle, id, shards_.of(handle));
    if (!row.next()) return std::nullopt;
    return event_from(row);
  });
}

Result<std::vector<Delivery>> PostgresOutbox::deliveries_of(const Handle& handle, const EventId& id) {
  return readers_.read([&](Connection& reader) -> Result<std::vector<Delivery>> {
    return deliveries_from(reader.query("SELECT " BECKON_DELIVERY_COLUMNS
                                        "FROM delivery d WHERE d.shard = $3 AND d.event = $1 AND d.handle = $2 "
                                        "ORDER BY d.created_at DESC, d.id DESC",
                                        id, handle, shards_.of(handle)));
  });
}

// Not a join: of tables that autovacuum has not looked at yet, PostgreSQL may compare every event of the handle with
// every delivery.
Result<std::vector<Delivery>> PostgresOutbox::deliveries_of(const Handle& handle, const SessionId& id,
                                                            std::size_t limit) {
  return readers_.read([&](Connection& reader) -> Result<std::vector<Delivery>> {
    return deliveries_from(reader.query(
        "SELECT " BECKON_DELIVERY_COLUMNS
        "FROM delivery d WHERE d.shard = $4 AND d.handle = $1 AND d.event = ANY(ARRAY(SELECT e.id FROM event e "
        "WHERE e.shard = $4 AND e.handle = $1 AND e.session = $2 AND e.session <> '')) "
        "ORDER BY d.created_at DESC, d.id DESC LIMIT $3",
        handle, id, limit, shards_.of(handle)));
  });
}

Result<std::vector<outbox::Event>> PostgresOutbox::events_of(const Handle& handle, const SessionId& id,
                                                             const EventId& behind, std::size_t limit) {
  return readers_.read([&](Connection& reader) -> Result<std::vector<outbox::Event>> {
    auto row = reader.query("SELECT " BECKON_EVENT_COLUMNS
                            "FROM event WHERE shard = $5 AND handle = $1 AND session = $2 AND session <> '' AND id > "
                            "$3 ORDER BY id LIMIT $4",
                            handle, id, behind, limit, shards_.of(handle));
    std::vector<outbox::Event> found;
    while (row.next()) found.push_back(event_from(row));
    return found;
  });
}

Result<bool> PostgresOutbox::was_known(const Handle& handle, const SubscriptionId& id) {
  return readers_.read([&](Connection& reader) -> Result<bool> {
    return reader
        .query("SELECT 1 FROM subscription WHERE shard = $3 AND handle = $1 AND id = $2 AND deleted", handle, id,
               shards_.of(handle))
        .next();
  });
}

// Two scans, each of a partial index of pending deliveries.
Result<outbox::Outbox::Backlog> PostgresOutbox::backlog() {
  return readers_.read([&](Connection& reader) -> Result<Backlog> {
    Backlog found;
    auto row = reader.query(
        "SELECT count(*) FILTER (WHERE state = 0), count(*) FILTER (WHERE state = 1), min(next_attempt_at) "
        "FROM delivery WHERE shard = ANY($1::bigint[]) AND state < 2",
        shards_.own());
    row.next();
    found.queued = row.whole(0);
    found.retrying = row.whole(1);
    if (!row.is_null(2)) found.oldest_due = row.instant(2);
    auto held =
        reader.query("SELECT count(*) FROM delivery WHERE shard = ANY($1::bigint[]) AND state = 2", shards_.own());
    held.next();
    found.held = held.whole(0);
    return found;
  });
}

}  // namespace beckon::store::postgres
