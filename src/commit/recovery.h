// Recovery: the sessions that the journal's tail knows come back into memory exactly as they were. One pass over the
// tail; its length is bounded by Housekeeping.
#pragma once
#include "commit/sessions.h"

namespace beckon::commit {

struct Recovered {
  ledger::Position last_position = 0;
  std::uint64_t rows = 0;
  std::uint64_t records = 0;
  std::uint64_t damaged = 0;  // rows or records that could not be read; named in the log
  std::uint64_t sessions = 0;
  std::size_t bytes = 0;  // of the journal's tail
};

// Before anything else uses `sessions`.
Result<Recovered> recover(ledger::Ledger& ledger, Sessions& sessions);

}  // namespace beckon::commit
