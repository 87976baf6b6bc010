// Simulations as jobs: one runs at a time, a few wait, and what they came to is kept for a while. In memory alone: a
// restart forgets them.
#pragma once
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

#include "base/random.h"
#include "decision/simulation.h"

namespace beckon::decision {

enum class SimulationState : std::uint8_t {
  kRunning,
  kDone,
  kCancelled,
  kFailed
};  // running: or it waits for its turn
std::string_view to_text(SimulationState state);

// As far as a simulation has come. Its result where it is done.
struct SimulationView {
  SimulationId id;
  Instant since{}, until{};
  SimulationState state = SimulationState::kRunning;
  double progress = 0;  // 0 to 1
  Duration took{};      // while it ran
  std::string reason;   // of one that failed
  std::shared_ptr<const Simulated> result;
};

// Thread-safe. All that it is made with outlives it.
class Simulations {
 public:
  struct Options {
    std::size_t waiting = 8;                      // of all handles; beyond it 503. Of one handle there is one at a time
    std::size_t kept = 64;                        // that have ended; the oldest go
    std::size_t memory = std::size_t{512} << 20;  // bytes of sessions that one may hold
  };
  Simulations(ledger::Ledger& ledger, const Sessions& digests, Options options)
      : ledger_(ledger), digests_(digests), options_(options) {}

  // Fault: kConflict where one of the handle is under way, kUnavailable where too many wait.
  std::optional<Fault> start(SimulationId id, SimulationRequest request);
  // Nothing: there is none of this handle, or it is long over.
  std::optional<SimulationView> find(const Handle& handle, const SimulationId& id) const;
  // As find, once it has ended, or after `longest`.
  std::optional<SimulationView> wait(const Handle& handle, const SimulationId& id,
                                     std::chrono::milliseconds longest) const;
  // Ends one that waits or runs; returns once it has ended. One that had ended stays as it was.
  std::optional<SimulationView> cancel(const Handle& handle, const SimulationId& id);

  // The thread's body: until it is stopped, which cancels what runs.
  void run(std::stop_token stop);
  // Runs the next one that waits; false: there is none. For tests and run().
  bool step();

 private:
  struct Job {
    SimulationRequest request;
    SimulationProgress progress;
    SimulationView view;
    bool begun = false;
  };
  using JobPtr = std::shared_ptr<Job>;

  JobPtr job(const Handle& handle, const SimulationId& id) const;  // caller locks
  static bool waits(const JobPtr& job);                            // for its turn
  static SimulationView seen(const Job& job);
  void end(Job& job, Result<Simulated> result, Duration took);

  ledger::Ledger& ledger_;
  const Sessions& digests_;
  const Options options_;
  mutable std::mutex mutex_;
  mutable std::condition_variable_any changed_;
  std::deque<JobPtr> jobs_;  // oldest first
  bool stopped_ = false;
};

}  // namespace beckon::decision
