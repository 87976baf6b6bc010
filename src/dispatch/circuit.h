// The circuit breaker of an endpoint. One that fails repeatedly gets no requests for a while, then a single attempt as
// a probe (chosen by refill.h: seldom the oldest); what waits for it meanwhile counts as held. None of this is stored:
// after a restart the endpoint is tried again, and the waiting deliveries are due in the store as before.
//
//   closed ──`failures` in a row──▶ open ──the time is over──▶ half open: one probe in flight
//     ▲                              ▲                            │
//     │                              └──── it failed: twice as long, up to `longest`
//     └───── an attempt got a response that is not retried ───────┘
#pragma once
#include <optional>

#include "base/instant.h"
#include "base/random.h"

namespace beckon::dispatch {

struct CircuitLimits {
  // The first periods are shorter than the waits of the retry schedule after as many failures: the attempts of a
  // single delivery happen when they would without a circuit breaker.
  int failures = 5;                            // in a row, of attempts that would be retried
  Duration open = std::chrono::seconds{5};     // the first time, ±10 %
  Duration longest = std::chrono::minutes{5};  // the limit; Retry-After of a receiver may be longer
};

// Confined to the dispatcher's thread.
class Circuit {
 public:
  bool is_closed() const { return !until_; }
  Instant until() const { return *until_; }  // when it may be probed. Precondition: !is_closed()

  // Whether an attempt may begin now, while `in_flight` others are in flight.
  bool admits(Instant now, int in_flight) const { return !until_ || (now >= *until_ && in_flight == 0); }

  void answered() { *this = Circuit{}; }
  // A failure that is to be retried. Ignored while the circuit is open: that attempt began before.
  void failed(Instant now, std::optional<Duration> retry_after, const CircuitLimits& limits, Random& random);
  // Allows the probe at once: an operator asked for it, or the clock was set back.
  void probe(Instant now) {
    if (until_) until_ = now;
  }

 private:
  int failures_ = 0;
  int opened_ = 0;  // times in this run
  std::optional<Instant> until_;
};

}  // namespace beckon::dispatch
