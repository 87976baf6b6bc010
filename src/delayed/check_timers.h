// The work that checks due timers.
#pragma once
#include <atomic>
#include <functional>
#include <vector>

#include "commit/committer.h"
#include "delayed/timers.h"

namespace beckon::delayed {

struct DueCounts {
  std::atomic<std::uint64_t> fired{0};    // evaluated, with any outcome
  std::atomic<std::uint64_t> owed{0};     // of them, chain.message.due was scheduled
  std::atomic<std::uint64_t> expired{0};  // overdue by more than the rule's ttl
};

struct Firing;

class CheckTimers final : public commit::Work {
 public:
  // Called once, on the committing thread. With a fault, the unchecked timers are still due.
  using Done = std::move_only_function<void(const std::optional<Fault>&)>;

  // `counts` outlives the work.
  CheckTimers(std::vector<Timer> timers, DueCounts& counts, Done done)
      : timers_(std::move(timers)), counts_(counts), done_(std::move(done)) {}

  void plan(commit::Draft& draft) override;
  void finish(const std::optional<Fault>& fault) override;

 private:
  enum class End : std::uint8_t { kKept, kNotDue, kPutOff, kExpired, kJudged, kOwed };
  End look(commit::Draft& draft, const Timer& timer);
  End fire(const Firing& firing);
  static End put_off(commit::Draft& draft, const Timer& timer, Instant to);
  static End cancel(commit::Draft& draft, const Timer& timer);
  End keep(const Fault& fault);

  std::vector<Timer> timers_;
  DueCounts& counts_;
  Done done_;
  std::optional<Fault> fault_;
  std::uint64_t fired_ = 0, owed_ = 0, expired_ = 0;
};

}  // namespace beckon::delayed
