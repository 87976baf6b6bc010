// The last use of a key or token: updated in memory at each use, and written to the store occasionally.
#pragma once
#include <atomic>
#include <cstdint>

#include "base/instant.h"

namespace beckon {

// Thread-safe.
class LastUse {
 public:
  explicit LastUse(Instant stored = {}) : used_(to_ms(stored)), stored_(to_ms(stored)) {}  // epoch: never

  Instant at() const { return instant_ms(used_.load(std::memory_order_relaxed)); }
  void note(Instant now) {
    if (used_.load(std::memory_order_relaxed) < to_ms(now)) used_.store(to_ms(now), std::memory_order_relaxed);
  }

  // How much newer the last use is than the stored one; stored() records that it has been stored.
  Duration unstored() const { return Duration{used_ - stored_}; }
  void stored(Instant used_at) { stored_ = to_ms(used_at); }

 private:
  std::atomic<std::int64_t> used_, stored_;  // epoch milliseconds
};

}  // namespace beckon
