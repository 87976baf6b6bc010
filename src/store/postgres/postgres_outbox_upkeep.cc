// The queries of the outbox for maintenance and replays.
#include <algorithm>

#include "store/postgres/faults.h"
#include "store/postgres/postgres_outbox.h"
#include "store/rows.h"

namespace beckon::store::postgres {
namespace {

constexpr std::int64_t kPortion = 1'000;

using outbox::Delivery;
using outbox::Replay;
using outbox::ReplayRange;

}  // namespace

Result<std::vector<Delivery>> PostgresOutbox::held_before(Instant before, std::size_t limit) {
  return readers_.read([&](Connection& reader) -> Result<std::vector<Delivery>> {
    return deliveries_from(reader.query("SELECT " BECKON_DELIVERY_COLUMNS
                                        "FROM unnest($3::bigint[]) AS s(id) CROSS JOIN LATERAL ("
                                        "SELECT * FROM delivery WHERE shard = s.id AND state = 2 AND held_at < $1 "
                                        "ORDER BY held_at, id LIMIT $2) d ORDER BY d.held_at, d.id LIMIT $2",
                                        before, limit, shards_.own()));
  });
}

// Those without rows are pending.
Result<std::vector<Delivery>> PostgresOutbox::oldest(const DeliveryId& behind, std::size_t limit) {
  return readers_.read([&](Connection& reader) -> Result<std::vector<Delivery>> {
    return deliveries_from(reader.query(
        "SELECT " BECKON_DELIVERY_COLUMNS
        "FROM unnest($3::bigint[]) AS s(id) CROSS JOIN LATERAL ("
        "SELECT * FROM delivery WHERE shard = s.id AND id > $1 ORDER BY id LIMIT $2) d ORDER BY d.id LIMIT $2",
        behind, limit, shards_.own()));
  });
}

Result<std::vector<std::pair<Handle, EventId>>> PostgresOutbox::unmatched_before(Instant before, std::size_t limit) {
  return readers_.read([&](Connection& reader) -> Result<std::vector<std::pair<Handle, EventId>>> {
    auto row = reader.query(
        "SELECT e.handle, e.id FROM unnest($3::bigint[]) AS s(id) CROSS JOIN LATERAL ("
        "SELECT handle, id, occurred_at FROM event WHERE shard = s.id AND unmatched AND occurred_at < $1 "
        "ORDER BY occurred_at, handle, id LIMIT $2) e ORDER BY e.occurred_at, e.handle, e.id LIMIT $2",
        before, limit, shards_.own());
    std::vector<std::pair<Handle, EventId>> found;
    while (row.next()) found.emplace_back(Handle(row.text(0)), EventId(row.text(1)));
    return found;
  });
}

Result<std::vector<SubscriptionId>> PostgresOutbox::deleted_with_pending() {
  const auto owed = owed_.subscriptions();
  return readers_.read([&](Connection& reader) -> Result<std::vector<SubscriptionId>> {
    auto row = reader.query(
        "SELECT s.id FROM subscription s WHERE s.shard = ANY($1::bigint[]) AND s.deleted AND "
        "(EXISTS (SELECT 1 FROM delivery d WHERE d.shard = s.shard AND d.subscription = s.id AND d.state < 2) OR "
        "EXISTS (SELECT 1 FROM delivery d WHERE d.shard = s.shard AND d.subscription = s.id AND d.state = 2)) "
        "ORDER BY s.id",
        shards_.own());
    std::vector<SubscriptionId> found;
    while (row.next()) found.emplace_back(row.text(0));
    std::vector<std::string_view> ids;
    for (const SubscriptionId& id : owed) ids.push_back(id.view());
    if (ids.empty()) return found;
    auto more =
        reader.query("SELECT id FROM subscription WHERE shard = ANY($1::bigint[]) AND id = ANY($2::text[]) AND deleted",
                     shards_.own(), ids);
    while (more.next()) found.emplace_back(more.text(0));
    std::ranges::sort(found);
    const auto twice = std::ranges::unique(found);
    found.erase(twice.begin(), twice.end());
    return found;
  });
}

Result<std::vector<Delivery>> PostgresOutbox::replayable(const SubscriptionId& subscription, const ReplayRange& range,
                                                         const outbox::DeliveryPlace& behind, std::size_t limit) {
  return readers_.read([&](Connection& reader) -> Result<std::vector<Delivery>> {
    std::vector<Delivery> found;
    for (outbox::DeliveryPlace from = behind; found.size() < limit;) {
      auto row =
          reader.query("SELECT " BECKON_DELIVERY_COLUMNS
                       ", d.erased FROM unnest($6::bigint[]) AS s(id) CROSS JOIN LATERAL (SELECT * FROM delivery "
                       "WHERE shard = s.id AND subscription = $1 AND created_at >= $2 AND created_at < $3 "
                       "AND state >= 4 AND (created_at, id) > ($4, $5) ORDER BY created_at, id LIMIT $7) d "
                       "ORDER BY d.created_at, d.id LIMIT $7",
                       subscription, std::max(range.since, from.created_at), range.until, from.created_at, from.id,
                       shards_.of(subscription), kPortion);
      while (found.size() < limit && row.next()) {
        Delivery delivery = delivery_from(row);
        from = outbox::place_of(delivery);
        if (outbox::is_in_range(range, delivery, row.integer(kDeliveryColumns) != 0))
          found.push_back(std::move(delivery));
      }
      if (row.count() < kPortion) break;
    }
    return found;
  });
}

Result<std::uint64_t> PostgresOutbox::count_replayable(const SubscriptionId& subscription, const ReplayRange& range) {
  return readers_.read([&](Connection& reader) -> Result<std::uint64_t> {
    auto row = reader.query(
        "SELECT d.state, d.rule, d.created_at, d.erased FROM delivery d WHERE d.shard = ANY($4::bigint[]) "
        "AND d.subscription = $1 AND d.created_at >= $2 AND d.created_at < $3 AND d.state >= 4",
        subscription, range.since, range.until, shards_.of(subscription));
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

Result<std::vector<Replay>> PostgresOutbox::running_replays() {
  return readers_.read([&](Connection& reader) -> Result<std::vector<Replay>> {
    return replays_from(
        reader.query("SELECT " BECKON_REPLAY_COLUMNS
                     "FROM replay WHERE shard = ANY($1::bigint[]) AND state = 0 ORDER BY created_at, id",
                     shards_.own()));
  });
}

Result<std::vector<Replay>> PostgresOutbox::replays(const Handle& handle, const SubscriptionId& subscription) {
  return readers_.read([&](Connection& reader) -> Result<std::vector<Replay>> {
    return replays_from(reader.query("SELECT " BECKON_REPLAY_COLUMNS
                                     "FROM replay WHERE shard = $3 AND handle = $1 AND subscription = $2 "
                                     "ORDER BY created_at DESC, id DESC",
                                     handle, subscription, shards_.of(handle)));
  });
}

Result<std::optional<Replay>> PostgresOutbox::replay(const Handle& handle, const ReplayId& id) {
  return readers_.read([&](Connection& reader) -> Result<std::optional<Replay>> {
    auto row = reader.query("SELECT " BECKON_REPLAY_COLUMNS "FROM replay WHERE shard = $3 AND handle = $1 AND id = $2",
                            handle, id, shards_.of(handle));
    if (!row.next()) return std::nullopt;
    return replay_from(row);
  });
}

}  // namespace beckon::store::postgres
