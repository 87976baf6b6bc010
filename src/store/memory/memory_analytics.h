// decision::Analytics over containers. Thread-safe by the facts' lock.
#pragma once
#include "decision/tally.h"
#include "store/memory/facts.h"

namespace beckon::store {

// What a batch counts joins what was counted before. Caller locks.
void count(decision::Tallies& tallies, const decision::Batch& batch);

class MemoryAnalytics final : public decision::Analytics {
 public:
  explicit MemoryAnalytics(Facts& facts) : facts_(facts) {}
  Result<std::vector<decision::Tally>> tallies(const Question& question, std::size_t limit) override;

 private:
  Facts& facts_;
};

}  // namespace beckon::store
