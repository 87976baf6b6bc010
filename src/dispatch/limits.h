// All limits of the dispatcher, each with its reason. Simulators and tests shrink them.
#pragma once
#include <cstddef>

#include "base/instant.h"
#include "dispatch/circuit.h"

namespace beckon::dispatch {

struct Limits {
  // Contract section 6: an attempt's deadlines.
  Duration connect = std::chrono::seconds{3};
  Duration whole = std::chrono::seconds{10};
  std::size_t response_kept = 4096;  // bytes of the response that are recorded

  // In flight at once. An endpoint queue starts with a window of 2, which grows by one with each response and halves
  // with each attempt that got none. Prompt and slow queues are counted apart, each up to `in_flight`, so that hanging
  // endpoints cannot use up what the others need.
  int in_flight_per_subscription = 16;
  int in_flight = 512;
  int in_flight_ceiling = 2048;  // both together, while attempts move from prompt to slow: open sockets
  Duration slow_after = std::chrono::seconds{1};  // an attempt that takes longer makes its queue slow

  CircuitLimits circuit;

  // Ended but not yet written. Bounds memory while the store cannot write.
  int unwritten_per_subscription = 256;
  int unwritten = 4096;

  // Read ahead of sending, per queue and in total; beyond `ready_bytes` a queue reads one delivery at a time.
  std::size_t ready_per_subscription = 64;
  std::size_t ready_bytes = 64u << 20;
  std::size_t probe_choice = 64;  // of the oldest and of the newest due: what a probe is chosen from
  int refills_per_step = 64;      // reads of the store between two polls of the network

  Duration again_after_fault = std::chrono::seconds{1};  // after a failed read; also for a queue that may not send
  Duration again_after_secret =
      std::chrono::seconds{60};                    // a secret that cannot be decrypted: only the operator can fix it
  Duration drain = std::chrono::seconds{12};       // at stop, for what is in flight: a little more than `whole`
  Duration drain_write = std::chrono::seconds{5};  // then for its results to be written
};

}  // namespace beckon::dispatch
