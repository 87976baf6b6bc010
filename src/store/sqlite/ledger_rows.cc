#include "store/sqlite/batch_rows.h"
#include "store/sqlite/sum.h"

namespace beckon::store {
namespace {

using commit::Batch;
using ledger::Position;

// Dropped rows must not let positions be used twice, so the last one is remembered when rows go.
void remember_position(Connection& connection, Position last) {
  connection.run(
      "INSERT INTO meta (name, value) VALUES ('last_position', ?1) "
      "ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)",
      last);
}

void append(Connection& connection, Position position, const Batch& batch) {
  connection.run("INSERT INTO journal (position, at, sum, bytes) VALUES (?1, ?2, ?3, ?4)", position, batch.at,
                 sum_of(batch.journal, position, to_ms(batch.at)), Blob{batch.journal});
}

void rewrite(Connection& connection, const commit::JournalRewrite& row) {
  if (row.bytes.empty()) {
    connection.run("DELETE FROM journal WHERE position = ?1", row.position);
    return;
  }
  std::int64_t at = 0;
  {
    auto found = connection.query("SELECT at FROM journal WHERE position = ?1", row.position);
    if (!found.next()) return;
    at = found.integer(0);
  }
  connection.run("UPDATE journal SET sum = ?2, bytes = ?3 WHERE position = ?1", row.position,
                 sum_of(row.bytes, row.position, at), Blob{row.bytes});
}

void sweep_journal(Connection& connection, Instant before) {
  connection.run(
      "DELETE FROM journal WHERE at < ?1 AND position IN "
      "(SELECT position FROM journal ORDER BY position LIMIT ?2)",
      before, Batch::kSweep);
}

void sweep_snapshots(Connection& connection, Instant before) {
  connection.run(
      "DELETE FROM session WHERE rowid IN "
      "(SELECT rowid FROM session WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)",
      before, Batch::kSweep);
}

void forget_snapshot(Connection& connection, const Handle& handle, const SessionId& session) {
  connection.run("DELETE FROM session WHERE handle = ?1 AND session = ?2", handle, session);
}

void save(Connection& connection, const commit::SnapshotWrite& snapshot) {
  connection.run(
      "INSERT INTO session (handle, session, visitor, created, last_received, expires_at, version, sum, bytes) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (handle, session) DO UPDATE SET "
      "visitor = excluded.visitor, created = excluded.created, last_received = excluded.last_received, "
      "expires_at = excluded.expires_at, version = excluded.version, sum = excluded.sum, bytes = excluded.bytes",
      snapshot.handle, snapshot.session, snapshot.visitor, snapshot.created, snapshot.last_received,
      snapshot.expires_at, snapshot.version, sum_of(snapshot.bytes, snapshot.version, to_ms(snapshot.last_received)),
      Blob{snapshot.bytes});
}

void owe_erasure(Connection& connection, const ledger::SessionDigest& digest, bool reduce, Position up_to) {
  connection.run(
      "INSERT INTO erasure (high, low, reduce, up_to) VALUES (?1, ?2, ?3, ?4) "
      "ON CONFLICT (high, low, reduce) DO UPDATE SET up_to = excluded.up_to",
      digest.high, digest.low, reduce, up_to);
}

void erase(Connection& connection, const commit::Erase& erase, Position up_to) {
  owe_erasure(connection, erase.digest, false, up_to);
  if (erase.denied_until)
    connection.run(
        "INSERT INTO denied (high, low, until) VALUES (?1, ?2, ?3) "
        "ON CONFLICT (high, low) DO UPDATE SET until = excluded.until",
        erase.digest.high, erase.digest.low, *erase.denied_until);
}

}  // namespace

Position last_journal_position(Connection& connection) {
  auto last = connection.query(
      "SELECT max(coalesce((SELECT max(position) FROM journal), 0), "
      "coalesce((SELECT value FROM meta WHERE name = 'last_position'), 0))");
  last.next();
  return last.whole(0);
}

Position write_ledger(Connection& connection, const Batch& batch) {
  Position position = last_journal_position(connection);
  if (!batch.journal.empty()) append(connection, ++position, batch);
  if (!batch.rewritten.empty() || batch.journal_before) remember_position(connection, position);

  if (batch.expired_before) sweep_snapshots(connection, *batch.expired_before);
  for (const auto& session : batch.erased) forget_snapshot(connection, session.handle, session.session);
  for (const auto& snapshot : batch.snapshots) save(connection, snapshot);
  if (batch.checkpoint) {
    connection.run(
        "INSERT INTO meta (name, value) VALUES ('checkpoint', ?1) "
        "ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)",
        *batch.checkpoint);
    connection.run("DELETE FROM denied WHERE until <= ?1", batch.at);
  }
  for (const auto& digest : batch.consented)
    connection.run("DELETE FROM denied WHERE high = ?1 AND low = ?2", digest.high, digest.low);
  if (batch.rewritten_up_to) connection.run("DELETE FROM erasure WHERE up_to <= ?1", *batch.rewritten_up_to);
  for (const auto& session : batch.erased) erase(connection, session, position);
  for (const auto& session : batch.reduced) owe_erasure(connection, session.digest, true, position);
  for (const auto& row : batch.rewritten) rewrite(connection, row);
  if (batch.journal_before) sweep_journal(connection, *batch.journal_before);
  return position;
}

}  // namespace beckon::store
