// commit::Commit over SQLite: one transaction and one sync per batch. Confined to the committing thread.
//
// The WAL. A checkpoint that runs beside the writer (SqliteStore::checkpoint_wal) never catches up while commits
// continue, and only a WAL that was copied to its last frame restarts. So once the WAL has grown past its bound, the
// committing thread copies the rest after a commit: little, if such checkpoints run in parallel. While frames wait to
// be shipped to a backup folder (wal_hold.h), the shipper does this instead.
//
// Full disk. A batch that adds no data (it settles, withdraws, holds, erases or drops) may use the space of the
// Reserve, which is released for it, or when the WAL cannot be copied for lack of space. From then until there is room
// to create the reserve again, every other batch is refused as full, so that only results use the reserve.
#pragma once
#include <atomic>
#include <memory>

#include "commit/commit.h"
#include "outbox/owed.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/reserve.h"
#include "store/sqlite/wal_hold.h"
#include "store/sqlite/write_turn.h"

namespace beckon::store {

class SqliteCommit final : public commit::Commit {
 public:
  static constexpr int kWalPages = 2000;  // the WAL's bound: 16 MiB, or half of a smaller reserve, which then has room
                                          // for copying a full WAL into the data file and for results after it

  SqliteCommit(std::unique_ptr<Connection> connection, outbox::OwedTable& owed, WriteTurn& turn, Reserve reserve,
               WalHold& hold, std::atomic<bool>& broken);
  std::expected<commit::Receipt, commit::CommitFault> write(const commit::Batch& batch) override;
  bool has_room() override;

  int wal_bound() const { return wal_bound_; }  // in pages

  void limit_pages(std::int64_t most);  // maximum size of the data file; writes beyond it fail as full

 private:
  std::expected<commit::Receipt, commit::CommitFault> try_write(const commit::Batch& batch);
  commit::Receipt write_all(const commit::Batch& batch, outbox::OwedChanges& owed);
  void bound_wal();
  bool make_reserve();
  bool use_reserve();
  bool copy_wal();
  static int committed(void* self, sqlite3* db, const char* name, int pages);

  std::unique_ptr<Connection> connection_;
  outbox::OwedTable& owed_;
  WriteTurn& turn_;
  Reserve reserve_;
  WalHold& hold_;
  bool lean_ = false;          // the reserve was released and not created again yet
  std::atomic<bool>& broken_;  // the store's: a failed sync of any of its connections ends all writing
  int wal_pages_ = 0;
  const int wal_bound_;
  int copy_at_ = wal_bound_;
};

}  // namespace beckon::store
