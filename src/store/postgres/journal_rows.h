// The journal's rows as a connection's database has them, by their places and ids alone.
#pragma once
#include <vector>

#include "store/fence/acknowledged.h"
#include "store/postgres/connection.h"

namespace beckon::store::postgres {

class ConnectionRows final : public JournalRows {
 public:
  explicit ConnectionRows(Connection& connection) : connection_(connection) {}

  RowsByShard newest(const std::vector<Shard>& shards) override;
  std::vector<Shard> having(const RowsByShard& rows) override;
  ledger::Position last_before(Shard shard, const JournalPlace& place, std::int64_t epoch) override;

 private:
  Connection& connection_;
};

}  // namespace beckon::store::postgres
