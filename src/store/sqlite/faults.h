// The one place where an error of SQLite becomes a fault of a port.
#pragma once
#include <utility>

#include "base/result.h"
#include "commit/commit.h"
#include "store/sqlite/connection.h"

namespace beckon::store {

// Full: nothing was written, the transaction is rolled back. Busy: another process held the lock for the whole busy
// timeout. Broken: everything else, and every failed sync whatever its errno (safety.md, P9).
commit::CommitFault commit_fault(const SqliteError& error);

// For readers and the directory: unavailable where trying again can help, else an internal error. Logged, without
// the path and the SQL text.
Fault port_fault(const SqliteError& error);

// Runs `body`, turning what SQLite throws into the port's fault.
template <class Body>
auto guarded(Body&& body) -> decltype(body()) {
  try {
    return std::forward<Body>(body)();
  } catch (const SqliteError& error) {
    return unexpected(port_fault(error));
  }
}

}  // namespace beckon::store
