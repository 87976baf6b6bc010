// The sessions in memory: a bounded cache over snapshots, holding every session that the journal's tail knows.
//
// Readers (resolve, prefetch) take a pointer under a shard's short lock and judge without it. Only the committing
// thread changes what is here, and only after the commit has happened, in its order.
#pragma once
#include <array>
#include <atomic>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
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

class Sessions {
 public:
  // `budget`: bytes of sessions kept in memory before clean ones leave.
  Sessions(ledger::Ledger& ledger, const SessionHasher& hasher, std::size_t budget);

  ledger::SessionDigest digest(std::string_view handle, std::string_view session) const {
    return hasher_(handle, session);
  }

  // Thread-safe. Null: never seen, expired long ago, or denied. Reads the snapshot where the session left memory.
  Result<ledger::SessionPtr> find(const Handle& handle, const SessionId& id, const ledger::SessionDigest& digest);
  bool denied(const ledger::SessionDigest& digest, Instant now) const;

  // Thread-safe, slow (walks memory): for lists and erasure. Merged with the snapshots.
  Result<std::vector<ledger::SessionSummary>> newest(const Handle& handle,
                                                     const std::optional<ledger::ListCursor>& behind, std::size_t limit,
                                                     Instant now);
  Result<std::vector<SessionId>> of_visitor(const Handle& handle, const VisitorId& visitor);

  // Thread-safe. The ids of visitors' own records in memory or with a snapshot, as Ledger::own_records lists them; some
  // of them may be gone by the time they are read. Its work does not grow with the handle.
  Result<std::vector<SessionId>> own_records(const Handle& handle, std::string_view prefix, std::string_view behind,
                                             std::size_t limit);

  std::size_t count() const;  // without visitors' own records
  std::size_t bytes() const;  // memory held, about: with the lists of visitors' own records

  // The rest: committing thread only.

  // The session as of journal row `position`. Null: gone.
  void publish(const ledger::SessionDigest& digest, ledger::SessionPtr session, ledger::Position position);
  // At recovery, in the order of `dirty_since`: its snapshot lacks the rows from there to `as_of`.
  void recover(const ledger::SessionDigest& digest, ledger::SessionPtr session, ledger::Position dirty_since,
               ledger::Position as_of);
  void deny(const ledger::SessionDigest& digest, Instant until);
  void consent(const ledger::SessionDigest& digest);

  // The oldest row that some session in memory has and its snapshot has not; std::nullopt if all are clean.
  std::optional<ledger::Position> oldest_dirty();
  // Up to `limit` sessions that have been dirty longest.
  std::vector<ledger::SessionDigest> dirtiest(std::size_t limit);
  std::size_t excess() const;  // bytes beyond the budget
  // Frees memory beyond the budget: clean sessions leave at once, first those of handles that use more than an equal
  // part. Up to `limit` dirty ones that are to be written first.
  std::vector<ledger::SessionDigest> idle(std::size_t limit);
  ledger::SessionPtr in_memory(const ledger::SessionDigest& digest) const;
  // Its snapshot is written as of `position`: it is clean, unless it changed behind that.
  void written(const ledger::SessionDigest& digest, ledger::Position position);
  // Drops those of `digests` that are clean from memory.
  void drop(const std::vector<ledger::SessionDigest>& digests);
  // Whether it has changed since its snapshot was written.
  bool is_dirty(const ledger::SessionDigest& digest) const;

  // Lets visitors' own records rest that nobody has read since it last came by: at most `limit`, of a part of memory.
  // They are read as before. True: it has come by all of them, and begins again with the next call.
  bool rest(std::size_t limit);

  // Sessions in memory whose expiry is over, at most `limit` of one of kParts parts: the next part with the next call,
  // once fewer than that are found.
  static constexpr std::size_t kParts = 64;
  struct Expired {
    ledger::SessionDigest digest;
    ledger::SessionPtr session;
    ledger::Position as_of = 0;  // of its newest record, or one less
  };
  std::vector<Expired> expired(Instant now, std::size_t limit);
  // Forgets denials whose time is over.
  void sweep_denials(Instant now);

 private:
  struct Slot {
    ledger::SessionPtr session;   // null: it rests
    ledger::RestedRecord rested;  // one of a visitor
    ledger::Position as_of = 0;
    ledger::Position dirty_since = 0;  // 0: its snapshot is current
    std::uint32_t bytes = 0;
    bool touched = true;  // read since the hand last passed
    bool read = true;     // since `rest` last came by
  };
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<ledger::SessionDigest, Slot> slots;
    std::uint64_t dropped = 0;  // how many left memory: a reader that raced with one reads again
    std::size_t bytes = 0;
    std::size_t visitors = 0;  // how many of the slots are visitors' own records
  };
  static constexpr std::size_t kShards = kParts;

  Shard& shard(const ledger::SessionDigest& digest) { return shards_[digest.high % kShards]; }
  const Shard& shard(const ledger::SessionDigest& digest) const { return shards_[digest.high % kShards]; }
  static ledger::RestedRecord::Head head(const Slot& slot);  // views into it
  static ledger::SessionPtr session_in(const Slot& slot);    // as it is, or decoded
  static void measure(Shard& shard, Slot& slot);
  void put(Shard& shard, const ledger::SessionDigest& digest, Slot slot);
  void uncount(Shard& shard, const Slot& slot);  // which is about to go
  static std::set<std::string, std::less<>> above_share(const Shard& shard);

  ledger::Ledger& ledger_;
  const SessionHasher& hasher_;
  const std::size_t budget_;
  std::array<Shard, kShards> shards_;
  std::atomic<bool> some_on_disk_;  // some session may have a snapshot and not be in memory
  std::deque<std::pair<ledger::Position, ledger::SessionDigest>> dirty_;  // by dirty_since; stale entries are skipped
  std::size_t hand_ = 0;
  std::size_t searched_ = 0;                           // shards, for expired ones
  std::size_t rested_parts_ = 0, rested_buckets_ = 0;  // where `rest` has come by
  // Visitors' own records in memory, by handle. The lock is taken inside of a shard's, for one change of one set.
  mutable std::mutex own_mutex_;
  std::map<std::string, IdList, std::less<>> own_;
  std::size_t own_bytes_ = 0;
  mutable std::mutex denied_mutex_;
  std::unordered_map<ledger::SessionDigest, Instant> denied_;  // until when
  std::atomic<bool> someone_denied_{false};                    // ever: spares the lock where no one did
};

}  // namespace beckon::commit
