// The ledger's port for reading: the journal, and the snapshots of sessions. What is written goes through
// commit::Commit. Errors: Fault kUnavailable or kInternalError; damage is named in the log and skipped where it can
// be.
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

// What a list shows of a session.
struct SessionSummary {
  SessionId id;
  VisitorId visitor;
  Instant created{};
  Instant last_received{};
  std::uint64_t version = 0;
};

// A place in a list ordered newest first by (created, id); lists go on strictly behind it.
struct ListCursor {
  Instant created{};
  std::string id;
};

// A session's snapshot as it is stored.
struct StoredSnapshot {
  std::string bytes;   // codec.h
  Position as_of = 0;  // the last journal row that it reflects: that of its own commit, or the last one before it
  Position began = 0;  // Session::began
};

// A session whose snapshot has expired.
struct ExpiredSession {
  Handle handle;
  SessionId id;
  VisitorId visitor;
  Position began = 0, as_of = 0;  // as StoredSnapshot has them
};

// A session that has expired, while the log still holds events of it: one of the lives of its id.
struct PastSession {
  SessionId id;
  EventId last;         // the newest of these events: what comes behind may belong to another life of the same id
  EventId before = {};  // the last of the life before it; empty: none is known
  friend bool operator==(const PastSession&, const PastSession&) = default;
};

// Thread-safe.
class Ledger {
 public:
  virtual ~Ledger() = default;

  // A session's snapshot; std::nullopt if it has none. About 15 µs on SQLite.
  virtual Result<std::optional<StoredSnapshot>> snapshot(const Handle& handle, const SessionId& session) = 0;

  // Snapshots of a handle's sessions, newest first by (created, id), at most `limit`. Visitors' own records are none.
  virtual Result<std::vector<SessionSummary>> snapshots(const Handle& handle, const std::optional<ListCursor>& behind,
                                                        std::size_t limit) = 0;

  // The ids of all sessions of a visitor that have a snapshot.
  virtual Result<std::vector<SessionId>> sessions_of(const Handle& handle, const VisitorId& visitor) = 0;

  // The ids of visitors' own records that have a snapshot, in the order of their bytes: those that begin with `prefix`
  // and lie behind `behind`, at most `limit`.
  virtual Result<std::vector<SessionId>> own_records(const Handle& handle, std::string_view prefix,
                                                     std::string_view behind, std::size_t limit) = 0;

  // Sessions, and visitors' own records, whose snapshots had expired by then, longest first, at most `limit`.
  virtual Result<std::vector<ExpiredSession>> expired(Instant by, std::size_t limit) = 0;

  // Sessions of a visitor that have expired and of which events are still kept.
  virtual Result<std::vector<PastSession>> past_sessions_of(const Handle& handle, const VisitorId& visitor) = 0;
  // The last event of the lives that an id has had, whoever's they were: those behind it are of its present one. Empty:
  // no former life is known.
  virtual Result<EventId> end_of_former_lives(const Handle& handle, const SessionId& session) = 0;

  // Calls `row` with each journal row behind `after`, in order, until it returns false.
  virtual Result<void> read_journal(Position after,
                                    const std::function<bool(Position, Instant, std::string_view bytes)>& row) = 0;

  // A position behind which every row written at `at` or later lies, as far as the clock never went back: found by
  // bisection, in less than a millisecond.
  virtual Result<Position> position_before(Instant at) = 0;

  // Everything up to here is in snapshots: recovery reads the journal behind it.
  virtual Result<Position> checkpoint() = 0;
  virtual Result<Position> last_position() = 0;

  // Sessions that denied consent, each with the instant from which on the wish is forgotten.
  struct Denial {
    SessionDigest digest;
    Instant until{};
    friend bool operator==(const Denial&, const Denial&) = default;
  };
  virtual Result<std::vector<Denial>> denied() = 0;

  // Physical erasure: digests whose journal rows are still to be rewritten, with the first and the last position that
  // can hold them.
  struct Erasure {
    SessionDigest digest;
    Position up_to = 0;
    bool reduce = false;  // only metadata and visitor go (consent basic)
    Position since = 0;   // 0: not known
    friend bool operator==(const Erasure&, const Erasure&) = default;
  };
  virtual Result<std::vector<Erasure>> erasures() = 0;
  virtual Result<std::uint64_t> erasures_waiting() = 0;  // how many these are
};

}  // namespace beckon::ledger
