// Whether an endpoint is asked at all. One that fails again and again is left alone for a while, then tried with a
// single attempt; what waits for it meanwhile counts as held. Nothing of this is stored: after a restart the endpoint
// is tried anew, and what waits is due in the store as it was.
//
//   closed ──`failures` in a row──▶ open ──its time is over──▶ half open: one probe under way
//     ▲                              ▲                            │
//     │                              └──── it failed: twice as long, up to `longest`
//     └───── an attempt had an answer that is not to be retried ──┘
#pragma once
#include <optional>

#include "base/instant.h"
#include "base/random.h"

namespace beckon::dispatch {

struct CircuitLimits {
  // The first times are shorter than what the retry schedule waits after as many failures: the attempts of a single
  // delivery come as they would without a circuit.
  int failures = 5;                            // in a row, of attempts that would be retried
  Duration open = std::chrono::seconds{5};     // the first time, ±10 %
  Duration longest = std::chrono::minutes{5};  // and at most; what a receiver asks for (Retry-After) may be longer
};

// Confined to the loop.
class Circuit {
 public:
  bool is_closed() const { return !until_; }
  Instant until() const { return *until_; }  // when it may be probed. Precondition: !is_closed()

  // Whether an attempt may begin now, where `in_flight` are under way.
  bool admits(Instant now, int in_flight) const { return !until_ || (now >= *until_ && in_flight == 0); }

  void answered() { *this = Circuit{}; }
  // A failure that is to be retried. One that comes while it is open began before and changes nothing.
  void failed(Instant now, std::optional<Duration> retry_after, const CircuitLimits& limits, Random& random);
  // The probe may come at once: an operator wants to know, or the clock was set back.
  void probe(Instant now) {
    if (until_) until_ = now;
  }

 private:
  int failures_ = 0;
  int opened_ = 0;  // times in this run
  std::optional<Instant> until_;
};

}  // namespace beckon::dispatch
