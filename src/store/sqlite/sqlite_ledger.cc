#include "store/sqlite/sqlite_ledger.h"

#include <limits>

#include "store/sqlite/batch_rows.h"
#include "store/sqlite/faults.h"
#include "store/sqlite/journal_reader.h"
#include "store/sum.h"
#include "system/log.h"

namespace beckon::store {

using ledger::Position;

// A damaged snapshot is skipped as if there were none: the session starts empty instead of failing every time.
Result<std::optional<ledger::StoredSnapshot>> SqliteLedger::snapshot(const Handle& handle, const SessionId& session) {
  return guarded([&]() -> Result<std::optional<ledger::StoredSnapshot>> {
    auto reader = readers_.borrow();
    auto row = reader->query(
        "SELECT version, last_received, as_of, sum, bytes, began FROM session WHERE handle = ?1 AND session = ?2",
        handle, session);
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

Result<std::vector<ledger::SessionSummary>> SqliteLedger::snapshots(const Handle& handle,
                                                                    const std::optional<ledger::ListCursor>& behind,
                                                                    std::size_t limit) {
  return guarded([&]() -> Result<std::vector<ledger::SessionSummary>> {
    auto reader = readers_.borrow();
    const std::int64_t created = behind ? to_ms(behind->created) : std::numeric_limits<std::int64_t>::max();
    const std::string_view id = behind ? std::string_view(behind->id) : std::string_view{};
    auto row = reader->query(
        "SELECT session, visitor, created, last_received, version FROM session "
        "WHERE handle = ?1 AND (created, session) < (?2, ?3) AND substr(session, 1, 1) <> '@' ORDER BY created DESC, "
        "session DESC LIMIT ?4",
        handle, created, id, limit);
    std::vector<ledger::SessionSummary> found;
    while (row.next())
      found.push_back({SessionId(row.text(0)), VisitorId(row.text(1)), row.instant(2), row.instant(3), row.whole(4)});
    return found;
  });
}

Result<std::vector<SessionId>> SqliteLedger::sessions_of(const Handle& handle, const VisitorId& visitor) {
  return guarded([&]() -> Result<std::vector<SessionId>> {
    auto reader = readers_.borrow();
    auto row = reader->query(
        "SELECT session FROM session WHERE handle = ?1 AND visitor = ?2 AND visitor <> '' "
        "ORDER BY session",
        handle, visitor);
    std::vector<SessionId> found;
    while (row.next()) found.emplace_back(row.text(0));
    return found;
  });
}

Result<std::vector<SessionId>> SqliteLedger::own_records(const Handle& handle, std::string_view prefix,
                                                         std::string_view behind, std::size_t limit) {
  return guarded([&]() -> Result<std::vector<SessionId>> {
    auto reader = readers_.borrow();
    // The byte 0xff never occurs in valid UTF-8: it ends the range of the prefix.
    const std::string end = std::string(prefix) + '\xff';
    auto row = reader->query(
        "SELECT session FROM session WHERE handle = ?1 AND session >= ?2 AND session > ?3 AND session < ?4 "
        "ORDER BY session LIMIT ?5",
        handle, prefix, behind, std::string_view(end), limit);
    std::vector<SessionId> found;
    while (row.next()) found.emplace_back(row.text(0));
    return found;
  });
}

Result<std::vector<ledger::ExpiredSession>> SqliteLedger::expired(Instant by, std::size_t limit) {
  return guarded([&]() -> Result<std::vector<ledger::ExpiredSession>> {
    auto reader = readers_.borrow();
    auto row = reader->query(
        "SELECT handle, session, visitor, began, as_of FROM session WHERE expires_at <= ?1 "
        "ORDER BY expires_at LIMIT ?2",
        by, limit);
    std::vector<ledger::ExpiredSession> found;
    while (row.next())
      found.push_back(
          {Handle(row.text(0)), SessionId(row.text(1)), VisitorId(row.text(2)), row.whole(3), row.whole(4)});
    return found;
  });
}

Result<std::vector<ledger::PastSession>> SqliteLedger::past_sessions_of(const Handle& handle,
                                                                        const VisitorId& visitor) {
  return guarded([&]() -> Result<std::vector<ledger::PastSession>> {
    auto reader = readers_.borrow();
    auto row = reader->query(
        "SELECT session, last_event, coalesce((SELECT max(before.last_event) FROM past_session before "
        "WHERE before.handle = past.handle AND before.session = past.session "
        "AND before.last_event < past.last_event), '') "
        "FROM past_session past WHERE handle = ?1 AND visitor = ?2 ORDER BY session, last_event",
        handle, visitor);
    std::vector<ledger::PastSession> found;
    while (row.next()) found.push_back({SessionId(row.text(0)), EventId(row.text(1)), EventId(row.text(2))});
    return found;
  });
}

Result<EventId> SqliteLedger::end_of_former_lives(const Handle& handle, const SessionId& session) {
  return guarded([&]() -> Result<EventId> { return end_of_life(*readers_.borrow(), handle, session); });
}

Result<void> SqliteLedger::read_journal(Position after,
                                        const std::function<bool(Position, Instant, std::string_view)>& row) {
  return guarded([&]() -> Result<void> {
    JournalReader journal(readers_, after, [&](Position position, const char* what) {
      const std::lock_guard lock(named_mutex_);
      if (named_.insert(position).second) JournalReader::log_damage(position, what);
    });
    for (auto rows = journal.portion(); !rows.empty(); rows = journal.portion())
      for (const JournalRow& read : rows)
        if (!row(read.position, read.at, read.bytes)) return {};
    return {};
  });
}

// Positions have gaps where rows were deleted, so a row is searched from its lowest possible position.
Result<Position> SqliteLedger::position_before(Instant at) {
  return guarded([&]() -> Result<Position> {
    auto reader = readers_.borrow();
    Position before = 0, from = last_journal_position(*reader) + 1;  // the answer is in [before, from)
    while (from - before > 1) {
      const Position middle = before + (from - before) / 2;
      auto row =
          reader->query("SELECT position, at FROM journal WHERE position >= ?1 ORDER BY position LIMIT 1", middle);
      const bool earlier = row.next() && row.instant(1) < at;
      if (earlier)
        before = row.whole(0);
      else
        from = middle;
    }
    return before;
  });
}

Result<Position> SqliteLedger::checkpoint() {
  return guarded([&]() -> Result<Position> {
    auto reader = readers_.borrow();
    auto row = reader->query("SELECT value FROM meta WHERE name = 'checkpoint'");
    return row.next() ? row.whole(0) : 0;
  });
}

Result<Position> SqliteLedger::last_position() {
  return guarded([&]() -> Result<Position> { return last_journal_position(*readers_.borrow()); });
}

Result<std::vector<ledger::Ledger::Denial>> SqliteLedger::denied() {
  return guarded([&]() -> Result<std::vector<Denial>> {
    auto reader = readers_.borrow();
    auto row = reader->query("SELECT high, low, until FROM denied");
    std::vector<Denial> found;
    while (row.next()) found.push_back({{row.whole(0), row.whole(1)}, row.instant(2)});
    return found;
  });
}

Result<std::vector<ledger::Ledger::Erasure>> SqliteLedger::erasures() {
  return guarded([&]() -> Result<std::vector<Erasure>> {
    auto reader = readers_.borrow();
    auto row = reader->query("SELECT high, low, up_to, reduce, since FROM erasure ORDER BY up_to, high, low, reduce");
    std::vector<Erasure> found;
    while (row.next())
      found.push_back({.digest = {row.whole(0), row.whole(1)},
                       .up_to = row.whole(2),
                       .reduce = row.integer(3) != 0,
                       .since = row.whole(4)});
    return found;
  });
}

Result<std::uint64_t> SqliteLedger::erasures_waiting() {
  return guarded([&]() -> Result<std::uint64_t> {
    auto reader = readers_.borrow();
    auto row = reader->query("SELECT count(*) FROM erasure");
    row.next();
    return row.whole(0);
  });
}

}  // namespace beckon::store
