// ledger::Ledger over PostgreSQL. Thread-safe: each call borrows a reader.
#pragma once
#include <mutex>
#include <set>

#include "ledger/ledger.h"
#include "store/postgres/readers.h"
#include "store/postgres/shards.h"

namespace beckon::store::postgres {

class PostgresLedger final : public ledger::Ledger {
 public:
  PostgresLedger(Readers& readers, const Shards& shards) : readers_(readers), shards_(shards) {}

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
  // A row with a bad checksum is skipped, and logged the first time. Reads in portions of up to 1 MiB; no connection is
  // held while `row` runs.
  Result<void> read_journal(ledger::Position after,
                            const std::function<bool(ledger::Position, Instant, std::string_view)>& row) override;
  Result<ledger::Position> position_before(Instant at) override;
  Result<ledger::Position> checkpoint() override;
  Result<ledger::Position> last_position() override;
  Result<std::vector<Denial>> denied() override;
  Result<std::vector<Erasure>> erasures() override;
  Result<std::uint64_t> erasures_waiting() override;

  ledger::Position last_position_in(Connection& connection) const;

 private:
  static constexpr std::int64_t kRows = 256;  // rows of a portion

  struct Row {
    ledger::Position position = 0;
    Instant at{};
    std::string bytes;
    bool damaged = false;
  };
  Result<std::vector<Row>> portion(ledger::Position after, std::int64_t bytes);
  void log_damage(ledger::Position position);

  Readers& readers_;
  const Shards& shards_;
  std::mutex named_mutex_;
  std::set<ledger::Position> named_;  // damaged rows that have been logged
};

}  // namespace beckon::store::postgres
