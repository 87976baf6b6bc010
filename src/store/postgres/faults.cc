#include "store/postgres/faults.h"

#include "system/log.h"

namespace beckon::store::postgres {

// The codes of PostgreSQL: postgresql.org/docs/15/errcodes-appendix.html.
bool is_fenced(const PostgresError& error) { return error.state == "22012"; }

bool is_out_of_space(const PostgresError& error) { return error.state == "53100"; }

// 40: rolled back (deadlock, serialization). 53: out of memory or connections. 55P03: lock not available. 57: canceled,
// or the server is stopping, starting or has crashed. 25006: it has become a replica.
bool is_passing(const PostgresError& error) {
  const auto begins = [&](const char* with) { return error.state.starts_with(with); };
  return error.is_lost() || begins("40") || begins("53") || error.state == "55P03" || begins("57") ||
         error.state == "25006";
}

Fault port_fault(const PostgresError& error) {
  log::error("store_fault").add("sqlstate", error.state).add("message", error.what());
  if (is_out_of_space(error)) return unavailable("The storage is full.");
  if (error.is_lost()) return unavailable("The database cannot be reached.");
  if (is_passing(error)) return unavailable("The storage is busy.");
  return {.code = FaultCode::kInternalError, .message = "The storage could not be read or written."};
}

}  // namespace beckon::store::postgres
