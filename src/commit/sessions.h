// The sessions in memory: a bounded cache over snapshots that always holds every session of the journal's tail. After a
// start, those of the tail that nobody needed yet are known by the rows that they are read from.
//
// Readers (resolve, prefetch) take a pointer under a shard's short lock and evaluate without it. Only the committing
// thread changes sessions, after each commit and in commit order.
#pragma once
#include <array>
#include <atomic>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <vector>

#include "commit/commit.h"
#include "commit/id_list.h"
#include "commit/session_hasher.h"
#include "ledger/ledger.h"
#include "ledger/rested.h"
#include "ledger/session.h"

namespace beckon::commit {

class Replay;

class Sessions {
 public:
  // `budget`: bytes of sessions in memory, above which clean ones are evicted.
  Sessions(ledger::Ledger& ledger, const SessionHasher& hasher, std::size_t budget);

  ledger::SessionDigest digest(std::string_view handle, std::string_view session) const {
    return hasher_(handle, session);
  }

  // Thread-safe. Null if unknown, expired long ago, or denied. Reads the snapshot if the session is not in memory, and
  // after a start up to 32 rows of the journal.
  Result<ledger::SessionPtr> find(const Handle& handle, const SessionId& id, const ledger::SessionDigest& digest);
  bool denied(const ledger::SessionDigest& digest, Instant now) const;

  // Thread-safe, slow (scans memory): for lists and erasure. Merged with the snapshots.
  Result<std::vector<ledger::SessionSummary>> newest(const Handle& handle,
                                                     const std::optional<ledger::ListCursor>& behind, std::size_t limit,
                                                     Instant now);
  Result<std::vector<SessionId>> of_visitor(const Handle& handle, const VisitorId& visitor);

  // Thread-safe. The ids of visitors' own records in memory or with a snapshot, as Ledger::own_records lists them; some
  // may no longer exist when they are read. The cost does not grow with the handle.
  Result<std::vector<SessionId>> own_records(const Handle& handle, std::string_view prefix, std::string_view behind,
                                             std::size_t limit);

  // Thread-safe, slow. Reads the sessions of the journal's tail that nobody needed yet and that have more than `rows`
  // in it, in one pass over it. Lists and erasure need all of them, and wait for a pass that is under way. Returns the
  // number of damaged records.
  Result<std::uint64_t> read_recovered(std::size_t rows = 0, const std::stop_token& stop = {});

  std::size_t count() const;  // without visitors' own records that were read
  // Memory used, approximately; includes the lists of visitors' own records.
  std::size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

  // Committing thread only from here on.

  // The session as of journal row `position`. Null if it was erased or has expired.
  void publish(const ledger::SessionDigest& digest, ledger::SessionPtr session, ledger::Position position);
  // At recovery, in order of the first of `rows`: those of the journal that may change the session since its snapshot.
  void recover(const ledger::SessionDigest& digest, std::vector<ledger::Position> rows);
  void deny(const ledger::SessionDigest& digest, Instant until);
  void consent(const ledger::SessionDigest& digest);

  // The oldest row that is not in the snapshot of a session in memory; std::nullopt if all are clean.
  std::optional<ledger::Position> oldest_dirty();
  // The sessions that have been dirty longest, at most `limit`.
  std::vector<ledger::SessionDigest> dirtiest(std::size_t limit);
  std::size_t excess() const;  // bytes beyond the budget
  // Frees memory beyond the budget: evicts clean sessions at once, first of handles that use more than an equal share.
  // Returns up to `limit` dirty ones to be written first.
  std::vector<ledger::SessionDigest> idle(std::size_t limit);
  // Null if it is not in memory, or could not be read after a start: then it is dirty.
  ledger::SessionPtr in_memory(const ledger::SessionDigest& digest);
  // A snapshot was written as of `position`: the session is clean, unless it has changed since.
  void written(const ledger::SessionDigest& digest, ledger::Position position);
  // Evicts those of `digests` that are clean.
  void drop(const std::vector<ledger::SessionDigest>& digests);
  // Whether it has changed since its last snapshot.
  bool is_dirty(const ledger::SessionDigest& digest) const;

  // Packs sessions and visitors' own records that were not read since the previous round, at most `limit` of a part of
  // memory. They can be read as before. Returns true at the end of a round; the next call starts a new one.
  bool rest(std::size_t limit);

  // Expired sessions in memory, at most `limit`, from one of kParts parts; once fewer are found, the next call
  // continues with the next part.
  static constexpr std::size_t kParts = 64;
  struct Expired {
    ledger::SessionDigest digest;
    ledger::SessionPtr session;
    ledger::Position as_of = 0;  // of its newest record, or one less
  };
  std::vector<Expired> expired(Instant now, std::size_t limit);
  // Reads up to `limit` sessions of that part after a start. Returns true if all of them have been read.
  bool read_part(std::size_t limit);
  // Removes denials that have ended.
  void sweep_denials(Instant now);

 private:
  static constexpr std::size_t kShards = kParts, kShardBits = 6;
  static_assert(kShards == std::size_t{1} << kShardBits);
  // With its digest and the table's pointer 56 bytes, which with the allocator's 8 fill a unit of it.
  struct Slot {
    ledger::HeldSession held;
    ledger::Position as_of = 0;
    ledger::Position dirty_since = 0;  // 0 if its snapshot is current
    std::uint32_t bytes = 0;
    bool touched = true;  // read since the clock hand last passed
    bool read = true;     // since the last round of rest()
  };
  // That a session changed at a position: its digest's low half, and its shard.
  struct Dirty {
    Dirty(ledger::Position at, const ledger::SessionDigest& digest)
        : low(digest.low), shard(digest.high % kShards), position(at & ~std::uint64_t{0} >> kShardBits) {}
    std::uint64_t low;
    std::uint64_t shard : kShardBits;
    std::uint64_t position : 64 - kShardBits;
  };
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<ledger::SessionDigest, Slot> slots;
    std::unordered_map<ledger::SessionDigest, std::vector<ledger::Position>> unread;  // to be read from these rows
    std::uint64_t dropped = 0;  // evictions so far: a reader that raced with one reads again
    std::size_t visitors = 0;   // number of slots that are visitors' own records
  };

  Shard& shard(const ledger::SessionDigest& digest) { return shards_[digest.high % kShards]; }
  const Shard& shard(const ledger::SessionDigest& digest) const { return shards_[digest.high % kShards]; }
  // The first row that is not in the snapshot; 0 if there is none. The caller locks.
  static ledger::Position dirty_since(const Shard& shard, const ledger::SessionDigest& digest);
  // Its digest, if it is still dirty since then; otherwise the entry is stale.
  std::optional<ledger::SessionDigest> still_dirty(const Dirty& entry) const;
  // Does nothing if it has been read already. Thread-safe.
  Result<void> read_unread(const ledger::SessionDigest& digest);
  void put_read(const ledger::SessionDigest& digest, const Replay& read);
  void measure(Slot& slot);
  void put(Shard& shard, const ledger::SessionDigest& digest, ledger::SessionPtr session, ledger::Position as_of,
           ledger::Position dirty_since);
  void uncount(Shard& shard, const Slot& slot);  // call before it is removed
  static std::set<std::string, std::less<>> above_share(const Shard& shard);

  ledger::Ledger& ledger_;
  const SessionHasher& hasher_;
  const std::size_t budget_;
  std::array<Shard, kShards> shards_;
  std::atomic<std::size_t> unread_{0};  // of all shards
  std::mutex reading_mutex_;            // one pass over the tail at a time
  std::atomic<bool> some_on_disk_;      // sessions may have a snapshot without being in memory
  std::deque<Dirty> dirty_;             // by position; stale entries are skipped
  std::size_t hand_ = 0;
  std::size_t searched_ = 0;                           // shards searched for expired sessions
  std::size_t rested_parts_ = 0, rested_buckets_ = 0;  // progress of rest()
  // Visitors' own records in memory, by handle. Locked inside a shard's lock, for one change of one set.
  mutable std::mutex own_mutex_;
  std::map<std::string, IdList, std::less<>> own_;
  std::atomic<std::size_t> bytes_{0};
  mutable std::mutex denied_mutex_;
  std::unordered_map<ledger::SessionDigest, Instant> denied_;  // until when
  std::atomic<bool> someone_denied_{false};                    // ever: avoids the lock if nobody has
};

}  // namespace beckon::commit
