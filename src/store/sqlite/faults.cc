#include "store/sqlite/faults.h"

#include <sqlite3.h>

#include <cerrno>

#include "system/log.h"

namespace beckon::store {
namespace {

bool is_failed_sync(int code) { return code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC; }

bool is_out_of_space(const SqliteError& error) {
  if (error.primary() == SQLITE_FULL) return true;
  // The WAL's index and quotas report lack of space as an I/O error.
  return error.primary() == SQLITE_IOERR && !is_failed_sync(error.code) &&
         (error.system_errno == ENOSPC || error.system_errno == EDQUOT);
}

}  // namespace

commit::CommitFault commit_fault(const SqliteError& error) {
  if (is_out_of_space(error)) return commit::CommitFault::kFull;
  if (error.primary() == SQLITE_BUSY) return commit::CommitFault::kBusy;
  return commit::CommitFault::kBroken;
}

Fault port_fault(const SqliteError& error) {
  log::error("store_fault").add("code", error.code).add("errno", error.system_errno).add("message", error.what());
  if (is_out_of_space(error)) return unavailable("The storage is full.");
  if (error.primary() == SQLITE_BUSY) return unavailable("The storage is busy.");
  if (error.primary() == SQLITE_CORRUPT || error.primary() == SQLITE_NOTADB)
    return {.code = FaultCode::kInternalError,
            .message = "Part of the stored data is damaged and cannot be read; restore a backup."};
  return {.code = FaultCode::kInternalError, .message = "The storage could not be read or written."};
}

}  // namespace beckon::store
