// delayed::Timers over SQLite. Thread-safe: each call borrows a reader.
#pragma once
#include "delayed/timers.h"
#include "store/sqlite/readers.h"

namespace beckon::store {

class SqliteTimers final : public delayed::Timers {
 public:
  explicit SqliteTimers(Readers& readers) : readers_(readers) {}

  Result<std::vector<delayed::Timer>> due(Instant now, std::size_t limit) override;
  Result<std::optional<Instant>> next_due() override;
  Result<std::vector<delayed::Timer>> timers_of(const Handle& handle, const SessionId& session) override;

 private:
  Readers& readers_;
};

}  // namespace beckon::store
