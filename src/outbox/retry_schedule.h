// When a delivery is retried. Contract section 6.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "base/random.h"

namespace beckon::outbox {

// The waits after the first, second, … failure; a failure after the last wait is final.
// Immutable.
class RetrySchedule {
 public:
  static constexpr double kJitter = 0.10;  // each wait is randomized by ±10 %
  static constexpr Duration kMostRetryAfter = std::chrono::hours{1};
  static constexpr std::size_t kMostWaits = 64;

  RetrySchedule();  // 5 s, 10 s, 20 s, 40 s, 5 min, 30 min, 2 h, 5 h, 10 h
  // Precondition: every wait is positive, at most kMostWaits. Without waits, any failure is final.
  explicit RetrySchedule(std::vector<Duration> waits);

  // "5s,10s,5m", also "100ms" (for tests). std::nullopt for any other text.
  static std::optional<RetrySchedule> parse(std::string_view text);
  std::string to_text() const;  // what parse reads

  // The wait after the `failures`-th failure since the schedule began (from 1), with jitter; or
  // the receiver's Retry-After if that is longer, capped at kMostRetryAfter. std::nullopt to give
  // up.
  std::optional<Duration> wait_after(int failures, std::optional<Duration> retry_after, Random& random) const;

  const std::vector<Duration>& waits() const { return waits_; }

 private:
  std::vector<Duration> waits_;
};

}  // namespace beckon::outbox
