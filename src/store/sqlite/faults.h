// The one place that converts SQLite errors into faults of the ports.
#pragma once
#include <utility>

#include "base/result.h"
#include "commit/commit.h"
#include "store/sqlite/connection.h"

namespace beckon::store {

// Full: nothing was written, and the transaction was rolled back. Busy: another process held the lock for the whole
// busy timeout. Broken: everything else, and every failed sync regardless of its errno (safety.md, P9).
commit::CommitFault commit_fault(const SqliteError& error);

// For readers and the directory: unavailable if a retry may succeed, otherwise an internal error. Logged without the
// path and the SQL text.
Fault port_fault(const SqliteError& error);

// Runs `body` and converts an SqliteError into the port's fault.
template <class Body>
auto guarded(Body&& body) -> decltype(body()) {
  try {
    return std::forward<Body>(body)();
  } catch (const SqliteError& error) {
    return unexpected(port_fault(error));
  }
}

}  // namespace beckon::store
