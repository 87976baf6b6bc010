// The read port of the ledger: the journal, and snapshots of sessions. Writes go through
// commit::Commit. Errors: Fault kUnavailable or kInternalError; damaged data is logged and skipped
// where possible.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ledger/session.h"

namespace beckon::ledger {

// An entry in a list of sessions.
struct SessionSummary {
  SessionId id;
  VisitorId visitor;
  Instant created{};
  Instant last_received{};
  std::uint64_t version = 0;
};

// A position in a list ordered newest first by (created, id); pages continue strictly after it.
struct ListCursor {
  Instant created{};
  std::string id;
};

// A session's snapshot as stored.
struct StoredSnapshot {
  std::string bytes;   // codec.h
  Position as_of = 0;  // the last journal row it includes: that of its own commit, or the last before it
  Position began = 0;  // Session::began
};

// A session whose snapshot has expired.
struct ExpiredSession {
  Handle handle;
  SessionId id;
  VisitorId visitor;
  Position began = 0, as_of = 0;  // as in StoredSnapshot
};

// An expired session of which the delivery log still holds events; an id can have several, one after the other.
struct PastSession {
  SessionId id;
  EventId last;         // the newest of these events: later ones may belong to another session of the same id
  EventId before = {};  // the last event of the previous session of the id; empty if unknown
  friend bool operator==(const PastSession&, const PastSession&) = default;
};

// Thread-safe.
class Ledger {
 public:
  virtual ~Ledger() = default;

  // A session's snapshot; std::nullopt if it has none. About 15 µs on SQLite.
  virtual Result<std::optional<StoredSnapshot>> snapshot(const Handle& handle, const SessionId& session) = 0;

  // Snapshots of a handle's sessions, newest first by (created, id), at most `limit`. Excludes visitors' own records.
  virtual Result<std::vector<SessionSummary>> snapshots(const Handle& handle, const std::optional<ListCursor>& behind,
                                                        std::size_t limit) = 0;

  // The ids of all sessions of a visitor that have a snapshot.
  virtual Result<std::vector<SessionId>> sessions_of(const Handle& handle, const VisitorId& visitor) = 0;

  // The ids of visitors' own records that have a snapshot, in byte order: those that begin with `prefix` and come after
  // `behind`, at most `limit`.
  virtual Result<std::vector<SessionId>> own_records(const Handle& handle, std::string_view prefix,
                                                     std::string_view behind, std::size_t limit) = 0;

  // Sessions and visitors' own records whose snapshots had expired at `by`, the longest expired first, at most `limit`.
  virtual Result<std::vector<ExpiredSession>> expired(Instant by, std::size_t limit) = 0;

  // Expired sessions of a visitor of which events are still stored.
  virtual Result<std::vector<PastSession>> past_sessions_of(const Handle& handle, const VisitorId& visitor) = 0;
  // The last event of all expired sessions of an id, whichever visitor they had; later events belong to its current
  // session. Empty if there is none.
  virtual Result<EventId> end_of_former_lives(const Handle& handle, const SessionId& session) = 0;

  // Calls `row` with each journal row after `after`, in order, until it returns false.
  virtual Result<void> read_journal(Position after,
                                    const std::function<bool(Position, Instant, std::string_view bytes)>& row) = 0;

  // A position such that all rows written at `at` or later come after it, provided that the clock was never set back.
  // Bisects; takes less than a millisecond.
  virtual Result<Position> position_before(Instant at) = 0;

  // Everything up to here is in snapshots; recovery reads the journal after it.
  virtual Result<Position> checkpoint() = 0;
  virtual Result<Position> last_position() = 0;

  // Sessions that denied consent, each with the instant at which the denial is forgotten.
  struct Denial {
    SessionDigest digest;
    Instant until{};
    friend bool operator==(const Denial&, const Denial&) = default;
  };
  virtual Result<std::vector<Denial>> denied() = 0;

  // Physical erasure: digests whose journal rows are still to be rewritten, with the first and last position that may
  // contain them.
  struct Erasure {
    SessionDigest digest;
    Position up_to = 0;
    bool reduce = false;  // removes only metadata and visitor (consent basic)
    Position since = 0;   // 0 if unknown
    friend bool operator==(const Erasure&, const Erasure&) = default;
  };
  virtual Result<std::vector<Erasure>> erasures() = 0;
  virtual Result<std::uint64_t> erasures_waiting() = 0;  // their number
};

}  // namespace beckon::ledger
