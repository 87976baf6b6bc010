// When a key or a token was last used: kept in memory at each use, and written to the store now and then.
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

  // By how much the last use is newer than what is stored of it; and that so much is stored.
  Duration unstored() const { return Duration{used_ - stored_}; }
  void stored(Instant used_at) { stored_ = to_ms(used_at); }

 private:
  std::atomic<std::int64_t> used_, stored_;  // epoch milliseconds
};

}  // namespace beckon
