#include "store/postgres/postgres_delivery_log.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "outbox/owed_lists.h"
#include "store/postgres/faults.h"
#include "store/rows.h"

namespace beckon::store::postgres {
namespace {

using outbox::Delivery;
using outbox::DeliverySearch;
using outbox::EndpointLog;
using outbox::FoundDeliveries;

// At most kMostWaiting: the count, and the first id; ids are in order of time.
struct Waiting {
  std::size_t count = 0;
  std::string oldest;
};
Waiting waiting_in(Rows row) {
  row.next();
  return {row.whole(0), row.is_null(1) ? std::string{} : std::string(row.text(1))};
}

// The rows of one index in its order, newest first: $1 what it begins with, $2 since, $3 and $4 the place to start
// after.
#define BECKON_PG_WALK(of)                                                       \
  "SELECT " BECKON_DELIVERY_COLUMNS "FROM delivery d WHERE d.shard = $6 AND " of \
  " AND d.created_at >= $2 AND (d.created_at, d.id) < ($3, $4) ORDER BY d.created_at DESC, d.id DESC LIMIT $5"

Rows walk(Connection& connection, Shard shard, const Handle& handle, const DeliverySearch& search, Instant before,
          std::string_view id) {
  constexpr std::int64_t kMost = FoundDeliveries::kMostRead + 1;
  if (!search.delivered)
    return connection.query(BECKON_PG_WALK("d.handle = $1 AND d.state <> 4"), handle, search.since, before, id, kMost,
                            shard);
  if (search.subscription)
    return connection.query(BECKON_PG_WALK("d.subscription = $1"), *search.subscription, search.since, before, id,
                            kMost, shard);
  return connection.query(BECKON_PG_WALK("d.handle = $1"), handle, search.since, before, id, kMost, shard);
}

constexpr const char* kLog =
    "SELECT d.created_at, d.state, d.attempts, CASE WHEN a.outcome = 0 THEN a.total_us ELSE d.answer_us END, d.id "
    "FROM unnest($4::bigint[]) AS s(id) CROSS JOIN LATERAL (SELECT shard, id, created_at, state, attempts, answer_us "
    "FROM delivery "
    "WHERE shard = s.id AND subscription = $1 AND created_at >= $2 ORDER BY created_at DESC, id DESC LIMIT $3) d "
    "LEFT JOIN attempt a ON a.shard = d.shard AND a.delivery = d.id AND a.number = d.attempts "
    "ORDER BY d.created_at DESC, d.id DESC LIMIT $3";
constexpr const char* kDue =
    "SELECT count(*), min(id) FROM (SELECT id FROM delivery WHERE shard = ANY($3::bigint[]) AND subscription = $1 "
    "AND state < 2 ORDER BY next_attempt_at LIMIT $2) AS due";
constexpr const char* kHeld =
    "SELECT count(*), min(id) FROM (SELECT id FROM delivery WHERE shard = ANY($3::bigint[]) AND subscription = $1 "
    "AND state = 2 LIMIT $2) AS held";

}  // namespace

Result<FoundDeliveries> PostgresDeliveryLog::search(const Handle& handle, const DeliverySearch& search,
                                                    const std::optional<outbox::DeliveryPlace>& behind,
                                                    std::size_t limit) {
  const bool from_place = behind && behind->created_at < search.until;
  const outbox::DeliveryPlace place = from_place ? *behind : outbox::DeliveryPlace{search.until, {}};
  const auto owed = owed_.newest(handle, search.subscription, search.since, place, FoundDeliveries::kMostRead + 1);
  return readers_.read([&](Connection& reader) -> Result<FoundDeliveries> {
    auto row = walk(reader, shards_.of(handle), handle, search, place.created_at, place.id.view());
    const auto next_row = [&] { return row.next() ? std::optional(delivery_from(row)) : std::nullopt; };
    return outbox::find_in(next_row, owed, handle, search, limit);
  });
}

Result<EndpointLog> PostgresDeliveryLog::log_of(const SubscriptionId& subscription, Instant since, std::size_t limit) {
  const auto owed = owed_.newest_of(subscription, since, limit + 1);
  const auto owed_waiting = owed_.waiting(subscription);
  return readers_.read([&](Connection& reader) -> Result<EndpointLog> {
    const Transaction one_view(reader, Transaction::Kind::kRead);
    const auto shards = shards_.of(subscription);
    EndpointLog found;
    auto row = reader.query(kLog, subscription, since, limit + 1, shards);
    std::vector<outbox::PlacedEntry> rows;
    while (row.next())
      rows.push_back({{row.instant(0), DeliveryId(row.text(4))},
                      {.created_at = row.instant(0),
                       .state = static_cast<outbox::DeliveryState>(row.integer(1)),
                       .attempts = static_cast<int>(row.integer(2)),
                       .answer_us = row.integer(3)}});
    outbox::put_entries(found, std::move(rows), owed, limit);
    const Waiting due = waiting_in(reader.query(kDue, subscription, EndpointLog::kMostWaiting, shards));
    const Waiting held = waiting_in(reader.query(kHeld, subscription, EndpointLog::kMostWaiting, shards));
    found.waiting = std::min(due.count + held.count + owed_waiting.count, EndpointLog::kMostWaiting);
    found.waiting_since = owed_waiting.oldest;
    if (due.count + held.count == 0) return found;
    const bool is_due = !due.oldest.empty() && (held.oldest.empty() || due.oldest < held.oldest);
    auto oldest = reader.query("SELECT created_at FROM delivery WHERE shard = ANY($2::bigint[]) AND id = $1",
                               is_due ? due.oldest : held.oldest, shards);
    if (oldest.next())
      found.waiting_since = std::min(owed_waiting.oldest.value_or(oldest.instant(0)), oldest.instant(0));
    return found;
  });
}

static_assert(static_cast<int>(outbox::DeliveryState::kDelivered) == 4 &&
                  static_cast<int>(outbox::AttemptOutcome::kStatus) == 0,
              "the numbers stand in SQL");

}  // namespace beckon::store::postgres
