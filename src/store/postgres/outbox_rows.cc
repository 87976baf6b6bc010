#include <algorithm>
#include <iterator>
#include <type_traits>
#include <utility>

#include "outbox/packed_attempt.h"
#include "outbox/reduced_body.h"
#include "outbox/transitions.h"
#include "store/postgres/batch_rows.h"

namespace beckon::store::postgres {
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

// A turn after those of its line; the first in a line has turn 1 and does not wait.
std::int64_t take_turn(Writing& writing, Shard shard, Delivery& d) {
  auto last = writing.connection.query(
      "SELECT max(turn) FROM delivery "
      "WHERE shard = $1 AND subscription = $2 AND session = $3 AND turn > 0 AND state < 4 AND id <> $4",
      shard, d.subscription, d.session, d.id);
  last.next();
  if (last.is_null(0)) return 1;
  outbox::wait_behind(d);
  return last.integer(0) + 1;
}

Current current_from(const Rows& row) {
  Current found;
  found.shard = row.integer(0);
  found.delivery.id = DeliveryId(row.text(1));
  found.delivery.state = static_cast<DeliveryState>(row.integer(2));
  found.delivery.attempts = static_cast<int>(row.integer(3));
  found.delivery.schedule_step = static_cast<int>(row.integer(4));
  found.delivery.next_attempt_at = row.instant(5);
  found.delivery.ended_at = row.instant(6);
  found.delivery.reason = row.text(7);
  found.delivery.last_status = static_cast<int>(row.integer(8));
  found.erased = row.integer(9) != 0;
  found.standing = standing_of(row.integer(10) != 0, row.integer(11) != 0, row.integer(12) != 0);
  found.delivery.rule = RuleId(row.text(13));
  found.delivery.held_at = row.instant(14);
  found.delivery.ordered = row.integer(15) != 0;
  found.delivery.subscription = SubscriptionId(row.text(16));
  found.delivery.session = SessionId(row.text(17));
  found.delivery.event_type = row.text(18);
  found.delivery.valid_until = row.instant(19);
  found.attempt = row.text(20);
  return found;
}

void read_current(Writing& writing, std::vector<std::string_view> ids) {
  std::ranges::sort(ids);
  const auto again = std::ranges::unique(ids);
  ids.erase(again.begin(), again.end());
  if (ids.empty()) return;
  send_new_rows(writing);
  for (const std::string_view id : ids) writing.deliveries[DeliveryId(id)] = std::nullopt;
  auto row = writing.connection.query(
      "SELECT d.shard, d.id, d.state, d.attempts, d.schedule_step, d.next_attempt_at, d.ended_at, d.reason, "
      "d.last_status, d.erased, s.id IS NOT NULL, s.deleted, s.enabled, d.rule, d.held_at, d.turn > 0, "
      "d.subscription, d.session, d.event_type, d.valid_until, d.attempt FROM unnest($1::bigint[]) AS w(shard) "
      "CROSS JOIN unnest($2::text[]) AS i(id) CROSS JOIN LATERAL "
      "(SELECT * FROM delivery WHERE shard = w.shard AND id = i.id LIMIT 1) d "
      "LEFT JOIN subscription s ON s.shard = d.shard AND s.id = d.subscription",
      writing.shards.own(), ids);
  while (row.next()) {
    Current one = current_from(row);
    writing.deliveries[one.delivery.id] = std::move(one);
  }
}

std::optional<Current>& current(Writing& writing, const DeliveryId& id) {
  const auto known = writing.deliveries.find(id);
  if (known != writing.deliveries.end()) return known->second;
  read_current(writing, {id.view()});
  return writing.deliveries[id];
}

void let_next_go(Writing& writing, Shard shard, const Delivery& left, Instant at) {
  auto row = writing.connection.query(
      "SELECT id, next_attempt_at FROM delivery WHERE shard = $1 AND subscription = $2 AND session = $3 "
      "AND turn > 0 AND state < 4 ORDER BY turn LIMIT 1",
      shard, left.subscription, left.session);
  if (!row.next()) return;
  Delivery first;
  first.id = DeliveryId(row.text(0));
  first.next_attempt_at = row.instant(1);
  if (!outbox::let_go(first, at)) return;
  writing.connection.run("UPDATE delivery SET next_attempt_at = $3 WHERE shard = $1 AND id = $2", shard, first.id,
                         first.next_attempt_at);
  const auto known = writing.deliveries.find(first.id);
  if (known != writing.deliveries.end() && known->second)
    known->second->delivery.next_attempt_at = first.next_attempt_at;
}

// Writes every change of a delivery's row.
void save(Writing& writing, Current& stored, Delivery now) {
  send_new_rows(writing);
  const Delivery was = std::move(stored.delivery);
  const Shard shard = writing.touch(stored.shard);
  if (outbox::joins_line(&was, now)) {
    const std::int64_t turn = take_turn(writing, shard, now);
    writing.connection.run("UPDATE delivery SET turn = $3 WHERE shard = $1 AND id = $2", shard, now.id, turn);
  }
  writing.connection.run(
      "UPDATE delivery SET state = $3, attempts = $4, schedule_step = $5, next_attempt_at = $6, ended_at = $7, "
      "reason = $8, last_status = $9, held_at = $10 WHERE shard = $1 AND id = $2",
      shard, now.id, now.state, now.attempts, now.schedule_step, now.next_attempt_at, now.ended_at, Blob{now.reason},
      now.last_status, now.held_at);
  stored.delivery = std::move(now);
  if (outbox::leaves_line(was, stored.delivery)) let_next_go(writing, shard, was, stored.delivery.ended_at);
}

// `transition` takes a Delivery& and the rest of Current, and returns whether it changed the delivery.
template <class Transition>
void change(Writing& writing, const DeliveryId& id, const Transition& transition) {
  auto& found = current(writing, id);
  if (!found) return;
  Delivery next = found->delivery;
  if (transition(next, *found)) save(writing, *found, std::move(next));
}

std::vector<DeliveryId> ids_of(Rows row) {
  std::vector<DeliveryId> ids;
  while (row.next()) ids.emplace_back(row.text(0));
  return ids;
}

// Reads them in one query, for one change after the other.
void look_at(Writing& writing, const std::vector<DeliveryId>& ids) {
  std::vector<std::string_view> unknown;
  for (const DeliveryId& id : ids)
    if (!writing.deliveries.contains(id)) unknown.push_back(id.view());
  read_current(writing, std::move(unknown));
}

void withdraw(Writing& writing, const std::vector<DeliveryId>& ids, std::string_view reason) {
  look_at(writing, ids);
  for (const DeliveryId& id : ids)
    change(writing, id, [&](Delivery& one, const Current&) { return outbox::withdraw(one, reason, writing.at()); });
}

// Moves the attempt in a delivery's row to a row of its own.
void take_attempt_out(Writing& writing, Current& stored) {
  if (stored.attempt.empty()) return;
  const Shard shard = writing.touch(stored.shard);
  if (const auto attempt = outbox::unpacked_attempt(std::exchange(stored.attempt, {})))
    add(writing, shard, stored.delivery.id, *attempt, false);
  writing.connection.run("UPDATE delivery SET attempt = NULL, answer_us = 0 WHERE shard = $1 AND id = $2", shard,
                         stored.delivery.id);
}

void erase(Writing& writing, const DeliveryId& id, std::string_view reason) {
  auto& found = current(writing, id);
  if (!found) return;
  const Shard shard = writing.touch(found->shard);
  take_attempt_out(writing, *found);
  writing.connection.run(
      "UPDATE attempt SET request_headers = '{}', response_headers = '', response_body = '' "
      "WHERE shard = $1 AND delivery = $2",
      shard, id);
  Delivery next = found->delivery;
  outbox::erase(next, reason, writing.at());
  writing.connection.run("UPDATE delivery SET session = $3, erased = true, same = 0 WHERE shard = $1 AND id = $2",
                         shard, id, next.session);
  found->erased = true;
  save(writing, *found, std::move(next));
}

// At most kSweep of the pending ones. Two statements, since each partial index covers its own states.
void withdraw_some(Writing& writing, const SubscriptionId& id, std::string_view reason) {
  Connection& connection = writing.connection;
  write_owed_of(writing, id, false);
  const auto shards = writing.touch(writing.shards.of(id));
  auto ids = ids_of(connection.query(
      "SELECT id FROM delivery WHERE shard = ANY($1::bigint[]) AND subscription = $2 AND state < 2 LIMIT $3", shards,
      id, Batch::kSweep));
  const std::size_t left = Batch::kSweep - ids.size();
  auto held = ids_of(connection.query(
      "SELECT id FROM delivery WHERE shard = ANY($1::bigint[]) AND subscription = $2 AND state = 2 LIMIT $3", shards,
      id, left));
  ids.insert(ids.end(), std::move_iterator(held.begin()), std::move_iterator(held.end()));
  withdraw(writing, ids, reason);
  if (ids.size() == Batch::kSweep) writing.unfinished.push_back(id);
}

void withdraw_by_value(Writing& writing, const commit::WithdrawReason& ended) {
  std::vector<std::pair<DeliveryId, const commit::WithdrawReason::OfValue*>> found;
  auto row = writing.connection.query(
      "SELECT id, anchor_at, same FROM delivery WHERE shard = $1 AND handle = $2 AND rule = $3 AND rule <> '' "
      "AND state <= 2 AND session = $4",
      writing.touch(ended.handle), ended.handle, ended.rule, ended.session);
  while (row.next()) {
    const auto value = std::ranges::find(ended.values, row.whole(2), &commit::WithdrawReason::OfValue::same);
    if (value != ended.values.end() && row.instant(1) <= value->anchor_until)
      found.emplace_back(DeliveryId(row.text(0)), &*value);
  }
  for (const auto& [id, value] : found) withdraw(writing, {id}, value->reason);
}

// The session's deliveries of events after `behind` up to `last`; if empty, of all.
#define BECKON_PG_EVENTS_OF_SESSION \
  "e.shard = $1 AND e.handle = $2 AND e.session = $3 AND e.session <> '' AND e.id > $4 "

}  // namespace

Standing standing(Writing& writing, Shard shard, const SubscriptionId& id) {
  if (const auto known = writing.standings.find(id); known != writing.standings.end()) return known->second;
  auto row =
      writing.connection.query("SELECT deleted, enabled FROM subscription WHERE shard = $1 AND id = $2", shard, id);
  const bool known = row.next();
  return writing.standings[id] = standing_of(known, known && row.integer(0) != 0, known && row.integer(1) != 0);
}

void add(Writing& writing, Shard shard, const DeliveryId& delivery, const outbox::Attempt& a, bool erased) {
  const std::string_view sent = erased ? std::string_view("{}") : a.request_headers;
  const std::string_view headers = erased ? std::string_view{} : a.response_headers;
  const std::string_view body = erased ? std::string_view{} : a.response_body;
  writing.connection.run(
      "INSERT INTO attempt (shard, delivery, number, at, outcome, status, error, dns_us, connect_us, tls_us, "
      "first_byte_us, total_us, request_headers, response_body, url, response_headers, response_headers_cut) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) ON CONFLICT DO NOTHING",
      shard, delivery, a.number, a.at, a.outcome, a.status, Blob{a.error}, a.dns_us, a.connect_us, a.tls_us,
      a.first_byte_us, a.total_us, Blob{sent}, Blob{body}, Blob{a.url}, Blob{headers}, a.response_headers_cut);
}

// Those that are owed have no rows.
void read_deliveries_ahead(Writing& writing) {
  std::vector<std::string_view> ids;
  const auto read = [&](const DeliveryId& id) {
    if (!writing.owed.find(id)) ids.push_back(id.view());
  };
  for (const commit::Change& one : writing.batch.changes)
    std::visit(commit::Cases{[&](const outbox::Settlement& s) { read(s.delivery); },
                             [&](const commit::Requeue& r) { read(r.delivery); },
                             [&](const commit::GiveUp& g) { read(g.delivery); }, [](const auto&) {}},
               one);
  read_current(writing, std::move(ids));
}

bool concerns_others(const commit::Change& change) {
  return std::visit(
      commit::Cases{[](const outbox::Event&) { return false; }, [](const Delivery&) { return false; },
                    [](const outbox::Settlement&) { return false; }, [](const commit::SnapshotWrite&) { return false; },
                    [](const commit::TimerChange&) { return false; },
                    [](const commit::TimersOfValues&) { return false; }, [](const AuditEntry&) { return false; },
                    [](const auto&) { return true; }},
      change);
}

// Events are immutable: writing one again has no effect. Which of them are new matters to deliveries alone.
void apply_events(Writing& writing, std::size_t from) {
  if (from < writing.events_to) return;
  std::vector<const outbox::Event*> events;
  bool has_deliveries = false;
  std::size_t to = from;
  for (; to < writing.batch.changes.size() && !concerns_others(writing.batch.changes[to]); ++to) {
    if (const auto* event = std::get_if<outbox::Event>(&writing.batch.changes[to])) events.push_back(event);
    has_deliveries |= std::holds_alternative<Delivery>(writing.batch.changes[to]);
  }
  writing.events_to = to;
  std::vector<std::int64_t> shards, occurred, unmatched;
  std::vector<std::string_view> handles, ids, types, sessions, causes, bodies;
  for (const outbox::Event* event : events) {
    shards.push_back(writing.touch(event->handle));
    handles.push_back(event->handle.view());
    ids.push_back(event->id.view());
    types.push_back(event->type);
    occurred.push_back(to_ms(event->occurred_at));
    sessions.push_back(event->session.view());
    causes.push_back(event->cause);
    bodies.push_back(event->body);
    unmatched.push_back(event->unmatched ? 1 : 0);
  }
  constexpr const char* kInsert =
      "INSERT INTO event (shard, handle, id, type, occurred_at, session, cause, body, unmatched) "
      "SELECT r.shard, r.handle, r.id, r.type, r.occurred_at, r.session, r.cause, r.body, r.unmatched <> 0 "
      "FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[], "
      "$9::bigint[]) AS r(shard, handle, id, type, occurred_at, session, cause, body, unmatched) "
      "ON CONFLICT DO NOTHING RETURNING id";
  if (!has_deliveries || !writing.may_owe)
    return writing.connection.run(kInsert, shards, handles, ids, types, occurred, sessions, causes, bodies, unmatched);
  auto row =
      writing.connection.query(kInsert, shards, handles, ids, types, occurred, sessions, causes, bodies, unmatched);
  std::unordered_map<std::string_view, const outbox::Event*> by_id;
  for (const outbox::Event* event : events) by_id.emplace(event->id.view(), event);
  while (row.next())
    if (const auto found = by_id.find(row.text(0)); found != by_id.end())
      writing.new_events.insert_or_assign(found->first, found->second);
}

void apply(Writing& writing, const Delivery& given) {
  const Shard shard = writing.touch(given.handle);
  Delivery d = given;
  outbox::admit(d, standing(writing, shard, d.subscription), writing.at());
  const auto event = writing.new_events.find(d.event.view());
  if (writing.owed.keep(d, event == writing.new_events.end() ? nullptr : event->second)) return;
  const std::int64_t turn = outbox::joins_line(nullptr, d) ? take_turn(writing, shard, d) : 0;
  writing.deliveries.erase(d.id);
  writing.new_rows.push_back({.shard = shard, .delivery = std::move(d), .turn = turn});
  if (turn > 0) send_new_rows(writing);
}

void send_new_rows(Writing& writing) {
  if (writing.new_rows.empty()) return;
  const std::vector<NewRow> rows = std::exchange(writing.new_rows, {});
  const auto all = [&](const auto& value) {
    std::vector<std::decay_t<decltype(value(rows.front()))>> values;
    values.reserve(rows.size());
    for (const NewRow& row : rows) values.push_back(value(row));
    return values;
  };
  const auto number = [&](auto Delivery::*member) {
    return all([member](const NewRow& row) { return static_cast<std::int64_t>(row.delivery.*member); });
  };
  const auto instant = [&](auto Delivery::*member) {
    return all([member](const NewRow& row) -> std::int64_t { return to_ms(row.delivery.*member); });
  };
  const auto id = [&](auto Delivery::*member) {
    return all([member](const NewRow& row) { return (row.delivery.*member).view(); });
  };
  writing.connection.run(
      "INSERT INTO delivery (shard, id, event, subscription, handle, event_type, session, state, attempts, "
      "schedule_step, created_at, next_attempt_at, ended_at, reason, last_status, rule, anchor_at, valid_until, "
      "held_at, turn, same, record, answer_us, attempt) SELECT r.shard, r.id, r.event, r.subscription, r.handle, "
      "r.event_type, r.session, r.state, r.attempts, r.schedule_step, r.created_at, r.next_attempt_at, r.ended_at, "
      "r.reason, r.last_status, r.rule, r.anchor_at, r.valid_until, r.held_at, r.turn, r.same, r.record, r.answer_us, "
      "NULLIF(r.attempt, '') FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], "
      "$7::text[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], "
      "$14::bytea[], $15::bigint[], $16::text[], $17::bigint[], $18::bigint[], $19::bigint[], $20::bigint[], "
      "$21::bigint[], $22::bigint[], $23::bigint[], $24::bytea[]) AS r(shard, id, event, subscription, handle, "
      "event_type, session, state, attempts, schedule_step, created_at, next_attempt_at, ended_at, reason, "
      "last_status, rule, anchor_at, valid_until, held_at, turn, same, record, answer_us, attempt) "
      "ON CONFLICT DO NOTHING",
      all([](const NewRow& row) -> std::int64_t { return row.shard; }), id(&Delivery::id), id(&Delivery::event),
      id(&Delivery::subscription), id(&Delivery::handle),
      all([](const NewRow& row) -> std::string_view { return row.delivery.event_type; }), id(&Delivery::session),
      number(&Delivery::state), number(&Delivery::attempts), number(&Delivery::schedule_step),
      instant(&Delivery::created_at), instant(&Delivery::next_attempt_at), instant(&Delivery::ended_at),
      all([](const NewRow& row) { return Blob{row.delivery.reason}; }), number(&Delivery::last_status),
      id(&Delivery::rule), instant(&Delivery::anchor_at), instant(&Delivery::valid_until), instant(&Delivery::held_at),
      all([](const NewRow& row) { return row.turn; }), number(&Delivery::same),
      all([](const NewRow& row) { return static_cast<std::int64_t>(row.record); }),
      all([](const NewRow& row) { return row.answer_us; }), all([](const NewRow& row) { return Blob{row.attempt}; }));
}

void apply(Writing& writing, const outbox::Settlement& settlement) {
  if (settle_owed(writing, settlement)) return;
  change(writing, settlement.delivery, [&](Delivery& one, Current& known) {
    if (settlement.attempt.number > 0) {
      take_attempt_out(writing, known);
      add(writing, writing.touch(known.shard), one.id, settlement.attempt, known.erased);
    }
    outbox::settle(one, known.standing, settlement, writing.at());
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
  const auto shards = writing.touch(writing.shards.of(wish.subscription));
  const auto ids =
      wish.held
          ? ids_of(connection.query("SELECT id FROM delivery WHERE shard = ANY($1::bigint[]) AND subscription = $2 "
                                    "AND state < 2 AND event_type <> $4 LIMIT $3",
                                    shards, wish.subscription, Batch::kSweep, outbox::kTestEventType))
          : ids_of(connection.query("SELECT id FROM delivery WHERE shard = ANY($1::bigint[]) AND subscription = $2 "
                                    "AND state = 2 LIMIT $3",
                                    shards, wish.subscription, Batch::kSweep));
  look_at(writing, ids);
  for (const DeliveryId& id : ids)
    change(writing, id, [&](Delivery& one, const Current&) {
      return wish.held ? outbox::hold(one, wish.reason, writing.at()) : outbox::release(one, writing.at());
    });
  if (ids.size() == Batch::kSweep) writing.unfinished.push_back(wish.subscription);
}

void apply(Writing& writing, const commit::Requeue& wish) {
  write_owed(writing, wish.delivery);
  change(writing, wish.delivery, [&](Delivery& one, const Current& known) {
    return outbox::requeue(one, known.standing, known.erased, wish.at);
  });
}

// `rule <> ''` and `state <= 2` match the condition of the partial index.
void apply(Writing& writing, const commit::WithdrawReason& ended) {
  Connection& connection = writing.connection;
  if (!ended.values.empty()) return withdraw_by_value(writing, ended);
  const Shard shard = writing.touch(ended.handle);
  const auto ids =
      ended.session.empty()
          ? ids_of(connection.query("SELECT id FROM delivery WHERE shard = $1 AND handle = $2 AND rule = $3 "
                                    "AND rule <> '' AND state <= 2",
                                    shard, ended.handle, ended.rule))
          : ids_of(connection.query("SELECT id FROM delivery WHERE shard = $1 AND handle = $2 AND rule = $3 "
                                    "AND rule <> '' AND state <= 2 AND session = $4 AND anchor_at <= $5",
                                    shard, ended.handle, ended.rule, ended.session, ended.anchor_until));
  withdraw(writing, ids, ended.reason);
}

void apply(Writing& writing, const commit::WithdrawJoined& joined) {
  std::vector<outbox::PendingMessage> pending;
  for (const SessionId& session : joined.sessions) {
    auto row = writing.connection.query(
        "SELECT id, event, same FROM delivery WHERE shard = $1 AND handle = $2 AND rule = $3 AND rule <> '' "
        "AND state <= 2 AND session = $4",
        writing.touch(joined.handle), joined.handle, joined.rule, session);
    while (row.next()) pending.push_back({DeliveryId(row.text(0)), EventId(row.text(1)), row.whole(2)});
  }
  withdraw(writing, outbox::all_but_the_earliest(pending), outbox::kJoined);
}

// None that is owed is held.
void apply(Writing& writing, const commit::GiveUp& wish) {
  change(writing, wish.delivery,
         [&](Delivery& one, const Current&) { return outbox::give_up(one, wish.reason, writing.at()); });
}

void apply(Writing& writing, const commit::SetClockBack& set) {
  write_owed(writing, writing.owed.created_after(writing.at()));
  auto row = writing.connection.query(
      "SELECT shard, id, next_attempt_at FROM delivery WHERE shard = ANY($1::bigint[]) "
      "AND state < 2 AND next_attempt_at > $2 AND next_attempt_at < $3",
      writing.touch(writing.shards.own()), writing.at(), outbox::kBehindOthers);
  while (row.next())
    writing.connection.run("UPDATE delivery SET next_attempt_at = $3 WHERE shard = $1 AND id = $2", row.integer(0),
                           row.text(1), outbox::earlier(row.instant(2), set.by, writing.at()));
  writing.deliveries.clear();
}

void erase_from_outbox(Writing& writing, const Handle& handle, const SessionId& session, std::string_view reason,
                       const EventId& behind, const EventId& last) {
  Connection& connection = writing.connection;
  const Shard shard = writing.touch(handle);
  write_owed(writing, writing.owed.of_session(handle, session));
  const auto ids = ids_of(connection.query(
      "SELECT d.id FROM delivery d WHERE d.shard = $1 AND d.handle = $2 AND d.event = "
      "ANY(ARRAY(SELECT e.id FROM event e WHERE " BECKON_PG_EVENTS_OF_SESSION "AND ($5 = '' OR e.id <= $5)))",
      shard, handle, session, behind, last));
  look_at(writing, ids);
  for (const DeliveryId& id : ids) erase(writing, id, reason);
  connection.run("UPDATE event e SET session = '', cause = '{}', body = '{}' WHERE " BECKON_PG_EVENTS_OF_SESSION
                 "AND ($5 = '' OR e.id <= $5)",
                 shard, handle, session, behind, last);
}

void reduce_outbox(Writing& writing, const Handle& handle, const SessionId& session, const EventId& behind) {
  Connection& connection = writing.connection;
  const Shard shard = writing.touch(handle);
  write_owed(writing, writing.owed.of_session(handle, session));
  const auto with_attempt = ids_of(connection.query(
      "SELECT d.id FROM delivery d WHERE d.shard = $1 AND d.handle = $2 AND d.event = "
      "ANY(ARRAY(SELECT e.id FROM event e WHERE " BECKON_PG_EVENTS_OF_SESSION ")) AND d.attempt IS NOT NULL",
      shard, handle, session, behind));
  look_at(writing, with_attempt);
  for (const DeliveryId& id : with_attempt)
    if (auto& found = current(writing, id)) take_attempt_out(writing, *found);
  auto row = connection.query("SELECT e.id, e.body, e.cause FROM event e WHERE " BECKON_PG_EVENTS_OF_SESSION, shard,
                              handle, session, behind);
  while (row.next()) {
    const auto body = outbox::reduced_body(row.text(1), row.text(2));
    if (!body) continue;
    connection.run(
        "UPDATE attempt a SET response_headers = '', response_body = '' FROM delivery d "
        "WHERE d.shard = $1 AND d.handle = $2 AND d.event = $3 AND a.shard = d.shard AND a.delivery = d.id",
        shard, handle, row.text(0));
    connection.run("UPDATE event SET body = $4 WHERE shard = $1 AND handle = $2 AND id = $3", shard, handle,
                   row.text(0), *body);
  }
}

static_assert(static_cast<int>(DeliveryState::kRetrying) < 2 && static_cast<int>(DeliveryState::kHeld) == 2 &&
                  static_cast<int>(DeliveryState::kDelivered) == 4 && static_cast<int>(DeliveryState::kFailed) == 5 &&
                  static_cast<int>(DeliveryState::kWithdrawn) == 6,
              "the numbers stand in the schema and in SQL");

}  // namespace beckon::store::postgres
