#include "store/postgres/postgres_ledger.h"

#include <limits>

#include "store/postgres/batch_rows.h"
#include "store/postgres/faults.h"
#include "store/sum.h"
#include "system/log.h"

namespace beckon::store::postgres {

using ledger::Position;

// A damaged snapshot is skipped as if there were none: the session starts empty instead of failing every time.
Result<std::optional<ledger::StoredSnapshot>> PostgresLedger::snapshot(const Handle& handle, const SessionId& session) {
  return readers_.read([&](Connection& reader) -> Result<std::optional<ledger::StoredSnapshot>> {
    auto row = reader.query(
        "SELECT version, last_received, as_of, sum, bytes, began FROM session "
        "WHERE shard = $1 AND handle = $2 AND session = $3",
        shards_.of(handle), handle, session);
    if (!row.next()) return std::nullopt;
    const std::string_view bytes = row.text(4);
    const Position as_of = row.whole(2);
    if (snapshot_sum(bytes, row.whole(0), row.integer(1), as_of) != row.integer(3)) {
      log::error("snapshot_damage").add("handle", handle.view()).add("bytes", static_cast<std::int64_t>(bytes.size()));
      return std::nullopt;
    }
    return ledger::StoredSnapshot{std::string(bytes), as_of, row.whole(5)};
  });
}

Result<std::vector<ledger::SessionSummary>> PostgresLedger::snapshots(const Handle& handle,
                                                                      const std::optional<ledger::ListCursor>& behind,
                                                                      std::size_t limit) {
  return readers_.read([&](Connection& reader) -> Result<std::vector<ledger::SessionSummary>> {
    const std::int64_t created = behind ? to_ms(behind->created) : std::numeric_limits<std::int64_t>::max();
    const std::string_view id = behind ? std::string_view(behind->id) : std::string_view{};
    auto row = reader.query(
        "SELECT session, visitor, created, last_received, version FROM session "
        "WHERE shard = $5 AND handle = $1 AND (created, session) < ($2, $3) AND left(session, 1) <> '@' "
        "ORDER BY created DESC, session DESC LIMIT $4",
        handle, created, id, limit, shards_.of(handle));
    std::vector<ledger::SessionSummary> found;
    while (row.next())
      found.push_back({SessionId(row.text(0)), VisitorId(row.text(1)), row.instant(2), row.instant(3), row.whole(4)});
    return found;
  });
}

Result<std::vector<SessionId>> PostgresLedger::sessions_of(const Handle& handle, const VisitorId& visitor) {
  return readers_.read([&](Connection& reader) -> Result<std::vector<SessionId>> {
    auto row = reader.query(
        "SELECT session FROM session WHERE shard = $1 AND handle = $2 AND visitor = $3 AND visitor <> '' "
        "ORDER BY session",
        shards_.of(handle), handle, visitor);
    std::vector<SessionId> found;
    while (row.next()) found.emplace_back(row.text(0));
    return found;
  });
}

Result<std::vector<SessionId>> PostgresLedger::own_records(const Handle& handle, std::string_view prefix,
                                                           std::string_view behind, std::size_t limit) {
  return readers_.read([&](Connection& reader) -> Result<std::vector<SessionId>> {
    // The highest character ends the range of the prefix.
    const std::string end = std::string(prefix) + "\xf4\x8f\xbf\xbf";
    auto row = reader.query(
        "SELECT session FROM session WHERE shard = $1 AND handle = $2 AND session >= $3 AND session > $4 "
        "AND session < $5 ORDER BY session LIMIT $6",
        shards_.of(handle), handle, prefix, behind, end, limit);
    std::vector<SessionId> found;
    while (row.next()) found.emplace_back(row.text(0));
    return found;
  });
}

Result<std::vector<ledger::ExpiredSession>> PostgresLedger::expired(Instant by, std::size_t limit) {
  return readers_.read([&](Connection& reader) -> Result<std::vector<ledger::ExpiredSession>> {
    auto row = reader.query(
        "SELECT e.* FROM unnest($1::bigint[]) AS s(id) CROSS JOIN LATERAL ("
        "SELECT handle, session, visitor, began, as_of, expires_at FROM session WHERE shard = s.id AND expires_at <= "
        "$2 "
        "ORDER BY expires_at LIMIT $3) e ORDER BY e.expires_at LIMIT $3",
        shards_.own(), by, limit);
    std::vector<ledger::ExpiredSession> found;
    while (row.next())
      found.push_back(
          {Handle(row.text(0)), SessionId(row.text(1)), VisitorId(row.text(2)), row.whole(3), row.whole(4)});
    return found;
  });
}

Result<std::vector<ledger::PastSession>> PostgresLedger::past_sessions_of(const Handle& handle,
                                                                          const VisitorId& visitor) {
  return readers_.read([&](Connection& reader) -> Result<std::vector<ledger::PastSession>> {
    auto row = reader.query(
        "SELECT session, last_event, coalesce((SELECT max(before.last_event) FROM past_session before "
        "WHERE before.shard = past.shard AND before.handle = past.handle AND before.session = past.session "
        "AND before.last_event < past.last_event), '') "
        "FROM past_session past WHERE shard = $1 AND handle = $2 AND visitor = $3 ORDER BY session, last_event",
        shards_.of(handle), handle, visitor);
    std::vector<ledger::PastSession> found;
    while (row.next()) found.push_back({SessionId(row.text(0)), EventId(row.text(1)), EventId(row.text(2))});
    return found;
  });
}

Result<EventId> PostgresLedger::end_of_former_lives(const Handle& handle, const SessionId& session) {
  return readers_.read(
      [&](Connection& reader) -> Result<EventId> { return end_of_life(reader, shards_.of(handle), handle, session); });
}

// Rows of one commit become one row again, in the order of their shards.
Result<std::vector<PostgresLedger::Row>> PostgresLedger::portion(Position after, std::int64_t bytes) {
  return readers_.read([&](Connection& reader) -> Result<std::vector<Row>> {
    auto row = reader.query(
        "WITH next AS (SELECT j.shard, j.position, "
        "coalesce(sum(j.size) OVER (ORDER BY j.position RANGE UNBOUNDED PRECEDING EXCLUDE GROUP), 0) AS before "
        "FROM unnest($1::bigint[]) AS s(id) CROSS JOIN LATERAL ("
        "SELECT shard, position, length(bytes) AS size FROM journal WHERE shard = s.id AND position > $2 "
        "AND bytes <> '' ORDER BY position LIMIT $4) j) "
        "SELECT j.position, j.at, j.sum, j.bytes FROM (SELECT * FROM next ORDER BY position, shard LIMIT $4) n "
        "JOIN journal j ON j.shard = n.shard AND j.position = n.position AND j.turn = 0 "
        "WHERE n.before < $3 ORDER BY j.position, j.shard",
        shards_.own(), after, bytes, kRows);
    std::vector<Row> rows;
    while (row.next()) {
      const Position position = row.whole(0);
      if (rows.empty() || rows.back().position != position) rows.push_back({position, row.instant(1), {}, false});
      if (sum_of(row.text(3), position, row.integer(1)) == row.integer(2))
        rows.back().bytes += row.text(3);
      else
        rows.back().damaged = true;
    }
    // The last may have more rows, unless nothing was left out.
    if (row.count() == kRows && rows.size() > 1) rows.pop_back();
    return rows;
  });
}

Result<void> PostgresLedger::read_journal(Position after,
                                          const std::function<bool(Position, Instant, std::string_view)>& row) {
  constexpr std::int64_t kFirstBytes = 64 << 10, kMostBytes = 1 << 20;  // callers may stop early
  for (std::int64_t bytes = kFirstBytes;; bytes = std::min(4 * bytes, kMostBytes)) {
    const auto rows = portion(after, bytes);
    if (!rows) return unexpected(rows.error());
    if (rows->empty()) return {};
    for (const Row& read : *rows) {
      after = read.position;
      if (read.damaged) log_damage(read.position);
      if (!read.bytes.empty() && !row(read.position, read.at, read.bytes)) return {};
    }
  }
}

void PostgresLedger::log_damage(Position position) {
  const std::lock_guard lock(named_mutex_);
  if (!named_.insert(position).second) return;
  log::error("journal_damage")
      .add("position", static_cast<std::int64_t>(position))
      .add("what", "checksum")
      .add("consequence", "signals of this commit are skipped");
}

// Positions have gaps where rows were deleted, so a row is searched from its lowest possible position.
Result<Position> PostgresLedger::position_before(Instant at) {
  return readers_.read([&](Connection& reader) -> Result<Position> {
    Position before = 0, from = last_position_in(reader) + 1;  // the answer is in [before, from)
    while (from - before > 1) {
      const Position middle = before + (from - before) / 2;
      auto row = reader.query(
          "SELECT j.position, j.at FROM unnest($1::bigint[]) AS s(id) CROSS JOIN LATERAL ("
          "SELECT position, at FROM journal WHERE shard = s.id AND position >= $2 AND bytes <> '' "
          "ORDER BY position LIMIT 1) j ORDER BY j.position LIMIT 1",
          shards_.own(), middle);
      const bool earlier = row.next() && row.instant(1) < at;
      if (earlier)
        before = row.whole(0);
      else
        from = middle;
    }
    return before;
  });
}

// The lowest of all shards.
Result<Position> PostgresLedger::checkpoint() {
  return readers_.read([&](Connection& reader) -> Result<Position> {
    auto row = reader.query("SELECT min(checkpoint) FROM journal_end WHERE shard = ANY($1::bigint[])", shards_.own());
    return row.next() ? row.whole(0) : 0;
  });
}

Position PostgresLedger::last_position_in(Connection& connection) const {
  auto row = connection.query(
      "SELECT coalesce(max((SELECT max(position) FROM journal WHERE shard = s.id)), 0) "
      "FROM unnest($1::bigint[]) AS s(id)",
      shards_.own());
  row.next();
  return row.whole(0);
}

Result<Position> PostgresLedger::last_position() {
  return readers_.read([&](Connection& reader) -> Result<Position> { return last_position_in(reader); });
}

// Of all shards: a denial names no handle, and one that was stored when a server had all shards may be in any of them.
Result<std::vector<ledger::Ledger::Denial>> PostgresLedger::denied() {
  return readers_.read([&](Connection& reader) -> Result<std::vector<Denial>> {
    auto row = reader.query(
        "SELECT high, low, max(until) FROM denied WHERE shard = ANY($1::bigint[]) GROUP BY high, low", Shards::all());
    std::vector<Denial> found;
    while (row.next()) found.push_back({{row.whole(0), row.whole(1)}, row.instant(2)});
    return found;
  });
}

Result<std::vector<ledger::Ledger::Erasure>> PostgresLedger::erasures() {
  return readers_.read([&](Connection& reader) -> Result<std::vector<Erasure>> {
    auto row = reader.query(
        "SELECT high, low, up_to, reduce, since FROM erasure WHERE shard = ANY($1::bigint[]) "
        "ORDER BY up_to, high, low, reduce",
        shards_.own());
    std::vector<Erasure> found;
    while (row.next())
      found.push_back({.digest = {row.whole(0), row.whole(1)},
                       .up_to = row.whole(2),
                       .reduce = row.integer(3) != 0,
                       .since = row.whole(4)});
    return found;
  });
}

Result<std::uint64_t> PostgresLedger::erasures_waiting() {
  return readers_.read([&](Connection& reader) -> Result<std::uint64_t> {
    auto row = reader.query("SELECT count(*) FROM erasure WHERE shard = ANY($1::bigint[])", shards_.own());
    row.next();
    return row.whole(0);
  });
}

}  // namespace beckon::store::postgres
