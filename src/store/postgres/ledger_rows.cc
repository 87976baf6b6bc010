#include <utility>

#include "store/postgres/batch_rows.h"
#include "store/postgres/journal_parts.h"
#include "store/sum.h"

namespace beckon::store::postgres {
namespace {

using ledger::Position;

// `with_earlier`: an earlier life of the session may be in the journal if that has rows from before the removal of
// expired sessions, which came from a data folder (store/move).
void schedule_erasure(Writing& writing, Shard shard, const ledger::SessionDigest& digest, bool reduce, Position since,
                      Position up_to, bool with_earlier) {
  writing.connection.run(
      "INSERT INTO erasure (shard, high, low, reduce, since, up_to) SELECT $1, $2, $3, $4, CASE WHEN $7 AND EXISTS "
      "(SELECT 1 FROM journal WHERE shard = $1 AND bytes <> '' AND position <= "
      "(SELECT value FROM meta WHERE name = 'expiry_unwritten')) THEN 0 ELSE $5 END, $6 "
      "ON CONFLICT (shard, high, low, reduce) DO UPDATE SET since = least(erasure.since, excluded.since), "
      "up_to = greatest(erasure.up_to, excluded.up_to)",
      shard, digest.high, digest.low, reduce, since, up_to, with_earlier);
}

// A denial whose handle is not named stays in the shard where it is.
void remember_denial(Writing& writing, Shard shard, const ledger::SessionDigest& digest, Instant until) {
  writing.connection.run(
      "INSERT INTO denied (shard, high, low, until) VALUES ($1, $2, $3, $4) "
      "ON CONFLICT (shard, high, low) DO UPDATE SET until = excluded.until",
      shard, digest.high, digest.low, until);
}

}  // namespace

void read_rows_ahead(Writing& writing) {
  std::vector<std::int64_t> positions;
  for (const commit::JournalRewrite& row : commit::changes_of<commit::JournalRewrite>(writing.batch))
    positions.push_back(static_cast<std::int64_t>(row.position));
  if (positions.empty()) return;
  auto row = writing.connection.query(
      "SELECT j.position, j.shard, j.at, j.bytes FROM unnest($1::bigint[]) AS s(id) "
      "CROSS JOIN unnest($2::bigint[]) AS p(at_) CROSS JOIN LATERAL (SELECT position, shard, at, bytes FROM journal "
      "WHERE shard = s.id AND position = p.at_ AND turn = 0 LIMIT 1) j ORDER BY j.position, j.shard",
      writing.shards.own(), positions);
  while (row.next()) writing.rows[row.whole(0)].push_back({row.integer(1), row.integer(2), std::string(row.text(3))});
}

EventId end_of_life(Connection& connection, Shard shard, const Handle& handle, const SessionId& session,
                    const EventId& before) {
  auto row = connection.query(
      "SELECT coalesce(max(last_event), '') FROM past_session "
      "WHERE shard = $1 AND handle = $2 AND session = $3 AND ($4 = '' OR last_event < $4)",
      shard, handle, session, before);
  row.next();
  return EventId(row.text(0));
}

// Snapshots are most of the changes of a busy store: those that follow one another are one statement. A session that is
// among them again waits for the next, since a statement may change a row only once.
std::size_t apply_snapshots(Writing& writing, std::size_t from) {
  const std::vector<commit::Change>& changes = writing.batch.changes;
  std::vector<std::int64_t> shards, created, received, expires, versions, began, sums;
  std::vector<std::string_view> handles, sessions, visitors;
  std::vector<Blob> bytes;
  std::set<std::pair<std::string_view, std::string_view>> seen;
  std::size_t i = from;
  for (; i < changes.size(); ++i) {
    const auto* s = std::get_if<commit::SnapshotWrite>(&changes[i]);
    if (!s || !seen.emplace(s->handle.view(), s->session.view()).second) break;
    shards.push_back(writing.touch(s->handle));
    handles.push_back(s->handle.view());
    sessions.push_back(s->session.view());
    visitors.push_back(s->visitor.view());
    created.push_back(to_ms(s->created));
    received.push_back(to_ms(s->last_received));
    expires.push_back(to_ms(s->expires_at));
    versions.push_back(static_cast<std::int64_t>(s->version));
    began.push_back(static_cast<std::int64_t>(s->began));
    sums.push_back(snapshot_sum(s->bytes, s->version, to_ms(s->last_received), writing.position));
    bytes.push_back({s->bytes});
  }
  writing.connection.run(
      "INSERT INTO session (shard, handle, session, visitor, created, last_received, expires_at, version, began, "
      "as_of, "
      "sum, bytes) SELECT r.shard, r.handle, r.session, r.visitor, r.created, r.received, r.expires, r.version, "
      "r.began, "
      "$12, r.sum, r.bytes FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], "
      "$7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bytea[]) "
      "AS r(shard, handle, session, visitor, created, received, expires, version, began, sum, bytes) "
      "ON CONFLICT (shard, handle, session) DO UPDATE SET visitor = excluded.visitor, created = excluded.created, "
      "last_received = excluded.last_received, expires_at = excluded.expires_at, version = excluded.version, "
      "began = excluded.began, as_of = excluded.as_of, sum = excluded.sum, bytes = excluded.bytes",
      shards, handles, sessions, visitors, created, received, expires, versions, began, sums, bytes, writing.position);
  return i;
}

// Of all shards that this process owns: their rows up to here are in snapshots.
void apply(Writing& writing, const commit::Checkpoint& checkpoint) {
  writing.connection.run("UPDATE journal_end SET checkpoint = greatest(checkpoint, $2) WHERE shard = ANY($1::bigint[])",
                         writing.touch(writing.shards.own()), checkpoint.position);
}

void apply(Writing& writing, const commit::Erase& erase) {
  Connection& connection = writing.connection;
  const Shard shard = writing.touch(erase.handle);
  connection.run("DELETE FROM session WHERE shard = $1 AND handle = $2 AND session = $3", shard, erase.handle,
                 erase.session);
  EventId behind;
  if (erase.only_this_life)
    behind = end_of_life(connection, shard, erase.handle, erase.session);
  else
    connection.run("DELETE FROM past_session WHERE shard = $1 AND handle = $2 AND session = $3", shard, erase.handle,
                   erase.session);
  schedule_erasure(writing, shard, erase.digest, false, erase.since, writing.position, true);
  if (erase.denied_until) remember_denial(writing, shard, erase.digest, *erase.denied_until);
  erase_from_outbox(writing, erase.handle, erase.session, erase.reason, behind, {});
}

void apply(Writing& writing, const commit::ErasePast& erase) {
  Connection& connection = writing.connection;
  const Shard shard = writing.touch(erase.handle);
  const EventId behind = end_of_life(connection, shard, erase.handle, erase.session, erase.last);
  const bool is_last = end_of_life(connection, shard, erase.handle, erase.session) <= erase.last;
  connection.run("DELETE FROM past_session WHERE shard = $1 AND handle = $2 AND session = $3 AND last_event = $4",
                 shard, erase.handle, erase.session, erase.last);
  erase_from_outbox(writing, erase.handle, erase.session, erase.reason, behind,
                    erase.to_end && is_last ? EventId{} : erase.last);
}

void apply(Writing& writing, const commit::Expire& gone) {
  const Shard shard = writing.touch(gone.handle);
  writing.connection.run("DELETE FROM session WHERE shard = $1 AND handle = $2 AND session = $3", shard, gone.handle,
                         gone.session);
  schedule_erasure(writing, shard, gone.digest, false, gone.since, gone.up_to, false);
  writing.connection.run(
      "INSERT INTO past_session (shard, handle, session, last_event, visitor) "
      "SELECT $1, $2, $3, id, $4 FROM event WHERE shard = $1 AND handle = $2 AND session = $3 AND session <> '' "
      "ORDER BY id DESC LIMIT 1 ON CONFLICT DO NOTHING",
      shard, gone.handle, gone.session, gone.visitor);
}

void apply(Writing& writing, const commit::Deny& wish) {
  auto row = writing.connection.query(
      "SELECT shard FROM denied WHERE shard = ANY($1::bigint[]) AND high = $2 AND low = $3 LIMIT 1",
      writing.shards.own(), wish.digest.high, wish.digest.low);
  remember_denial(writing, writing.touch(row.next() ? row.integer(0) : writing.shards.own().front()), wish.digest,
                  wish.until);
}

void apply(Writing& writing, const commit::SweepDenials& sweep) {
  writing.connection.run(
      "DELETE FROM denied WHERE (shard, high, low) IN (SELECT d.shard, d.high, d.low FROM unnest($1::bigint[]) AS "
      "s(id) "
      "CROSS JOIN LATERAL (SELECT shard, high, low, until FROM denied WHERE shard = s.id AND until <= $2 "
      "ORDER BY until LIMIT $3) d ORDER BY d.until LIMIT $3)",
      writing.touch(writing.shards.own()), sweep.ended_by, commit::Batch::kSweep);
}

void apply(Writing& writing, const commit::Reduce& reduce) {
  const Shard shard = writing.touch(reduce.handle);
  schedule_erasure(writing, shard, reduce.digest, true, reduce.since, writing.position, true);
  reduce_outbox(writing, reduce.handle, reduce.session,
                end_of_life(writing.connection, shard, reduce.handle, reduce.session));
}

// A denial may be in any shard (PostgresLedger::denied).
void apply(Writing& writing, const commit::ConsentAgain& consent) {
  writing.touch(writing.shards.own().front());
  writing.connection.run("DELETE FROM denied WHERE shard = ANY($1::bigint[]) AND high = $2 AND low = $3", Shards::all(),
                         consent.digest.high, consent.digest.low);
}

// A row without records stays: the highest position of a shard must not be used again.
void apply(Writing& writing, const commit::JournalRewrite& row) {
  const auto found = writing.rows.find(row.position);
  if (found == writing.rows.end()) return;
  std::vector<JournalPart> former;
  for (const RowOfShard& one : found->second) former.push_back({one.shard, one.bytes});
  const auto parts = parts_again(row.bytes, std::move(former));
  for (std::size_t i = 0; i < parts.size(); ++i) {
    RowOfShard& stored = found->second[i];
    if (stored.bytes == parts[i].bytes) continue;
    stored.bytes = parts[i].bytes;
    writing.connection.run("UPDATE journal SET sum = $3, bytes = $4 WHERE shard = $1 AND position = $2 AND turn = 0",
                           writing.touch(stored.shard), row.position, sum_of(stored.bytes, row.position, stored.at),
                           Blob{stored.bytes});
  }
}

void apply(Writing& writing, const commit::ErasuresDone& done) {
  for (const ledger::Ledger::Erasure& one : done.done)
    writing.connection.run(
        "DELETE FROM erasure WHERE shard = ANY($1::bigint[]) AND high = $2 AND low = $3 AND reduce = $4 AND up_to <= "
        "$5",
        writing.touch(writing.shards.own()), one.digest.high, one.digest.low, one.reduce, one.up_to);
}

// The newest row of each shard stays, without its records, for its position.
void apply(Writing& writing, const commit::SweepJournal& sweep) {
  constexpr const char* kOld =
      "WITH old AS (SELECT j.shard, j.position, j.turn, j.at FROM unnest($1::bigint[]) AS s(id) CROSS JOIN LATERAL ("
      "SELECT shard, position, turn, at FROM journal WHERE shard = s.id AND position <= $3 "
      "ORDER BY position, turn LIMIT $4) j ORDER BY j.position, j.shard, j.turn LIMIT $4), "
      "ends AS (SELECT e.shard, e.position, e.turn FROM unnest($1::bigint[]) AS s(id) CROSS JOIN LATERAL ("
      "SELECT shard, position, turn FROM journal WHERE shard = s.id ORDER BY position DESC, turn DESC LIMIT 1) e), "
      "blanked AS (UPDATE journal SET bytes = '', sum = 0 FROM old JOIN ends USING (shard, position, turn) "
      "WHERE journal.shard = old.shard AND journal.position = old.position AND journal.turn = old.turn "
      "AND journal.at < $2 AND journal.bytes <> '') "
      "DELETE FROM journal USING old WHERE journal.shard = old.shard AND journal.position = old.position "
      "AND journal.turn = old.turn AND journal.at < $2 AND NOT EXISTS (SELECT 1 FROM ends WHERE ends.shard = old.shard "
      "AND ends.position = old.position AND ends.turn = old.turn)";
  writing.connection.run(kOld, writing.touch(writing.shards.own()), sweep.before, sweep.up_to, commit::Batch::kSweep);
}

}  // namespace beckon::store::postgres
