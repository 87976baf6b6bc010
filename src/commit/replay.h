// One session brought back from its snapshot and from its records in the journal after it.
#pragma once
#include <string_view>

#include "base/result.h"
#include "ledger/ledger.h"

namespace beckon::commit {

// Not thread-safe.
class Replay {
 public:
  explicit Replay(ledger::Ledger& ledger) : ledger_(&ledger) {}

  // Reads the snapshot, unless it was read before. A damaged one is logged, and counts as none.
  Result<void> begin(std::string_view handle, std::string_view session);

  // The next record that changes the session, as encoded, of the journal row at `position`. Begins, if needed.
  // A damaged record is logged, counted and skipped.
  Result<void> take(ledger::Position position, std::string_view record);

  const ledger::SessionPtr& session() const { return session_; }  // null if nothing is left of it
  ledger::Position as_of() const { return as_of_; }               // of its newest record, or one less
  bool changed() const { return changed_; }                       // since its snapshot
  std::uint64_t damaged() const { return damaged_; }              // records

 private:
  template <class Record>
  void apply(ledger::Position position, const Record& record);

  ledger::Ledger* ledger_;
  ledger::SessionPtr session_;
  ledger::Position as_of_ = 0;
  std::uint64_t damaged_ = 0;
  bool begun_ = false, changed_ = false;
};

}  // namespace beckon::commit
