// Fills counters that were declared after signals had come: reads the journal up to the declaration, step by step, and
// counts what it holds of sessions that are still there. What came behind the declaration is counted as it comes; an
// AppendRecord says what it has counted, so nothing counts twice.
#pragma once
#include "commit/committer.h"

namespace beckon::commit {

class CounterFilling final : public Maintenance {
 public:
  static constexpr std::size_t kBytesPerBatch = 512u << 10;  // of the journal, read
  static constexpr std::size_t kSessionsPerBatch = 256;      // changed

  // Both outlive it.
  CounterFilling(ledger::Ledger& ledger, Tenants& tenants) : ledger_(ledger), tenants_(tenants) {}

  void plan(Draft& draft) override;
  void failed() override { failed_ = true; }

 private:
  void fill(Draft& draft, const Tenant& tenant);

  ledger::Ledger& ledger_;
  Tenants& tenants_;
  bool failed_ = false;  // the last commit: the next attempt waits
  Instant tried_at_{};
};

}  // namespace beckon::commit
