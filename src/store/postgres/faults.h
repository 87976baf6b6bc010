// The one place that converts errors of the database into faults of the ports.
#pragma once
#include <utility>

#include "base/result.h"
#include "store/postgres/connection.h"

namespace beckon::store::postgres {

bool is_out_of_space(const PostgresError& error);
// The statement or transaction was rolled back because of others, or because the server is starting or stopping: trying
// again may succeed.
bool is_passing(const PostgresError& error);

// For readers and the directory: unavailable if a retry may succeed, otherwise an internal error. Logged without values
// of rows.
Fault port_fault(const PostgresError& error);

// Runs `body` and converts a PostgresError into the port's fault.
template <class Body>
auto guarded(Body&& body) -> decltype(body()) {
  try {
    return std::forward<Body>(body)();
  } catch (const PostgresError& error) {
    return unexpected(port_fault(error));
  }
}

}  // namespace beckon::store::postgres
