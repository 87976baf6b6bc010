// Watches for due timers: keeps the next due instant in memory, so that the store is read only when it has come.
#pragma once
#include <condition_variable>
#include <mutex>
#include <stop_token>

#include "delayed/check_timers.h"

namespace beckon::delayed {

// Thread-safe. Everything passed to it outlives it; it outlives the works that it submitted.
class Alarm {
 public:
  struct Options {
    std::size_t timers_per_commit = 256;
    Duration again_after_fault{1000};  // the disk is full, or the server is overloaded
  };
  Alarm(Timers& timers, commit::Committer& committer, const Clock& clock, Options options)
      : timers_(timers), committer_(committer), clock_(clock), options_(options) {}

  // Call after each commit: a timer that it set may be due before all others.
  void committed(const commit::Batch& batch);

  // The thread's body.
  void run(std::stop_token stop);

  // Checks once, without waiting. True if timers were handed to the committer. For tests, the simulator and run().
  bool step();

  Instant next() const;  // when the store is read again; Instant::max(): not before a timer is set
  const DueCounts& counts() const { return counts_; }

 private:
  static constexpr Duration kLongestWait{1000};  // so that clock changes are noticed soon

  bool hand_over(std::vector<Timer> due);
  void look_no_later_than(Instant at, bool landed = false);

  Timers& timers_;
  commit::Committer& committer_;
  const Clock& clock_;
  const Options options_;
  DueCounts counts_;

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  Instant next_ = Instant::min();  // reads the store at start
  bool handed_over_ = false;       // the timers found last are not committed yet
};

}  // namespace beckon::delayed
