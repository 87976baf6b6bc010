#include <utility>

#include "store/sqlite/batch_rows.h"
#include "store/sum.h"

namespace beckon::store {
namespace {

using ledger::Position;

// Positions must not be reused after rows are deleted, so the last one is stored separately.
void remember_position(Writing& writing) {
  if (std::exchange(writing.remembered, true)) return;
  writing.connection.run(
      "INSERT INTO meta (name, value) VALUES ('last_position', ?1) "
      "ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)",
      writing.position);
}

void schedule_erasure(Writing& writing, const ledger::SessionDigest& digest, bool reduce, Position since,
                      Position up_to) {
  writing.connection.run(
      "INSERT INTO erasure (high, low, reduce, since, up_to) VALUES (?1, ?2, ?3, ?4, ?5) "
      "ON CONFLICT (high, low, reduce) DO UPDATE SET since = min(since, excluded.since), "
      "up_to = max(up_to, excluded.up_to)",
      digest.high, digest.low, reduce, since, up_to);
}

// An earlier life of the session may be in the journal if that has rows from before the removal of expired sessions.
Position first_row(Writing& writing, Position since) {
  auto row = writing.connection.query(
      "SELECT 1 FROM journal WHERE position <= (SELECT value FROM meta WHERE name = 'expiry_unwritten') LIMIT 1");
  return row.next() ? 0 : since;
}

void remember_denial(Writing& writing, const ledger::SessionDigest& digest, Instant until) {
  writing.connection.run(
      "INSERT INTO denied (high, low, until) VALUES (?1, ?2, ?3) "
      "ON CONFLICT (high, low) DO UPDATE SET until = excluded.until",
      digest.high, digest.low, until);
}

}  // namespace

EventId end_of_life(Connection& connection, const Handle& handle, const SessionId& session, const EventId& before) {
  auto row = connection.query(
      "SELECT coalesce(max(last_event), '') FROM past_session "
      "WHERE handle = ?1 AND session = ?2 AND (?3 = '' OR last_event < ?3)",
      handle, session, before);
  row.next();
  return EventId(row.text(0));
}

Position last_journal_position(Connection& connection) {
  auto last = connection.query(
      "SELECT max(coalesce((SELECT max(position) FROM journal), 0), "
      "coalesce((SELECT value FROM meta WHERE name = 'last_position'), 0))");
  last.next();
  return last.whole(0);
}

void append_journal(Writing& writing, std::string_view records) {
  const Position position = ++writing.position;
  writing.connection.run("INSERT INTO journal (position, at, sum, bytes) VALUES (?1, ?2, ?3, ?4)", position, writing.at,
                         sum_of(records, position, to_ms(writing.at)), Blob{records});
}

void apply(Writing& writing, const commit::SnapshotWrite& snapshot) {
  const commit::SnapshotWrite& s = snapshot;
  writing.connection.run(
      "INSERT INTO session (handle, session, visitor, created, last_received, expires_at, version, began, as_of, sum, "
      "bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT (handle, session) DO UPDATE SET "
      "visitor = excluded.visitor, created = excluded.created, last_received = excluded.last_received, "
      "expires_at = excluded.expires_at, version = excluded.version, began = excluded.began, as_of = excluded.as_of, "
      "sum = excluded.sum, bytes = excluded.bytes",
      s.handle, s.session, s.visitor, s.created, s.last_received, s.expires_at, s.version, s.began, writing.position,
      snapshot_sum(s.bytes, s.version, to_ms(s.last_received), writing.position), Blob{s.bytes});
}

void apply(Writing& writing, const commit::Checkpoint& checkpoint) {
  writing.connection.run(
      "INSERT INTO meta (name, value) VALUES ('checkpoint', ?1) "
      "ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)",
      checkpoint.position);
}

void apply(Writing& writing, const commit::Erase& erase) {
  writing.connection.run("DELETE FROM session WHERE handle = ?1 AND session = ?2", erase.handle, erase.session);
  EventId behind;
  if (erase.only_this_life)
    behind = end_of_life(writing.connection, erase.handle, erase.session);
  else
    writing.connection.run("DELETE FROM past_session WHERE handle = ?1 AND session = ?2", erase.handle, erase.session);
  schedule_erasure(writing, erase.digest, false, first_row(writing, erase.since), writing.position);
  if (erase.denied_until) remember_denial(writing, erase.digest, *erase.denied_until);
  erase_from_outbox(writing, erase.handle, erase.session, erase.reason, behind, {});
}

void apply(Writing& writing, const commit::ErasePast& erase) {
  const EventId behind = end_of_life(writing.connection, erase.handle, erase.session, erase.last);
  const bool is_last = end_of_life(writing.connection, erase.handle, erase.session) <= erase.last;
  writing.connection.run("DELETE FROM past_session WHERE handle = ?1 AND session = ?2 AND last_event = ?3",
                         erase.handle, erase.session, erase.last);
  erase_from_outbox(writing, erase.handle, erase.session, erase.reason, behind,
                    erase.to_end && is_last ? EventId{} : erase.last);
}

void apply(Writing& writing, const commit::Expire& gone) {
  writing.connection.run("DELETE FROM session WHERE handle = ?1 AND session = ?2", gone.handle, gone.session);
  schedule_erasure(writing, gone.digest, false, gone.since, gone.up_to);
  writing.connection.run(
      "INSERT INTO past_session (handle, session, last_event, visitor) "
      "SELECT ?1, ?2, id, ?3 FROM event WHERE handle = ?1 AND session = ?2 AND session <> '' ORDER BY id DESC LIMIT 1 "
      "ON CONFLICT DO NOTHING",
      gone.handle, gone.session, gone.visitor);
}

void apply(Writing& writing, const commit::Deny& wish) { remember_denial(writing, wish.digest, wish.until); }

void apply(Writing& writing, const commit::SweepDenials& sweep) {
  writing.connection.run(
      "DELETE FROM denied WHERE (high, low) IN "
      "(SELECT high, low FROM denied WHERE until <= ?1 ORDER BY until LIMIT ?2)",
      sweep.ended_by, commit::Batch::kSweep);
}

void apply(Writing& writing, const commit::Reduce& reduce) {
  schedule_erasure(writing, reduce.digest, true, first_row(writing, reduce.since), writing.position);
  reduce_outbox(writing, reduce.handle, reduce.session, end_of_life(writing.connection, reduce.handle, reduce.session));
}

void apply(Writing& writing, const commit::ConsentAgain& consent) {
  writing.connection.run("DELETE FROM denied WHERE high = ?1 AND low = ?2", consent.digest.high, consent.digest.low);
}

void apply(Writing& writing, const commit::JournalRewrite& row) {
  remember_position(writing);
  if (row.bytes.empty()) {
    writing.connection.run("DELETE FROM journal WHERE position = ?1", row.position);
    return;
  }
  std::int64_t at = 0;
  {
    auto found = writing.connection.query("SELECT at FROM journal WHERE position = ?1", row.position);
    if (!found.next()) return;
    at = found.integer(0);
  }
  writing.connection.run("UPDATE journal SET sum = ?2, bytes = ?3 WHERE position = ?1", row.position,
                         sum_of(row.bytes, row.position, at), Blob{row.bytes});
}

void apply(Writing& writing, const commit::ErasuresDone& done) {
  for (const ledger::Ledger::Erasure& one : done.done)
    writing.connection.run("DELETE FROM erasure WHERE high = ?1 AND low = ?2 AND reduce = ?3 AND up_to <= ?4",
                           one.digest.high, one.digest.low, one.reduce, one.up_to);
}

void apply(Writing& writing, const commit::SweepJournal& sweep) {
  remember_position(writing);
  writing.connection.run(
      "DELETE FROM journal WHERE at < ?1 AND position IN "
      "(SELECT position FROM journal WHERE position <= ?2 ORDER BY position LIMIT ?3)",
      sweep.before, sweep.up_to, commit::Batch::kSweep);
}

}  // namespace beckon::store
