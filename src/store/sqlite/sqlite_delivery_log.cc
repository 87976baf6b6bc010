#include "store/sqlite/sqlite_delivery_log.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "outbox/owed_lists.h"
#include "store/rows.h"
#include "store/sqlite/faults.h"

namespace beckon::store {
namespace {

using outbox::Delivery;
using outbox::DeliverySearch;
using outbox::EndpointLog;
using outbox::FoundDeliveries;

Query walk(Connection& connection, const Handle& handle, const DeliverySearch& search, Instant before,
           std::string_view id) {
  if (!search.delivered) return connection.query(SqliteDeliveryLog::kUndelivered, handle, search.since, before, id);
  if (search.subscription)
    return connection.query(SqliteDeliveryLog::kOfEndpoint, *search.subscription, search.since, before, id);
  return connection.query(SqliteDeliveryLog::kOfHandle, handle, search.since, before, id);
}

// At most kMostWaiting: the count, and the first id; ids are in order of time.
struct Waiting {
  std::size_t count = 0;
  std::string oldest;
};
Waiting waiting_in(Query row) {
  row.next();
  return {row.whole(0), row.is_null(1) ? std::string{} : std::string(row.text(1))};
}

}  // namespace

#define BECKON_WALK(index, of)                                                       \
  "SELECT " BECKON_DELIVERY_COLUMNS "FROM delivery d INDEXED BY " index " WHERE " of \
  " AND d.created_at >= ?2 AND (d.created_at, d.id) < (?3, ?4) ORDER BY d.created_at DESC, d.id DESC"

const char* const SqliteDeliveryLog::kOfHandle = BECKON_WALK("delivery_of_handle", "d.handle = ?1");
const char* const SqliteDeliveryLog::kOfEndpoint = BECKON_WALK("delivery_log", "d.subscription = ?1");
const char* const SqliteDeliveryLog::kUndelivered =
    BECKON_WALK("delivery_undelivered", "d.handle = ?1 AND d.state <> 4");
const char* const SqliteDeliveryLog::kLog =
    "SELECT d.created_at, d.state, d.attempts, CASE WHEN a.outcome = 0 THEN a.total_us ELSE d.answer_us END, d.id "
    "FROM delivery d INDEXED BY delivery_log LEFT JOIN attempt a "
    "ON a.delivery = d.id AND a.number = d.attempts AND d.attempt IS NULL "
    "WHERE d.subscription = ?1 AND d.created_at >= ?2 ORDER BY d.created_at DESC, d.id DESC LIMIT ?3";
const char* const SqliteDeliveryLog::kDue =
    "SELECT count(*), min(id) FROM (SELECT id FROM delivery INDEXED BY delivery_due "
    "WHERE subscription = ?1 AND state < 2 ORDER BY next_attempt_at LIMIT ?2)";
const char* const SqliteDeliveryLog::kHeld =
    "SELECT count(*), min(id) FROM (SELECT id FROM delivery INDEXED BY delivery_held "
    "WHERE subscription = ?1 AND state = 2 LIMIT ?2)";

Result<FoundDeliveries> SqliteDeliveryLog::search(const Handle& handle, const DeliverySearch& search,
                                                  const std::optional<outbox::DeliveryPlace>& behind,
                                                  std::size_t limit) {
  return guarded([&]() -> Result<FoundDeliveries> {
    const bool from_place = behind && behind->created_at < search.until;
    const outbox::DeliveryPlace place = from_place ? *behind : outbox::DeliveryPlace{search.until, {}};
    const auto owed = owed_.newest(handle, search.subscription, search.since, place, FoundDeliveries::kMostRead + 1);
    auto reader = readers_.borrow();
    auto row = walk(*reader, handle, search, place.created_at, place.id.view());
    const auto next_row = [&] { return row.next() ? std::optional(delivery_from(row)) : std::nullopt; };
    return outbox::find_in(next_row, owed, handle, search, limit);
  });
}

Result<EndpointLog> SqliteDeliveryLog::log_of(const SubscriptionId& subscription, Instant since, std::size_t limit) {
  return guarded([&]() -> Result<EndpointLog> {
    const auto owed = owed_.newest_of(subscription, since, limit + 1);
    const auto owed_waiting = owed_.waiting(subscription);
    auto reader = readers_.borrow();
    const Transaction one_view(*reader, Transaction::Kind::kRead);
    EndpointLog found;
    {
      std::vector<outbox::PlacedEntry> rows;
      auto row = reader->query(kLog, subscription, since, limit + 1);
      while (row.next())
        rows.push_back({{row.instant(0), DeliveryId(row.text(4))},
                        {.created_at = row.instant(0),
                         .state = static_cast<outbox::DeliveryState>(row.integer(1)),
                         .attempts = static_cast<int>(row.integer(2)),
                         .answer_us = row.integer(3)}});
      outbox::put_entries(found, std::move(rows), owed, limit);
    }
    const Waiting due = waiting_in(reader->query(kDue, subscription, EndpointLog::kMostWaiting));
    const Waiting held = waiting_in(reader->query(kHeld, subscription, EndpointLog::kMostWaiting));
    found.waiting = std::min(due.count + held.count + owed_waiting.count, EndpointLog::kMostWaiting);
    found.waiting_since = owed_waiting.oldest;
    if (due.count + held.count == 0) return found;
    const bool is_due = !due.oldest.empty() && (held.oldest.empty() || due.oldest < held.oldest);
    auto oldest = reader->query("SELECT created_at FROM delivery WHERE id = ?1", is_due ? due.oldest : held.oldest);
    if (oldest.next())
      found.waiting_since = std::min(owed_waiting.oldest.value_or(oldest.instant(0)), oldest.instant(0));
    return found;
  });
}

static_assert(static_cast<int>(outbox::DeliveryState::kDelivered) == 4 &&
                  static_cast<int>(outbox::AttemptOutcome::kStatus) == 0,
              "the numbers stand in SQL");

}  // namespace beckon::store
