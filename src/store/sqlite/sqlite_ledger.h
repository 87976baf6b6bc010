// ledger::Ledger over SQLite. Thread-safe: each call borrows a reader.
#pragma once
#include <mutex>
#include <set>

#include "ledger/ledger.h"
#include "store/sqlite/readers.h"

namespace beckon::store {

class SqliteLedger final : public ledger::Ledger {
 public:
  explicit SqliteLedger(Readers& readers) : readers_(readers) {}

  Result<std::optional<ledger::StoredSnapshot>> snapshot(const Handle& handle, const SessionId& session) override;
  Result<std::vector<ledger::SessionSummary>> snapshots(const Handle& handle,
                                                        const std::optional<ledger::ListCursor>& behind,
                                                        std::size_t limit) override;
  Result<std::vector<SessionId>> sessions_of(const Handle& handle, const VisitorId& visitor) override;
  Result<std::vector<SessionId>> own_records(const Handle& handle, std::string_view prefix, std::string_view behind,
                                             std::size_t limit) override;
  Result<std::vector<ledger::ExpiredSession>> expired(Instant by, std::size_t limit) override;
  Result<std::vector<ledger::PastSession>> past_sessions_of(const Handle& handle, const VisitorId& visitor) override;
  Result<EventId> end_of_former_lives(const Handle& handle, const SessionId& session) override;
  // A row with a bad checksum or damaged pages is skipped, and logged the first time. No lock is held while `row` runs.
  Result<void> read_journal(ledger::Position after,
                            const std::function<bool(ledger::Position, Instant, std::string_view)>& row) override;
  Result<ledger::Position> position_before(Instant at) override;
  Result<ledger::Position> checkpoint() override;
  Result<ledger::Position> last_position() override;
  Result<std::vector<Denial>> denied() override;
  Result<std::vector<Erasure>> erasures() override;
  Result<std::uint64_t> erasures_waiting() override;

 private:
  Readers& readers_;
  std::mutex named_mutex_;
  std::set<ledger::Position> named_;  // damaged rows that have been logged
};

}  // namespace beckon::store
