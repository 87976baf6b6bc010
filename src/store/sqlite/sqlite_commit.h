// decision::Commit over SQLite: one transaction and one sync per batch. Confined to the committing thread.
//
// The WAL. A checkpoint beside the writer (SqliteStore::checkpoint_wal) copies what it finds, but while commits go on
// it never catches up, and only a WAL that is copied to its last frame is begun anew. So once the WAL has grown past
// kWalPages, the committing thread copies the rest itself, after a commit: little, where somebody checkpoints beside it.
//
// Full disk. A batch that brings nothing in (it settles, withdraws, holds, erases or drops) may be written into the
// space of the Reserve. From the moment the reserve is let go until there is room to make it again, every other batch
// is refused as full, so that the reserve is spent on results alone.
#pragma once
#include <atomic>
#include <memory>

#include "decision/commit.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/reserve.h"
#include "store/sqlite/write_turn.h"

namespace beckon::store {

class SqliteCommit final : public decision::Commit {
 public:
  static constexpr int kWalPages = 2000;  // 8 MiB; the reserve is twice that, so that a full WAL can be copied from it

  SqliteCommit(std::unique_ptr<Connection> connection, WriteTurn& turn, Reserve reserve,
               std::atomic<bool>& broken);
  std::expected<decision::Receipt, decision::CommitFault> write(const decision::Batch& batch) override;

  void limit_pages(std::int64_t most);  // the data file's size; writes beyond are refused as full

 private:
  std::expected<decision::Receipt, decision::CommitFault> try_write(const decision::Batch& batch);
  decision::Receipt write_all(const decision::Batch& batch);
  void bound_wal();
  static int committed(void* self, sqlite3* db, const char* name, int pages);

  std::unique_ptr<Connection> connection_;
  WriteTurn& turn_;
  Reserve reserve_;
  bool lean_ = false;  // the reserve was let go and is not made again yet
  std::atomic<bool>& broken_;  // the store's: a failed sync of any of its connections ends all writing
  int wal_pages_ = 0;
  int copy_at_ = kWalPages;
};

}  // namespace beckon::store
