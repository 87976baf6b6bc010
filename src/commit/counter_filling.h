// Backfills counters that were declared after signals had arrived: reads the journal up to the declaration, step by
// step, and counts the signals of sessions that still exist. Later signals are counted as they arrive; each
// AppendRecord says what it has counted, so nothing counts twice.
#pragma once
#include "commit/committer.h"

namespace beckon::commit {

class CounterFilling final : public Maintenance {
 public:
  static constexpr std::size_t kBytesPerBatch = 512u << 10;  // bytes of the journal read
  static constexpr std::size_t kSessionsPerBatch = 256;      // sessions changed

  // Both outlive it.
  CounterFilling(ledger::Ledger& ledger, Tenants& tenants) : ledger_(ledger), tenants_(tenants) {}

  void plan(Draft& draft) override;
  void failed() override { failed_ = true; }
  bool hurries() const override { return tenants_.is_filling(); }

 private:
  void fill(Draft& draft, const Tenant& tenant);

  ledger::Ledger& ledger_;
  Tenants& tenants_;
  bool failed_ = false;  // the last commit failed: wait before the next attempt
  Instant tried_at_{};
};

}  // namespace beckon::commit
