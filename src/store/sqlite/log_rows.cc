#include "store/sqlite/batch_rows.h"

namespace beckon::store {

// The event is deleted with its last delivery.
void apply(Writing& writing, const commit::TrimDelivery& trim) {
  Connection& connection = writing.connection;
  const DeliveryId& id = trim.delivery;
  Handle handle;
  EventId event;
  SessionId session;
  std::uint64_t record = 0;
  {
    auto row = connection.query("SELECT handle, event, session, record FROM delivery WHERE id = ?1 AND state >= 4", id);
    if (!row.next()) return;
    handle = Handle(row.text(0));
    event = EventId(row.text(1));
    session = SessionId(row.text(2));
    record = row.whole(3);
  }
  // A record must not outlive a delivery in it, which would be owed again; nor an event one that is owed.
  if (record != 0) write_owed(writing, writing.owed.of_record(record));
  write_owed(writing, writing.owed.of_event(handle, event));
  connection.run("DELETE FROM attempt WHERE delivery = ?1", id);
  connection.run("DELETE FROM delivery WHERE id = ?1", id);
  connection.run(
      "DELETE FROM event WHERE handle = ?1 AND id = ?2 AND NOT EXISTS "
      "(SELECT 1 FROM delivery INDEXED BY delivery_by_event WHERE event = ?2 AND handle = ?1)",
      handle, event);
  if (session.empty()) return;
  connection.run(
      "DELETE FROM past_session WHERE handle = ?1 AND session = ?2 AND NOT EXISTS "
      "(SELECT 1 FROM event WHERE handle = ?1 AND session = ?2 AND session <> '' AND id <= last_event)",
      handle, session);
}

void apply(Writing& writing, const commit::TrimEvent& trim) {
  writing.connection.run("DELETE FROM event WHERE handle = ?1 AND id = ?2 AND unmatched = 1", trim.handle, trim.event);
}

void apply(Writing& writing, const outbox::Replay& r) {
  writing.connection.run(
      "INSERT INTO replay (handle, id, subscription, since, until, status, state, total, queued, place_created, "
      "place_id, created_at, ended_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) "
      "ON CONFLICT (handle, id) DO UPDATE SET state = excluded.state, queued = excluded.queued, "
      "place_created = excluded.place_created, place_id = excluded.place_id, ended_at = excluded.ended_at",
      r.handle, r.id, r.subscription, r.range.since, r.range.until, r.range.status, r.state, r.total, r.queued,
      r.place.created_at, r.place.id, r.created_at, r.ended_at);
}

void apply(Writing& writing, const commit::SweepReplays& sweep) {
  writing.connection.run("DELETE FROM replay WHERE state <> 0 AND ended_at < ?1", sweep.before);
}

}  // namespace beckon::store
