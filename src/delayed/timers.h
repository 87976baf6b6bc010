// The read port of timers: when to check a delayed rule in a session. Writes go through Commit, with the signals that
// set or cancel them. How they are processed: delayed/timer_changes.h.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "base/id.h"
#include "base/instant.h"
#include "base/result.h"

namespace beckon::delayed {

// At most one for each session, rule, and value of the rule's `same`.
struct Timer {
  Handle handle;
  SessionId session;
  RuleId rule;
  Instant due_at{};
  std::uint64_t anchor = 0;  // version of the signal that started the wait; 0 if it is still in the future
  std::uint64_t same = 0;    // rules::same_key of its value; 0 if the rule has no `same`
};

// Thread-safe.
class Timers {
 public:
  virtual ~Timers() = default;

  // Those due at `now`, earliest first, at most `limit`.
  virtual Result<std::vector<Timer>> due(Instant now, std::size_t limit) = 0;

  virtual Result<std::optional<Instant>> next_due() = 0;  // the earliest due_at of all; std::nullopt if there is none

  virtual Result<std::vector<Timer>> timers_of(const Handle& handle, const SessionId& session) = 0;  // earliest first
};

}  // namespace beckon::delayed
