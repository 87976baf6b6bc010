#include "store/postgres/batch_rows.h"

namespace beckon::store::postgres {

// The event is deleted with its last delivery.
void apply(Writing& writing, const commit::TrimDelivery& trim) {
  Connection& connection = writing.connection;
  const DeliveryId& id = trim.delivery;
  auto row = connection.query(
      "SELECT shard, handle, event, session, record FROM delivery WHERE shard = ANY($1::bigint[]) AND id = $2 AND "
      "state >= 4",
      writing.shards.own(), id);
  if (!row.next()) return;
  const Shard shard = writing.touch(row.integer(0));
  const Handle handle(row.text(1));
  const EventId event(row.text(2));
  const SessionId session(row.text(3));
  const std::uint64_t record = row.whole(4);
  writing.deliveries.erase(id);
  // A record must not outlive a delivery in it, which would be owed again; nor an event one that is owed.
  if (record != 0) write_owed(writing, writing.owed.of_record(record));
  write_owed(writing, writing.owed.of_event(handle, event));
  connection.run("DELETE FROM attempt WHERE shard = $1 AND delivery = $2", shard, id);
  connection.run("DELETE FROM delivery WHERE shard = $1 AND id = $2", shard, id);
  connection.run(
      "DELETE FROM event WHERE shard = $1 AND handle = $2 AND id = $3 AND NOT EXISTS "
      "(SELECT 1 FROM delivery WHERE shard = $1 AND event = $3 AND handle = $2)",
      shard, handle, event);
  if (session.empty()) return;
  connection.run(
      "DELETE FROM past_session WHERE shard = $1 AND handle = $2 AND session = $3 AND NOT EXISTS (SELECT 1 FROM event "
      "WHERE shard = $1 AND handle = $2 AND session = $3 AND session <> '' AND id <= last_event)",
      shard, handle, session);
}

void apply(Writing& writing, const commit::TrimEvent& trim) {
  writing.connection.run("DELETE FROM event WHERE shard = $1 AND handle = $2 AND id = $3 AND unmatched",
                         writing.touch(trim.handle), trim.handle, trim.event);
}

void apply(Writing& writing, const outbox::Replay& r) {
  writing.connection.run(
      "INSERT INTO replay (shard, handle, id, subscription, since, until, status, state, total, queued, place_created, "
      "place_id, created_at, ended_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) "
      "ON CONFLICT (shard, handle, id) DO UPDATE SET state = excluded.state, queued = excluded.queued, "
      "place_created = excluded.place_created, place_id = excluded.place_id, ended_at = excluded.ended_at",
      writing.touch(r.handle), r.handle, r.id, r.subscription, r.range.since, r.range.until, r.range.status, r.state,
      r.total, r.queued, r.place.created_at, r.place.id, r.created_at, r.ended_at);
}

void apply(Writing& writing, const commit::SweepReplays& sweep) {
  writing.connection.run("DELETE FROM replay WHERE shard = ANY($1::bigint[]) AND state <> 0 AND ended_at < $2",
                         writing.touch(writing.shards.own()), sweep.before);
}

}  // namespace beckon::store::postgres
