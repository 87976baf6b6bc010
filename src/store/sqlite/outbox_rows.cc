#include <sqlite3.h>

#include <iterator>

#include "outbox/packed_attempt.h"
#include "outbox/reduced_body.h"
#include "outbox/transitions.h"
#include "store/sqlite/batch_rows.h"
#include "store/sqlite/deliveries_of_session.h"

namespace beckon::store {
namespace {

using commit::Batch;
using outbox::Delivery;
using outbox::DeliveryState;
using outbox::Standing;

Standing standing_of(bool known, bool deleted, bool enabled) {
  if (!known) return Standing::kUnknown;
  if (deleted) return Standing::kDeleted;
  return enabled ? Standing::kEnabled : Standing::kDisabled;
}

Standing standing(Writing& writing, const SubscriptionId& id) {
  const auto [known_here, is_new] = writing.standings.try_emplace(id);
  if (!is_new) return known_here->second;
  auto row = writing.connection.query("SELECT deleted, enabled FROM subscription WHERE id = ?1", id);
  const bool known = row.next();
  return known_here->second = standing_of(known, known && row.integer(0) != 0, known && row.integer(1) != 0);
}

// A turn after those of its line; the first in a line has turn 1 and does not wait.
std::int64_t take_turn(Connection& connection, Delivery& d) {
  auto last = connection.query(
      "SELECT max(turn) FROM delivery INDEXED BY delivery_turn "
      "WHERE subscription = ?1 AND session = ?2 AND turn > 0 AND state < 4 AND id <> ?3",
      d.subscription, d.session, d.id);
  last.next();
  if (last.is_null(0)) return 1;
  outbox::wait_behind(d);
  return last.integer(0) + 1;
}

// What a transition needs to know about a delivery.
struct Current {
  Delivery delivery;
  Standing standing = Standing::kUnknown;
  bool erased = false;
  bool has_attempt = false;  // in its row
};

std::optional<Current> current(Connection& connection, const DeliveryId& id) {
  auto row = connection.query(
      "SELECT d.state, d.attempts, d.schedule_step, d.next_attempt_at, d.ended_at, d.reason, d.last_status, d.erased, "
      "s.id IS NOT NULL, s.deleted, s.enabled, d.rule, d.held_at, d.turn > 0, d.subscription, d.session, "
      "d.event_type, d.valid_until, d.attempt IS NOT NULL FROM delivery d LEFT JOIN subscription s ON s.id = "
      "d.subscription WHERE d.id = ?1",
      id);
  if (!row.next()) return std::nullopt;
  Current found;
  found.delivery.id = id;
  found.delivery.state = static_cast<DeliveryState>(row.integer(0));
  found.delivery.attempts = static_cast<int>(row.integer(1));
  found.delivery.schedule_step = static_cast<int>(row.integer(2));
  found.delivery.next_attempt_at = row.instant(3);
  found.delivery.ended_at = row.instant(4);
  found.delivery.reason = row.text(5);
  found.delivery.last_status = static_cast<int>(row.integer(6));
  found.erased = row.integer(7) != 0;
  found.standing = standing_of(row.integer(8) != 0, row.integer(9) != 0, row.integer(10) != 0);
  found.delivery.rule = RuleId(row.text(11));
  found.delivery.held_at = row.instant(12);
  found.delivery.ordered = row.integer(13) != 0;
  found.delivery.subscription = SubscriptionId(row.text(14));
  found.delivery.session = SessionId(row.text(15));
  found.delivery.event_type = row.text(16);
  found.delivery.valid_until = row.instant(17);
  found.has_attempt = row.integer(18) != 0;
  return found;
}

void let_next_go(Connection& connection, const Delivery& left, Instant at) {
  Delivery first;
  {
    auto row = connection.query(
        "SELECT id, next_attempt_at FROM delivery INDEXED BY delivery_turn WHERE subscription = ?1 AND session = ?2 "
        "AND turn > 0 AND state < 4 ORDER BY turn LIMIT 1",
        left.subscription, left.session);
    if (!row.next()) return;
    first.id = DeliveryId(row.text(0));
    first.next_attempt_at = row.instant(1);
  }
  if (outbox::let_go(first, at))
    connection.run("UPDATE delivery SET next_attempt_at = ?2 WHERE id = ?1", first.id, first.next_attempt_at);
}

// Writes every change of a delivery's row except that of end_pending.
void save(Connection& connection, const Delivery& was, Delivery now) {
  if (outbox::joins_line(&was, now)) {
    const std::int64_t turn = take_turn(connection, now);
    connection.run("UPDATE delivery SET turn = ?2 WHERE id = ?1", now.id, turn);
  }
  connection.run(
      "UPDATE delivery SET state = ?2, attempts = ?3, schedule_step = ?4, next_attempt_at = ?5, "
      "ended_at = ?6, reason = ?7, last_status = ?8, held_at = ?9 WHERE id = ?1",
      now.id, now.state, now.attempts, now.schedule_step, now.next_attempt_at, now.ended_at, now.reason,
      now.last_status, now.held_at);
  if (outbox::leaves_line(was, now)) let_next_go(connection, was, now.ended_at);
}

// `transition` takes a Delivery& and the rest of Current, and returns whether it changed the delivery.
template <class Transition>
void change(Connection& connection, const DeliveryId& id, const Transition& transition) {
  const auto found = current(connection, id);
  if (!found) return;
  Delivery next = found->delivery;
  if (transition(next, *found)) save(connection, found->delivery, std::move(next));
}

// Ids from the first column. Reads to the end before any row changes.
std::vector<DeliveryId> ids_of(Query row) {
  std::vector<DeliveryId> ids;
  while (row.next()) ids.emplace_back(row.text(0));
  return ids;
}

std::string_view given_text(sqlite3_value* value) {
  const auto* bytes = static_cast<const char*>(sqlite3_value_blob(value));
  return {bytes ? bytes : "", static_cast<std::size_t>(sqlite3_value_bytes(value))};
}

void withdraw(Connection& connection, const std::vector<DeliveryId>& ids, std::string_view reason, Instant at) {
  for (const DeliveryId& id : ids)
    change(connection, id, [&](Delivery& one, const Current&) { return outbox::withdraw(one, reason, at); });
}

// The texts of an attempt belong to the session: none are stored after an erasure.
void add(Connection& connection, const DeliveryId& id, const outbox::Attempt& a, bool erased) {
  const std::string_view sent = erased ? std::string_view("{}") : a.request_headers;
  const std::string_view headers = erased ? std::string_view{} : a.response_headers;
  const std::string_view body = erased ? std::string_view{} : a.response_body;
  connection.run(
      "INSERT INTO attempt (delivery, number, at, outcome, status, error, dns_us, connect_us, tls_us, "
      "first_byte_us, total_us, request_headers, response_body, url, response_headers, response_headers_cut) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16) ON CONFLICT DO NOTHING",
      id, a.number, a.at, a.outcome, a.status, a.error, a.dns_us, a.connect_us, a.tls_us, a.first_byte_us, a.total_us,
      sent, Blob{body}, a.url, Blob{headers}, a.response_headers_cut);
}

// Moves the attempt in a delivery's row to a row of its own.
void take_attempt_out(Connection& connection, const DeliveryId& id) {
  std::optional<outbox::Attempt> attempt;
  {
    auto row = connection.query("SELECT attempt FROM delivery WHERE id = ?1 AND attempt IS NOT NULL", id);
    if (!row.next()) return;
    attempt = outbox::unpacked_attempt(row.text(0));
  }
  if (attempt) add(connection, id, *attempt, false);
  connection.run("UPDATE delivery SET attempt = NULL, answer_us = 0 WHERE id = ?1", id);
}

// The common case of a delivery with a row, in one statement without reading it: the result of settle() for a pending
// delivery that this attempt ends. Those that are in a line, erased, or have other attempts in their rows or later ones
// are read first.
bool end_pending(Connection& connection, const outbox::Settlement& s, Instant at) {
  if (s.attempt.number == 0 || !is_final(s.state)) return false;
  Delivery ended;
  outbox::settle(ended, Standing::kUnknown, s, at);
  connection.run(
      "UPDATE delivery SET state = ?2, attempts = ?3, schedule_step = ?4, ended_at = ?5, reason = ?6, last_status = ?7 "
      "WHERE id = ?1 AND state < 2 AND NOT erased AND turn = 0 AND attempts <= ?3 AND attempt IS NULL",
      s.delivery, ended.state, ended.attempts, ended.schedule_step, ended.ended_at, ended.reason, ended.last_status);
  if (connection.changes() == 0) return false;
  add(connection, s.delivery, s.attempt, false);
  return true;
}

void erase(Connection& connection, const DeliveryId& id, std::string_view reason, Instant at) {
  take_attempt_out(connection, id);
  connection.run(
      "UPDATE attempt SET request_headers = '{}', response_headers = x'', response_body = x'' WHERE delivery = ?1", id);
  change(connection, id, [&](Delivery& one, const Current&) {
    outbox::erase(one, reason, at);
    connection.run("UPDATE delivery SET session = ?2, erased = 1, same = 0 WHERE id = ?1", id, one.session);
    return true;
  });
}

// At most kSweep of the pending ones. Two statements, since each partial index covers its own states.
void withdraw_some(Writing& writing, const SubscriptionId& id, std::string_view reason) {
  Connection& connection = writing.connection;
  write_owed_of(writing, id, false);
  auto ids = ids_of(
      connection.query("SELECT id FROM delivery WHERE subscription = ?1 AND state < 2 LIMIT ?2", id, Batch::kSweep));
  const std::size_t left = Batch::kSweep - ids.size();
  auto held =
      ids_of(connection.query("SELECT id FROM delivery WHERE subscription = ?1 AND state = 2 LIMIT ?2", id, left));
  ids.insert(ids.end(), std::move_iterator(held.begin()), std::move_iterator(held.end()));
  withdraw(connection, ids, reason, writing.at);
  if (ids.size() == Batch::kSweep) writing.unfinished.push_back(id);
}

void withdraw_by_value(Writing& writing, const commit::WithdrawReason& ended) {
  Connection& connection = writing.connection;
  std::vector<std::pair<DeliveryId, const commit::WithdrawReason::OfValue*>> found;
  auto row = connection.query(
      "SELECT id, anchor_at, same FROM delivery WHERE handle = ?1 AND rule = ?2 AND rule <> '' AND state <= 2 "
      "AND session = ?3",
      ended.handle, ended.rule, ended.session);
  while (row.next()) {
    const auto value = std::ranges::find(ended.values, row.whole(2), &commit::WithdrawReason::OfValue::same);
    if (value != ended.values.end() && row.instant(1) <= value->anchor_until)
      found.emplace_back(DeliveryId(row.text(0)), &*value);
  }
  for (const auto& [id, value] : found) withdraw(connection, {id}, value->reason, writing.at);
}

}  // namespace

// Events are immutable: writing one again has no effect.
void apply(Writing& writing, const outbox::Event& event) {
  writing.connection.run(
      "INSERT INTO event (handle, id, type, occurred_at, session, cause, body, unmatched) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING",
      event.handle, event.id, event.type, event.occurred_at, event.session, event.cause, event.body, event.unmatched);
  if (writing.connection.changes() > 0) writing.new_events[event.id.view()] = &event;
}

void insert_delivery(Connection& connection, const Delivery& d, std::int64_t turn, std::uint64_t record,
                     const outbox::Attempt* attempt) {
  std::string packed;
  std::optional<Blob> bytes;
  if (attempt) bytes = Blob{packed = outbox::packed_attempt(*attempt)};
  const std::int64_t answer_us = attempt && attempt->outcome == outbox::AttemptOutcome::kStatus ? attempt->total_us : 0;
  connection.run(
      "INSERT INTO delivery (id, event, subscription, handle, event_type, session, state, attempts, "
      "schedule_step, created_at, next_attempt_at, ended_at, reason, last_status, rule, anchor_at, valid_until, "
      "held_at, turn, same, record, answer_us, attempt) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, "
      "?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23) ON CONFLICT DO NOTHING",
      d.id, d.event, d.subscription, d.handle, d.event_type, d.session, d.state, d.attempts, d.schedule_step,
      d.created_at, d.next_attempt_at, d.ended_at, d.reason, d.last_status, d.rule, d.anchor_at, d.valid_until,
      d.held_at, turn, d.same, record, answer_us, bytes);
}

void apply(Writing& writing, const Delivery& given) {
  Connection& connection = writing.connection;
  Delivery d = given;
  outbox::admit(d, standing(writing, d.subscription), writing.at);
  if (keep_owed(writing, d)) return;
  const std::int64_t turn = outbox::joins_line(nullptr, d) ? take_turn(connection, d) : 0;
  insert_delivery(connection, d, turn, 0);
}

void apply(Writing& writing, const outbox::Settlement& settlement) {
  Connection& connection = writing.connection;
  if (end_owed(writing, settlement) || end_pending(connection, settlement, writing.at)) return;
  change(connection, settlement.delivery, [&](Delivery& one, const Current& known) {
    if (settlement.attempt.number > 0 && known.has_attempt) take_attempt_out(connection, one.id);
    if (settlement.attempt.number > 0) add(connection, one.id, settlement.attempt, known.erased);
    outbox::settle(one, known.standing, settlement, writing.at);
    return true;
  });
}

void apply(Writing& writing, const commit::RemoveSubscription& removed) {
  mark_deleted(writing, removed.subscription);
  withdraw_some(writing, removed.subscription, outbox::kSubscriptionDeleted);
}

void apply(Writing& writing, const commit::WithdrawSubscription& wish) {
  withdraw_some(writing, wish.subscription, wish.reason);
}

void apply(Writing& writing, const commit::HoldSubscription& wish) {
  Connection& connection = writing.connection;
  if (wish.held) write_owed_of(writing, wish.subscription, true);
  const auto ids =
      wish.held ? ids_of(connection.query(
                      "SELECT id FROM delivery WHERE subscription = ?1 AND state < 2 AND event_type <> ?3 LIMIT ?2",
                      wish.subscription, Batch::kSweep, outbox::kTestEventType))
                : ids_of(connection.query("SELECT id FROM delivery WHERE subscription = ?1 AND state = 2 LIMIT ?2",
                                          wish.subscription, Batch::kSweep));
  for (const DeliveryId& id : ids)
    change(connection, id, [&](Delivery& one, const Current&) {
      return wish.held ? outbox::hold(one, wish.reason, writing.at) : outbox::release(one, writing.at);
    });
  if (ids.size() == Batch::kSweep) writing.unfinished.push_back(wish.subscription);
}

void apply(Writing& writing, const commit::Requeue& wish) {
  write_owed(writing, wish.delivery);
  change(writing.connection, wish.delivery, [&](Delivery& one, const Current& known) {
    return outbox::requeue(one, known.standing, known.erased, wish.at);
  });
}

// `rule <> ''` and `state <= 2` match the condition of the partial index.
void apply(Writing& writing, const commit::WithdrawReason& ended) {
  Connection& connection = writing.connection;
  if (!ended.values.empty()) return withdraw_by_value(writing, ended);
  const auto ids =
      ended.session.empty()
          ? ids_of(connection.query(
                "SELECT id FROM delivery WHERE handle = ?1 AND rule = ?2 AND rule <> '' AND state <= 2", ended.handle,
                ended.rule))
          : ids_of(connection.query("SELECT id FROM delivery WHERE handle = ?1 AND rule = ?2 AND rule <> '' "
                                    "AND state <= 2 AND session = ?3 AND anchor_at <= ?4",
                                    ended.handle, ended.rule, ended.session, ended.anchor_until));
  withdraw(connection, ids, ended.reason, writing.at);
}

void apply(Writing& writing, const commit::WithdrawJoined& joined) {
  std::vector<outbox::PendingMessage> pending;
  for (const SessionId& session : joined.sessions) {
    auto row = writing.connection.query(
        "SELECT id, event, same FROM delivery WHERE handle = ?1 AND rule = ?2 AND rule <> '' AND state <= 2 "
        "AND session = ?3",
        joined.handle, joined.rule, session);
    while (row.next()) pending.push_back({DeliveryId(row.text(0)), EventId(row.text(1)), row.whole(2)});
  }
  withdraw(writing.connection, outbox::all_but_the_earliest(pending), outbox::kJoined, writing.at);
}

// None that is owed is held.
void apply(Writing& writing, const commit::GiveUp& wish) {
  change(writing.connection, wish.delivery,
         [&](Delivery& one, const Current&) { return outbox::give_up(one, wish.reason, writing.at); });
}

void apply(Writing& writing, const commit::SetClockBack& set) {
  write_owed(writing, writing.owed.created_after(writing.at));
  writing.connection.run(
      "UPDATE delivery SET next_attempt_at = earlier(next_attempt_at, ?2, ?1) "
      "WHERE state < 2 AND next_attempt_at > ?1 AND next_attempt_at < ?3",
      writing.at, set.by.count(), outbox::kBehindOthers);
}

void erase_from_outbox(Writing& writing, const Handle& handle, const SessionId& session, std::string_view reason,
                       const EventId& behind, const EventId& last) {
  Connection& connection = writing.connection;
  write_owed(writing, writing.owed.of_session(handle, session));
  const auto ids = ids_of(connection.query("SELECT d.id FROM " BECKON_DELIVERIES_OF_SESSION
                                           "AND e.id > ?3 AND (?4 = '' OR e.id <= ?4)",
                                           handle, session, behind, last));
  for (const DeliveryId& id : ids) erase(connection, id, reason, writing.at);
  connection.run(
      "UPDATE event SET session = '', cause = '{}', body = '{}' "
      "WHERE handle = ?1 AND session = ?2 AND session <> '' AND id > ?3 AND (?4 = '' OR id <= ?4)",
      handle, session, behind, last);
}

void reduce_outbox(Writing& writing, const Handle& handle, const SessionId& session, const EventId& behind) {
  Connection& connection = writing.connection;
  write_owed(writing, writing.owed.of_session(handle, session));
  const auto with_attempt = ids_of(connection.query("SELECT d.id FROM " BECKON_DELIVERIES_OF_SESSION
                                                    "AND e.id > ?3 AND d.attempt IS NOT NULL",
                                                    handle, session, behind));
  for (const DeliveryId& id : with_attempt) take_attempt_out(connection, id);
  connection.run(
      "UPDATE attempt SET response_headers = x'', response_body = x'' WHERE delivery IN ("
      "SELECT d.id FROM " BECKON_DELIVERIES_OF_SESSION
      "AND e.id > ?3 "
      "AND reduced_body(e.body, e.cause) IS NOT NULL)",
      handle, session, behind);
  connection.run(
      "UPDATE event SET body = coalesce(reduced_body(body, cause), body) "
      "WHERE handle = ?1 AND session = ?2 AND session <> '' AND id > ?3",
      handle, session, behind);
}

// The SQL functions outbox::earlier(due, by, at) and outbox::reduced_body(body, cause), for any number of rows.
void add_outbox_functions(Connection& connection) {
  const auto earlier = [](sqlite3_context* context, int, sqlite3_value** given) {
    const auto moved =
        outbox::earlier(instant_ms(sqlite3_value_int64(given[0])), Duration{sqlite3_value_int64(given[1])},
                        instant_ms(sqlite3_value_int64(given[2])));
    sqlite3_result_int64(context, to_ms(moved));
  };
  const auto reduced = [](sqlite3_context* context, int, sqlite3_value** given) {
    const auto body = outbox::reduced_body(given_text(given[0]), given_text(given[1]));
    if (body) sqlite3_result_text64(context, body->data(), body->size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  };
  constexpr int kKind = SQLITE_UTF8 | SQLITE_DETERMINISTIC;
  int code =
      sqlite3_create_function_v2(connection.raw(), "earlier", 3, kKind, nullptr, earlier, nullptr, nullptr, nullptr);
  if (code == SQLITE_OK)
    code = sqlite3_create_function_v2(connection.raw(), "reduced_body", 2, kKind, nullptr, reduced, nullptr, nullptr,
                                      nullptr);
  if (code != SQLITE_OK) throw SqliteError(code, 0, sqlite3_errmsg(connection.raw()));
}

static_assert(static_cast<int>(DeliveryState::kRetrying) < 2 && static_cast<int>(DeliveryState::kHeld) == 2 &&
                  static_cast<int>(DeliveryState::kDelivered) == 4 && static_cast<int>(DeliveryState::kFailed) == 5 &&
                  static_cast<int>(DeliveryState::kWithdrawn) == 6,
              "the numbers stand in the schema and in SQL");

}  // namespace beckon::store
