// delayed::Timers over containers. Thread-safe by the facts' lock.
#pragma once
#include "delayed/timers.h"
#include "store/memory/facts.h"

namespace beckon::store {

class MemoryTimers final : public delayed::Timers {
 public:
  explicit MemoryTimers(Facts& facts) : facts_(facts) {}
  Result<std::vector<delayed::Timer>> due(Instant now, std::size_t limit) override;
  Result<std::optional<Instant>> next_due() override;
  Result<std::vector<delayed::Timer>> timers_of(const Handle& handle, const SessionId& session) override;

 private:
  Facts& facts_;
};

}  // namespace beckon::store
