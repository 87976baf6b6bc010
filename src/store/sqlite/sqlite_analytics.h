// commit::Analytics over SQLite. Thread-safe: each call borrows a reader.
#pragma once
#include "commit/tally.h"
#include "store/sqlite/readers.h"

namespace beckon::store {

class SqliteAnalytics final : public commit::Analytics {
 public:
  explicit SqliteAnalytics(Readers& readers) : readers_(readers) {}

  Result<std::vector<commit::Tally>> tallies(const Question& question, std::size_t limit) override;
  Result<std::vector<commit::RevenueTally>> revenue(const Question& question, std::size_t limit) override;
  Result<void> times(const Question& question, const std::function<void(const commit::TimeTally&)>& take) override;

 private:
  Readers& readers_;
};

}  // namespace beckon::store
