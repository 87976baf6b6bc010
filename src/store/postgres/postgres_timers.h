// delayed::Timers over PostgreSQL. Thread-safe: each call borrows a reader.
#pragma once
#include "delayed/timers.h"
#include "store/postgres/readers.h"
#include "store/postgres/shards.h"

namespace beckon::store::postgres {

class PostgresTimers final : public delayed::Timers {
 public:
  PostgresTimers(Readers& readers, const Shards& shards) : readers_(readers), shards_(shards) {}

  Result<std::vector<delayed::Timer>> due(Instant now, std::size_t limit) override;
  Result<std::optional<Instant>> next_due() override;
  Result<std::vector<delayed::Timer>> timers_of(const Handle& handle, const SessionId& session) override;

 private:
  Readers& readers_;
  const Shards& shards_;
};

}  // namespace beckon::store::postgres
