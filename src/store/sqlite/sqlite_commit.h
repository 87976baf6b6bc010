// commit::Commit over SQLite: one transaction and one sync per batch. Confined to the committing thread.
//
// The WAL. A checkpoint next to the writer (SqliteStore::checkpoint_wal) copies what it finds, but while commits go on
// it never catches up, and only a WAL that is copied to its last frame is begun again. So once the WAL has grown past
// its bound, the committing thread copies the rest itself, after a commit: little, where a checkpoint runs in parallel
// it. While frames wait to be shipped to a backup folder (wal_hold.h), whoever ships them does this.
//
// Full disk. A batch that brings nothing in (it settles, withdraws, holds, erases or drops) may be written into the
// space of the Reserve, which is let go for it, or when the WAL cannot be copied for want of space. From then until
// there is room to make it again every other batch is refused as full, so that the reserve is spent on results alone.
#pragma once
#include <atomic>
#include <memory>

#include "commit/commit.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/reserve.h"
#include "store/sqlite/wal_hold.h"
#include "store/sqlite/write_turn.h"

namespace beckon::store {

class SqliteCommit final : public commit::Commit {
 public:
  static constexpr int kWalPages = 2000;  // the WAL's bound: 16 MiB, or half a smaller reserve, which then has room
                                          // for copying a full WAL into the data file and for results after it

  SqliteCommit(std::unique_ptr<Connection> connection, WriteTurn& turn, Reserve reserve, WalHold& hold,
               std::atomic<bool>& broken);
  std::expected<commit::Receipt, commit::CommitFault> write(const commit::Batch& batch) override;
  bool has_room() override;

  int wal_bound() const { return wal_bound_; }  // pages

  void limit_pages(std::int64_t most);  // the data file's size; writes beyond are refused as full

 private:
  std::expected<commit::Receipt, commit::CommitFault> try_write(const commit::Batch& batch);
  commit::Receipt write_all(const commit::Batch& batch);
  void bound_wal();
  bool make_reserve();
  bool use_reserve();
  bool copy_wal();
  static int committed(void* self, sqlite3* db, const char* name, int pages);

  std::unique_ptr<Connection> connection_;
  WriteTurn& turn_;
  Reserve reserve_;
  WalHold& hold_;
  bool lean_ = false;          // the reserve was let go and is not made again yet
  std::atomic<bool>& broken_;  // the store's: a failed sync of any of its connections ends all writing
  int wal_pages_ = 0;
  const int wal_bound_;
  int copy_at_ = wal_bound_;
};

}  // namespace beckon::store
