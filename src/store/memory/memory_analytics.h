// decision::Analytics over containers. Thread-safe by the facts' lock.
#pragma once
#include "commit/tally.h"
#include "store/memory/facts.h"

namespace beckon::store {

// What a batch counts joins what was counted before. Caller locks.
void count(commit::Tallies& tallies, const commit::Batch& batch);

class MemoryAnalytics final : public commit::Analytics {
 public:
  explicit MemoryAnalytics(Facts& facts) : facts_(facts) {}
  Result<std::vector<commit::Tally>> tallies(const Question& question, std::size_t limit) override;

 private:
  Facts& facts_;
};

}  // namespace beckon::store
