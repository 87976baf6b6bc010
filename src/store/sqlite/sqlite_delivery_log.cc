#include "store/sqlite/sqlite_delivery_log.h"

#include <algorithm>

#include "store/sqlite/faults.h"
#include "store/sqlite/outbox_columns.h"

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
    "SELECT d.created_at, d.state, d.attempts, CASE WHEN a.outcome = 0 THEN a.total_us ELSE 0 END "
    "FROM delivery d INDEXED BY delivery_log LEFT JOIN attempt a ON a.delivery = d.id AND a.number = d.attempts "
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
    auto reader = readers_.borrow();
    const bool from_place = behind && behind->created_at < search.until;
    auto row = walk(*reader, handle, search, from_place ? behind->created_at : search.until,
                    from_place ? behind->id.view() : std::string_view{});
    FoundDeliveries found;
    for (std::size_t read = 0; row.next(); ++read) {
      if (read == FoundDeliveries::kMostRead || found.deliveries.size() == limit) return found;
      Delivery delivery = delivery_from(row);
      found.more_behind = place_of(delivery);
      if (delivery.handle != handle || (search.subscription && delivery.subscription != *search.subscription)) continue;
      if (!search.fits || search.fits(delivery)) found.deliveries.push_back(std::move(delivery));
    }
    found.more_behind.reset();
    return found;
  });
}

Result<EndpointLog> SqliteDeliveryLog::log_of(const SubscriptionId& subscription, Instant since, std::size_t limit) {
  return guarded([&]() -> Result<EndpointLog> {
    auto reader = readers_.borrow();
    const Transaction one_view(*reader, Transaction::Kind::kRead);
    EndpointLog found;
    auto row = reader->query(kLog, subscription, since, limit + 1);
    while (row.next()) {
      found.more = found.entries.size() == limit;
      if (found.more) break;
      found.entries.push_back({.created_at = row.instant(0),
                               .state = static_cast<outbox::DeliveryState>(row.integer(1)),
                               .attempts = static_cast<int>(row.integer(2)),
                               .answer_us = row.integer(3)});
    }
    const Waiting due = waiting_in(reader->query(kDue, subscription, EndpointLog::kMostWaiting));
    const Waiting held = waiting_in(reader->query(kHeld, subscription, EndpointLog::kMostWaiting));
    found.waiting = std::min(due.count + held.count, EndpointLog::kMostWaiting);
    if (found.waiting == 0) return found;
    const bool is_due = !due.oldest.empty() && (held.oldest.empty() || due.oldest < held.oldest);
    auto oldest = reader->query("SELECT created_at FROM delivery WHERE id = ?1", is_due ? due.oldest : held.oldest);
    if (oldest.next()) found.waiting_since = oldest.instant(0);
    return found;
  });
}

static_assert(static_cast<int>(outbox::DeliveryState::kDelivered) == 4 &&
                  static_cast<int>(outbox::AttemptOutcome::kStatus) == 0,
              "the numbers stand in SQL");

}  // namespace beckon::store
