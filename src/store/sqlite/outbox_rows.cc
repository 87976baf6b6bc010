#include "base/check.h"
#include "store/sqlite/batch_rows.h"

namespace beckon::store {
namespace {

using commit::Batch;
using outbox::Delivery;
using outbox::DeliveryState;

Standing standing_of(bool known, bool deleted, bool enabled) {
  if (!known) return Standing::kUnknown;
  if (deleted) return Standing::kDeleted;
  return enabled ? Standing::kEnabled : Standing::kDisabled;
}

Standing standing(Connection& connection, const SubscriptionId& id) {
  auto row = connection.query("SELECT deleted, enabled FROM subscription WHERE id = ?1", id);
  const bool known = row.next();
  return standing_of(known, known && row.integer(0) != 0, known && row.integer(1) != 0);
}

// An event is a fact: written again, it is the same one.
void add(Connection& connection, const outbox::Event& event) {
  connection.run(
      "INSERT INTO event (handle, id, type, occurred_at, session, cause, body, unmatched) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING",
      event.handle, event.id, event.type, event.occurred_at, event.session, event.cause, event.body, event.unmatched);
}

// Behind the pending ones of its session. What is not the first waits for those before it: schema.cc,
// delivery_next_turn.
std::int64_t take_turn(Connection& connection, Delivery& d) {
  auto last = connection.query(
      "SELECT max(turn) FROM delivery INDEXED BY delivery_turn "
      "WHERE subscription = ?1 AND session = ?2 AND turn > 0 AND state < 4 AND id <> ?3",
      d.subscription, d.session, d.id);
  last.next();
  if (last.is_null(0)) return 1;
  d.next_attempt_at = outbox::kBehindOthers;
  return last.integer(0) + 1;
}

void add(Connection& connection, const Delivery& given, Instant at) {
  Delivery d = given;
  admit(d, standing(connection, d.subscription), at);
  const std::int64_t turn = d.ordered ? take_turn(connection, d) : 0;
  connection.run(
      "INSERT INTO delivery (id, event, subscription, handle, event_type, session, state, attempts, "
      "schedule_step, created_at, next_attempt_at, ended_at, reason, last_status, rule, anchor_at, valid_until, "
      "held_at, turn) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, "
      "?19) ON CONFLICT DO NOTHING",
      d.id, d.event, d.subscription, d.handle, d.event_type, d.session, d.state, d.attempts, d.schedule_step,
      d.created_at, d.next_attempt_at, d.ended_at, d.reason, d.last_status, d.rule, d.anchor_at, d.valid_until,
      d.held_at, turn);
}

// What a transition needs of a delivery.
struct Current {
  Delivery delivery;
  Standing standing = Standing::kUnknown;
  bool erased = false;
};

std::optional<Current> current(Connection& connection, const DeliveryId& id) {
  auto row = connection.query(
      "SELECT d.state, d.attempts, d.schedule_step, d.next_attempt_at, d.ended_at, d.reason, d.last_status, d.erased, "
      "s.id IS NOT NULL, s.deleted, s.enabled, d.rule, d.held_at, d.turn > 0, d.subscription, d.session, d.event_type "
      "FROM delivery d LEFT JOIN subscription s ON s.id = d.subscription "
      "WHERE d.id = ?1",
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
  return found;
}

void save(Connection& connection, const Delivery& d) {
  connection.run(
      "UPDATE delivery SET state = ?2, attempts = ?3, schedule_step = ?4, next_attempt_at = ?5, "
      "ended_at = ?6, reason = ?7, last_status = ?8, held_at = ?9 WHERE id = ?1",
      d.id, d.state, d.attempts, d.schedule_step, d.next_attempt_at, d.ended_at, d.reason, d.last_status, d.held_at);
}

// The texts of an attempt are the session's too: after an erasure none is kept.
void add(Connection& connection, const DeliveryId& id, const outbox::Attempt& a, bool erased) {
  const std::string_view headers = erased ? std::string_view("{}") : a.request_headers;
  const std::string_view response = erased ? std::string_view{} : a.response_body;
  connection.run(
      "INSERT INTO attempt (delivery, number, at, outcome, status, error, dns_us, connect_us, tls_us, "
      "first_byte_us, total_us, request_headers, response_body) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) ON CONFLICT DO NOTHING",
      id, a.number, a.at, a.outcome, a.status, a.error, a.dns_us, a.connect_us, a.tls_us, a.first_byte_us, a.total_us,
      headers, Blob{response});
}

// The usual course, in one statement: what is pending ends with an attempt. What store::settle makes of it.
bool end_pending(Connection& connection, const outbox::Settlement& s, Instant at) {
  if (s.state != DeliveryState::kDelivered && s.state != DeliveryState::kFailed) return false;
  connection.run(
      "UPDATE delivery SET state = ?2, attempts = max(attempts, ?3), schedule_step = ?4, ended_at = ?5, "
      "reason = ?6, last_status = ?7 WHERE id = ?1 AND state < 2 AND NOT erased",
      s.delivery, s.state, s.attempt.number, s.schedule_step, at, s.reason, s.attempt.status);
  if (connection.changes() == 0) return false;
  if (s.attempt.number > 0) add(connection, s.delivery, s.attempt, false);
  return true;
}

void settle(Connection& connection, const outbox::Settlement& settlement, Instant at) {
  if (end_pending(connection, settlement, at)) return;
  auto found = current(connection, settlement.delivery);
  if (!found) return;
  if (settlement.attempt.number > 0) add(connection, settlement.delivery, settlement.attempt, found->erased);
  store::settle(found->delivery, found->standing, settlement, at);
  save(connection, found->delivery);
}

// At most kSweep of what is pending; whether more may be left. Two statements, since each partial index serves its own
// states.
bool withdraw(Connection& connection, const SubscriptionId& id, std::string_view reason, Instant at) {
  connection.run(
      "UPDATE delivery SET state = 6, reason = ?2, ended_at = ?3 WHERE id IN "
      "(SELECT id FROM delivery WHERE subscription = ?1 AND state < 2 LIMIT ?4)",
      id, reason, at, Batch::kSweep);
  const std::int64_t left = Batch::kSweep - connection.changes();
  connection.run(
      "UPDATE delivery SET state = 6, reason = ?2, ended_at = ?3 WHERE id IN "
      "(SELECT id FROM delivery WHERE subscription = ?1 AND state = 2 LIMIT ?4)",
      id, reason, at, left);
  return connection.changes() == left;
}

// `rule <> ''` and `state <= 2` name what the index holds.
void withdraw(Connection& connection, const commit::WithdrawReason& ended, Instant at) {
  if (ended.session.empty()) {
    connection.run(
        "UPDATE delivery SET state = 6, reason = ?3, ended_at = ?4 WHERE handle = ?1 AND rule = ?2 "
        "AND rule <> '' AND state <= 2",
        ended.handle, ended.rule, ended.reason, at);
  } else {
    connection.run(
        "UPDATE delivery SET state = 6, reason = ?3, ended_at = ?4 WHERE handle = ?1 AND rule = ?2 "
        "AND rule <> '' AND state <= 2 AND session = ?5 AND anchor_at < ?6",
        ended.handle, ended.rule, ended.reason, at, ended.session, ended.anchor_before);
  }
}

// The same, held or queued again. A test is sent whatever the subscription's state.
bool hold(Connection& connection, const commit::HoldSubscription& hold, Instant at) {
  if (hold.held) {
    connection.run(
        "UPDATE delivery SET state = 2, reason = ?2, held_at = ?3 WHERE id IN "
        "(SELECT id FROM delivery WHERE subscription = ?1 AND state < 2 AND event_type <> ?5 LIMIT ?4)",
        hold.subscription, hold.reason, at, Batch::kSweep, outbox::kTestEventType);
  } else {
    connection.run(
        "UPDATE delivery SET state = 0, reason = '', next_attempt_at = iif(next_attempt_at = ?3, ?3, ?2) "
        "WHERE id IN (SELECT id FROM delivery WHERE subscription = ?1 AND state = 2 LIMIT ?4)",
        hold.subscription, at, outbox::kBehindOthers, Batch::kSweep);
  }
  return connection.changes() == Batch::kSweep;
}

void requeue(Connection& connection, const commit::Requeue& wish) {
  auto found = current(connection, wish.delivery);
  if (!found || !store::requeue(found->delivery, found->standing, found->erased, wish.at)) return;
  if (found->delivery.ordered) {
    const std::int64_t turn = take_turn(connection, found->delivery);
    connection.run("UPDATE delivery SET turn = ?2 WHERE id = ?1", wish.delivery, turn);
  }
  save(connection, found->delivery);
}

void give_up(Connection& connection, const commit::GiveUp& wish, Instant at) {
  auto found = current(connection, wish.delivery);
  if (found && store::give_up(found->delivery, wish.reason, at)) save(connection, found->delivery);
}

}  // namespace

static_assert(static_cast<int>(DeliveryState::kRetrying) < 2 && static_cast<int>(DeliveryState::kHeld) == 2 &&
                  static_cast<int>(DeliveryState::kDelivered) == 4 && static_cast<int>(DeliveryState::kFailed) == 5 &&
                  static_cast<int>(DeliveryState::kWithdrawn) == 6,
              "the numbers stand in the schema and in SQL");

void write_outbox(Connection& connection, const Batch& batch, std::vector<SubscriptionId>& unfinished) {
  if (batch.set_back)
    connection.run(
        "UPDATE delivery SET next_attempt_at = max(?1, next_attempt_at - ?2) "
        "WHERE state < 2 AND next_attempt_at > ?1 AND next_attempt_at < ?3",
        batch.at, batch.set_back->count(), outbox::kBehindOthers);
  std::size_t events = 0, deliveries = 0;
  const auto owe_up_to = [&](std::size_t last_event, std::size_t last_delivery) {
    for (; events < last_event; ++events) add(connection, batch.events[events]);
    for (; deliveries < last_delivery; ++deliveries) add(connection, batch.deliveries[deliveries], batch.at);
  };
  for (const auto& erase : batch.erased) {
    owe_up_to(erase.events, erase.deliveries);
    erase_from_outbox(connection, erase, batch.at);
  }
  owe_up_to(batch.events.size(), batch.deliveries.size());
  for (const auto& settlement : batch.settlements) settle(connection, settlement, batch.at);
  for (const auto& wish : batch.given_up) give_up(connection, wish, batch.at);
  for (const auto& wish : batch.withdrawn)
    if (withdraw(connection, wish.subscription, wish.reason, batch.at)) unfinished.push_back(wish.subscription);
  for (const auto& id : batch.removed_subscriptions)
    if (withdraw(connection, id, kSubscriptionDeleted, batch.at)) unfinished.push_back(id);
  for (const auto& wish : batch.held)
    if (hold(connection, wish, batch.at)) unfinished.push_back(wish.subscription);
  for (const auto& wish : batch.requeued) requeue(connection, wish);
  for (const auto& ended : batch.ended_reasons) withdraw(connection, ended, batch.at);
}

}  // namespace beckon::store
