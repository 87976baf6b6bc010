// commit::Analytics over PostgreSQL. Thread-safe: each call borrows a reader.
#pragma once
#include "commit/tally.h"
#include "store/postgres/readers.h"
#include "store/postgres/shards.h"

namespace beckon::store::postgres {

class PostgresAnalytics final : public commit::Analytics {
 public:
  PostgresAnalytics(Readers& readers, const Shards& shards) : readers_(readers), shards_(shards) {}

  Result<std::vector<commit::Tally>> tallies(const Question& question, std::size_t limit) override;
  Result<std::vector<commit::RevenueTally>> revenue(const Question& question, std::size_t limit) override;
  Result<void> times(const Question& question, const std::function<void(const commit::TimeTally&)>& take) override;

 private:
  Readers& readers_;
  const Shards& shards_;
};

}  // namespace beckon::store::postgres
