#include "store/postgres/faults.h"

#include "system/log.h"

namespace beckon::store::postgres {

// The codes of PostgreSQL: postgresql.org/docs/15/errcodes-appendix.html. A fence that finds another owner divides by
// zero (ownership.h).
LinkError::Kind PostgresError::kind() const {
  if (state.starts_with("08")) return Kind::kLost;
  if (state.starts_with("40")) return Kind::kRolledBack;
  if (state == "22012") return Kind::kFenced;
  if (state == "23505") return Kind::kTaken;
  if (state == "53100") return Kind::kFull;
  return Kind::kElse;
}

bool is_out_of_space(const PostgresError& error) { return error.kind() == LinkError::Kind::kFull; }

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
