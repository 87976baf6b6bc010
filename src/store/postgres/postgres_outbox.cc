#include "store/postgres/postgres_outbox.h"

#include <algorithm>

#include "outbox/owed_lists.h"
#include "outbox/packed_attempt.h"
#include "outbox/traced_cause.h"
#include "store/postgres/faults.h"
#include "store/rows.h"

namespace beckon::store::postgres {
namespace {

std::shared_ptr<const std::string> body_of(Connection& reader, Shard shard, const outbox::Owed& owed) {
  auto row = reader.query("SELECT body FROM event WHERE shard = $1 AND handle = $2 AND id = $3 AND body <> '{}'", shard,
                          owed.delivery.handle, owed.delivery.event);
  return row.next() ? std::make_shared<const std::string>(row.text(0)) : nullptr;
}

}  // namespace

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
  const auto owed = owed_.due(subscription, now, limit, in_hand);
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
    if (!ids.empty()) {
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
    }
    outbox::merge_due(found, owed, limit,
                      [&](const outbox::Owed& one) { return body_of(reader, shards_.of(one.delivery.handle), one); });
    return found;
  });
}

Result<std::optional<Instant>> PostgresOutbox::next_due(const SubscriptionId& subscription) {
  const std::optional<Instant> owed = owed_.next_due(subscription);
  return readers_.read([&](Connection& reader) -> Result<std::optional<Instant>> {
    auto row = reader.query(
        "SELECT min((SELECT min(next_attempt_at) FROM delivery WHERE shard = s.id AND subscription = $2 "
        "AND state < 2)) FROM unnest($1::bigint[]) AS s(id)",
        shards_.of(subscription), subscription);
    if (!row.next() || row.is_null(0) || row.instant(0) == outbox::kBehindOthers) return owed;
    return std::min(owed.value_or(row.instant(0)), row.instant(0));
  });
}

Result<std::vector<Delivery>> PostgresOutbox::deliveries(const Handle& handle, const SubscriptionId& subscription,
                                                         std::size_t limit) {
  const auto owed = owed_.newest(handle, subscription, Instant::min(), outbox::kNewest, limit);
  return readers_.read([&](Connection& reader) -> Result<std::vector<Delivery>> {
    auto found =
        deliveries_from(reader.query("SELECT " BECKON_DELIVERY_COLUMNS
                                     "FROM delivery d WHERE d.shard = $4 AND d.subscription = $1 AND d.handle = $2 "
                                     "ORDER BY d.created_at DESC, d.id DESC LIMIT $3",
                                     subscription, handle, limit, shards_.of(handle)));
    outbox::merge_newest(found, owed, limit);
    return found;
  });
}

Result<std::optional<Delivery>> PostgresOutbox::delivery(const Handle& handle, const DeliveryId& id) {
  const outbox::OwedPtr owed = owed_.find(id);
  return readers_.read([&](Connection& reader) -> Result<std::optional<Delivery>> {
    auto row = reader.query("SELECT " BECKON_DELIVERY_COLUMNS
                            "FROM delivery d WHERE d.shard = $3 AND d.id = $1 AND d.handle = $2",
                            id, handle, shards_.of(handle));
    if (row.next()) return delivery_from(row);
    if (owed && owed->delivery.handle == handle) return owed->delivery;
    return std::nullopt;
  });
}

Result<std::vector<outbox::Attempt>> PostgresOutbox::attempts(const DeliveryId& id) {
  return readers_.read([&](Connection& reader) -> Result<std::vector<outbox::Attempt>> {
    const Transaction one_view(reader, Transaction::Kind::kRead);
    std::vector<outbox::Attempt> found;
    auto own =
        reader.query("SELECT attempt FROM delivery WHERE shard = ANY($2::bigint[]) AND id = $1", id, shards_.own());
    while (own.next())
      if (auto attempt = outbox::unpacked_attempt(own.text(0))) found.push_back(*std::move(attempt));
    auto row = reader.query("SELECT " BECKON_ATTEMPT_COLUMNS
                            "FROM attempt WHERE shard = ANY($2::bigint[]) AND delivery = $1 ORDER BY number",
                            id, shards_.own());
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
  const auto owed = owed_.of_event(handle, id);
  return readers_.read([&](Connection& reader) -> Result<std::vector<Delivery>> {
    auto found = deliveries_from(reader.query("SELECT " BECKON_DELIVERY_COLUMNS
                                              "FROM delivery d WHERE d.shard = $3 AND d.event = $1 AND d.handle = $2 "
                                              "ORDER BY d.created_at DESC, d.id DESC",
                                              id, handle, shards_.of(handle)));
    outbox::merge_newest(found, owed);
    return found;
  });
}

// Not a join: of tables that autovacuum has not looked at yet, PostgreSQL may compare every event of the handle with
// every delivery.
Result<std::vector<Delivery>> PostgresOutbox::deliveries_of(const Handle& handle, const SessionId& id,
                                                            std::size_t limit) {
  const auto owed = owed_.of_session(handle, id);
  return readers_.read([&](Connection& reader) -> Result<std::vector<Delivery>> {
    auto found = deliveries_from(reader.query(
        "SELECT " BECKON_DELIVERY_COLUMNS
        "FROM delivery d WHERE d.shard = $4 AND d.handle = $1 AND d.event = ANY(ARRAY(SELECT e.id FROM event e "
        "WHERE e.shard = $4 AND e.handle = $1 AND e.session = $2 AND e.session <> '')) "
        "ORDER BY d.created_at DESC, d.id DESC LIMIT $3",
        handle, id, limit, shards_.of(handle)));
    outbox::merge_newest(found, owed, limit);
    return found;
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
  const auto owed = owed_.waiting();
  return readers_.read([&](Connection& reader) -> Result<Backlog> {
    Backlog found;
    auto row = reader.query(
        "SELECT count(*) FILTER (WHERE state = 0), count(*) FILTER (WHERE state = 1), min(next_attempt_at) "
        "FROM delivery WHERE shard = ANY($1::bigint[]) AND state < 2",
        shards_.own());
    row.next();
    found.queued = row.whole(0) + owed.count;
    found.retrying = row.whole(1);
    found.oldest_due = owed.oldest;
    if (!row.is_null(2)) found.oldest_due = std::min(owed.oldest.value_or(row.instant(2)), row.instant(2));
    auto held =
        reader.query("SELECT count(*) FROM delivery WHERE shard = ANY($1::bigint[]) AND state = 2", shards_.own());
    held.next();
    found.held = held.whole(0);
    return found;
  });
}

}  // namespace beckon::store::postgres
