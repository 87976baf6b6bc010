// The ledger's port for reading: the journal, and the snapshots of sessions. What is written goes through
// commit::Commit. Errors: Fault kUnavailable or kInternalError; damage is named in the log and skipped where it can
// be.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "ledger/session.h"

namespace beckon::ledger {

// Position of a journal row: rises by one per commit that wrote one; 0 before the first.
using Position = std::uint64_t;

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

  // Calls `row` with each journal row behind `after`, in order, until it returns false.
  virtual Result<void> read_journal(Position after,
                                    const std::function<bool(Position, Instant, std::string_view bytes)>& row) = 0;

  // A position behind which every row written at `at` or later lies, as far as the clock never went back: found by
  // bisection, in less than a millisecond.
  virtual Result<Position> position_before(Instant at) = 0;

  // Everything up to here is in snapshots: recovery reads the journal behind it.
  virtual Result<Position> checkpoint() = 0;
  virtual Result<Position> last_position() = 0;

  // Digests of sessions that denied consent. Those past their retention go with the next checkpoint.
  virtual Result<std::vector<SessionDigest>> denied() = 0;

  // Physical erasure: digests whose journal rows are still to be rewritten, with the last position that can hold them.
  struct Erasure {
    SessionDigest digest;
    Position up_to = 0;
    bool reduce = false;  // only metadata and visitor go (consent basic)
  };
  virtual Result<std::vector<Erasure>> erasures() = 0;
};

}  // namespace beckon::ledger
