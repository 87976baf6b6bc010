// Simulations as jobs: one runs at a time, a few wait, and results are kept for a while. Only in memory: a restart
// drops them.
#pragma once
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

#include "base/random.h"
#include "base/shared_places.h"
#include "hindsight/what_if.h"

namespace beckon::hindsight {

enum class WhatIfState : std::uint8_t { kRunning, kDone, kCancelled, kFailed };  // kRunning also while it waits
std::string_view to_text(WhatIfState state);

// The state of a simulation, with its result once it is done.
struct WhatIfView {
  SimulationId id;
  Instant since{}, until{};
  WhatIfState state = WhatIfState::kRunning;
  double progress = 0;  // 0 to 1
  Duration took{};      // running time
  std::string reason;   // if it failed
  std::shared_ptr<const WhatIf> result;
};

// Thread-safe. Everything passed to it outlives it.
class WhatIfJobs {
 public:
  struct Options {
    std::size_t waiting = 8;                     // of all handles; beyond it, 503
    std::size_t per_handle = 1;                  // running or waiting; beyond it, 409
    std::size_t kept = 64;                       // ended jobs; the oldest are dropped
    std::size_t memory = WhatIfLimits{}.memory;  // bytes of sessions that one may keep
    std::size_t threads = 2;                     // of one; at most one for each processor
  };
  WhatIfJobs(ledger::Ledger& ledger, const commit::Sessions& digests, Options options)
      : ledger_(ledger), digests_(digests), options_(options) {}

  // Fault: kConflict if its handle is at per_handle, kUnavailable if too many wait.
  std::optional<Fault> start(SimulationId id, WhatIfRequest request);
  // std::nullopt if this handle has no such job, or it was dropped.
  std::optional<WhatIfView> find(const Handle& handle, const SimulationId& id) const;
  // Like find, once the job has ended, or after `longest`.
  std::optional<WhatIfView> wait(const Handle& handle, const SimulationId& id, std::chrono::milliseconds longest) const;
  // Ends a waiting or running job and returns once it has ended. A job that had ended is unchanged.
  std::optional<WhatIfView> cancel(const Handle& handle, const SimulationId& id);
  // Likewise, without waiting for its end: its caller is gone.
  void abandon(const Handle& handle, const SimulationId& id);

  std::size_t under_way() const;  // running and waiting
  const Refused& refused() const { return refused_; }

  // The thread's body: runs until stopped, which cancels the current job.
  void run(std::stop_token stop);
  // Runs the next waiting job; false if there is none. For tests and run().
  bool step();

 private:
  struct Job {
    WhatIfRequest request;
    WhatIfProgress progress;
    WhatIfView view;
    bool begun = false;
  };
  using JobPtr = std::shared_ptr<Job>;

  JobPtr job(const Handle& handle, const SimulationId& id) const;  // caller holds the lock
  void cancel(const JobPtr& job);                                  // likewise
  static bool waits(const JobPtr& job);                            // for its turn
  static bool is_under_way(const JobPtr& job) { return job->view.state == WhatIfState::kRunning; }
  static WhatIfView seen(const Job& job);
  void end(Job& job, Result<WhatIf> result, Duration took);

  ledger::Ledger& ledger_;
  const commit::Sessions& digests_;
  const Options options_;
  Refused refused_;
  mutable std::mutex mutex_;
  mutable std::condition_variable_any changed_;
  std::deque<JobPtr> jobs_;  // oldest first
  bool stopped_ = false;
};

}  // namespace beckon::hindsight
