// commit::Analytics over containers. Thread-safe by the facts' lock.
#pragma once
#include "commit/tally.h"
#include "store/memory/facts.h"

namespace beckon::store {

// Caller locks, both.
void add(commit::Tallies& tallies, const commit::Tallies& more);
void sweep(commit::Tallies& tallies, Instant before);  // at most Batch::kSweep rows

class MemoryAnalytics final : public commit::Analytics {
 public:
  explicit MemoryAnalytics(Facts& facts) : facts_(facts) {}
  Result<std::vector<commit::Tally>> tallies(const Question& question, std::size_t limit) override;

 private:
  Facts& facts_;
};

}  // namespace beckon::store
