#include "store/sqlite/sqlite_commit.h"

#include <sqlite3.h>

#include <algorithm>

#include "store/sqlite/batch_rows.h"
#include "store/sqlite/faults.h"
#include "store/sqlite/schema.h"
#include "system/log.h"

namespace beckon::store {

using commit::Batch;
using commit::CommitFault;
using commit::Receipt;

namespace {

int bound_beside(std::uint64_t reserve) {
  const auto half = static_cast<int>(reserve / 2 / kPageSize);
  return reserve == 0 ? SqliteCommit::kWalPages : std::clamp(half, 64, SqliteCommit::kWalPages);
}

}  // namespace

SqliteCommit::SqliteCommit(std::unique_ptr<Connection> connection, outbox::OwedTable& owed, WriteTurn& turn,
                           Reserve reserve, WalHold& hold, std::atomic<bool>& broken)
    : connection_(std::move(connection)),
      owed_(owed),
      turn_(turn),
      reserve_(std::move(reserve)),
      hold_(hold),
      broken_(broken),
      wal_bound_(bound_beside(reserve_.size())) {
  add_outbox_functions(*connection_);
  sqlite3_wal_hook(connection_->raw(), &SqliteCommit::committed, this);
}

int SqliteCommit::committed(void* self, sqlite3*, const char*, int pages) {
  auto& commit = *static_cast<SqliteCommit*>(self);
  if (pages < commit.wal_pages_) commit.copy_at_ = commit.wal_bound_;  // the WAL was restarted
  commit.wal_pages_ = pages;
  return SQLITE_OK;
}

std::expected<Receipt, CommitFault> SqliteCommit::write(const Batch& batch) {
  if (broken_) return unexpected(CommitFault::kBroken);
  if (lean_) make_reserve();
  const bool may_use_reserve = !batch.brings_something_in();
  if (lean_ && !may_use_reserve) return unexpected(CommitFault::kFull);

  auto receipt = try_write(batch);
  if (!receipt && receipt.error() == CommitFault::kFull && may_use_reserve && use_reserve() && !broken_)
    receipt = try_write(batch);
  if (broken_) return unexpected(CommitFault::kBroken);
  if (receipt && wal_pages_ >= copy_at_) bound_wal();
  return receipt;
}

std::expected<Receipt, CommitFault> SqliteCommit::try_write(const Batch& batch) {
  const WriteTurn::Hold hold(turn_);
  try {
    outbox::OwedChanges owed(owed_);
    auto receipt = write_all(batch, owed);
    owed.publish();
    return receipt;
  } catch (const SqliteError& error) {
    const CommitFault fault = commit_fault(error);
    if (fault == CommitFault::kBroken) broken_ = true;
    log::error("commit_failed").add("code", error.code).add("errno", error.system_errno).add("message", error.what());
    return unexpected(fault);
  }
}

Receipt SqliteCommit::write_all(const Batch& batch, outbox::OwedChanges& owed) {
  Transaction transaction(*connection_, Transaction::Kind::kWrite);
  Writing writing{
      .connection = *connection_, .owed = owed, .at = batch.at, .position = last_journal_position(*connection_)};
  if (!batch.journal.empty()) append_journal(writing, batch.journal);
  for (const commit::Change& change : batch.changes) std::visit([&](const auto& one) { apply(writing, one); }, change);
  write_record(writing);
  transaction.commit();
  return {.position = writing.position, .unfinished = std::move(writing.unfinished)};
}

// If the WAL cannot be copied, it grows: the reserve is there for it as much as for results.
void SqliteCommit::bound_wal() {
  if (hold_.held())
    copy_at_ = wal_pages_ + wal_bound_ / 2;
  else if (!copy_wal())
    use_reserve();
}

bool SqliteCommit::has_room() { return lean_ ? make_reserve() : reserve_.has_room(); }

bool SqliteCommit::make_reserve() {
  if (!reserve_.make()) return false;
  lean_ = false;
  log::info("store_reserve_made");
  return true;
}

// The reserve first serves what must still be copied from the WAL; then the WAL restarts in its own space. Serving
// requests now is worth more than shipping the rest.
bool SqliteCommit::use_reserve() {
  if (!reserve_.release()) return false;
  lean_ = true;
  log::warn("store_reserve_released");
  hold_.let_go("the disk is full");
  copy_wal();
  return true;
}

// False: no space. The commit before it holds whether or not the copy succeeds; but after a failed sync nothing on the
// disk can be trusted.
bool SqliteCommit::copy_wal() {
  const auto copying = hold_.try_copying();
  if (!copying) return true;  // the hold is being moved
  const int code = sqlite3_wal_checkpoint_v2(connection_->raw(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  copy_at_ = wal_pages_ + wal_bound_ / 2;  // a long-running reader can keep the WAL from ending: not at each commit
  if (code == SQLITE_OK || code == SQLITE_BUSY || code == SQLITE_LOCKED) return true;
  const SqliteError error(sqlite3_extended_errcode(connection_->raw()), sqlite3_system_errno(connection_->raw()),
                          sqlite3_errmsg(connection_->raw()));
  log::error("checkpoint_failed").add("code", error.code).add("errno", error.system_errno);
  if (commit_fault(error) == CommitFault::kBroken) broken_ = true;
  return broken_;
}

void SqliteCommit::limit_pages(std::int64_t most) {
  connection_->execute(("PRAGMA max_page_count = " + std::to_string(most)).c_str());
}

}  // namespace beckon::store
