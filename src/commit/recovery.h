// Recovery: finds the sessions in the journal's tail, each of which is read when it is first needed. One pass over the
// tail, whose length Housekeeping bounds.
#pragma once
#include "commit/sessions.h"

namespace beckon::commit {

struct Recovered {
  ledger::Position last_position = 0;
  std::uint64_t rows = 0;
  std::uint64_t records = 0;
  std::uint64_t damaged = 0;  // unreadable rows, and unreadable records that were read; each is logged
  std::uint64_t sessions = 0;
  std::size_t bytes = 0;  // of the journal's tail
  Instant newest{};       // when the newest commit was made, by the clock of who made it; the epoch if there is none
};

// Call before `sessions` is used for anything else.
Result<Recovered> recover(ledger::Ledger& ledger, Sessions& sessions);

}  // namespace beckon::commit
