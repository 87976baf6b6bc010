// commit::Analytics over containers. Thread-safe by the facts' lock.
#pragma once
#include "commit/tally.h"
#include "store/memory/facts.h"

namespace beckon::store {

// The caller locks for all of these.
void add(commit::Tallies& tallies, const commit::Tallies& more);
void add(commit::GoalTallies& goals, const commit::GoalTallies& more);
void sweep(Facts& facts, Instant before);  // at most Batch::kSweep rows

class MemoryAnalytics final : public commit::Analytics {
 public:
  explicit MemoryAnalytics(Facts& facts) : facts_(facts) {}
  Result<std::vector<commit::Tally>> tallies(const Question& question, std::size_t limit) override;
  Result<std::vector<commit::RevenueTally>> revenue(const Question& question, std::size_t limit) override;
  Result<void> times(const Question& question, const std::function<void(const commit::TimeTally&)>& take) override;

 private:
  Facts& facts_;
};

}  // namespace beckon::store
