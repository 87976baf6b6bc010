#include "store/postgres/ownership.h"

#include <thread>

#include "base/check.h"
#include "store/postgres/faults.h"
#include "store/postgres/schema.h"
#include "system/log.h"

namespace beckon::store::postgres {
namespace {

constexpr Duration kAnswer{2'000};  // to a renewal

}  // namespace

Ownership::~Ownership() {
  const std::lock_guard lock(mutex_);
  if (!connection_ || !connection_->is_usable()) return;
  try {
    connection_->run("DELETE FROM node WHERE name = $1", name_);
  } catch (const PostgresError& error) {
    log::warn("lease_not_given_back").add("message", error.what());
  }
}

Result<void> Ownership::take() {
  const std::lock_guard lock(mutex_);
  connection_ = std::make_unique<Connection>(options_);
  const auto until = std::chrono::steady_clock::now() + kLease + kRenewEvery;
  for (;;) {
    const auto taken = try_to_take(*connection_);
    if (!taken) return unexpected(taken.error());
    if (*taken) break;
    if (std::chrono::steady_clock::now() > until)
      return unexpected(Fault{.code = FaultCode::kConflict,
                              .message = "Another server is using this database; stop it, or name another database."});
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
  }
  renewed_ = std::chrono::steady_clock::now();
  connection_->set_patience(kAnswer);
  return {};
}

// False while another server's lease lasts. Two that try at once take turns at the lock of the table.
Result<bool> Ownership::try_to_take(Connection& connection) {
  Transaction transaction(connection, Transaction::Kind::kWrite);
  connection.run("LOCK TABLE node IN SHARE ROW EXCLUSIVE MODE");
  connection.run("DELETE FROM node WHERE until <= clock_timestamp()");
  if (connection.query("SELECT 1 FROM node LIMIT 1").next()) return false;
  connection.run(
      "INSERT INTO node (name, until, schema_version) VALUES ($1, clock_timestamp() + $2 * interval '1 ms', $3)", name_,
      kLease.count(), newest_schema());
  std::vector<std::int64_t> epochs(kShards);
  auto row = connection.query("UPDATE shard SET owner = $1, epoch = epoch + 1 RETURNING id, epoch", name_);
  while (row.next()) epochs.at(row.whole(0)) = row.integer(1);
  transaction.commit();
  epochs_ = std::move(epochs);
  return true;
}

// A lease that ended while the database was away begins again, unless another server has taken the shards.
std::expected<void, commit::CommitFault> Ownership::renew() {
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (epochs_.empty() || now - renewed_ < kRenewEvery) return {};
  renewed_ = now;
  try {
    if (!connection_ || !connection_->is_usable()) {
      connection_ = std::make_unique<Connection>(options_);
      connection_->set_patience(kAnswer);
    }
    auto row = connection_->query(
        "INSERT INTO node (name, until, schema_version) SELECT $1, clock_timestamp() + $2 * interval '1 ms', $3 "
        "WHERE EXISTS (SELECT 1 FROM shard WHERE owner = $1) "
        "ON CONFLICT (name) DO UPDATE SET until = excluded.until RETURNING 1",
        name_, kLease.count(), newest_schema());
    if (row.next()) return {};
    log::error("taken_over").add("why", "another server has taken over this database");
    return unexpected(commit::CommitFault::kBroken);
  } catch (const PostgresError& error) {
    log::warn("lease_not_renewed").add("sqlstate", error.state).add("message", error.what());
    return {};
  }
}

void Ownership::fence(Connection& connection, const std::set<Shard>& shards) const {
  std::vector<std::int64_t> ids, epochs;
  for (const Shard shard : shards) {
    ids.push_back(shard);
    epochs.push_back(epoch(shard));
  }
  connection.run(
      "SELECT 1 / (count(*) = $4)::int FROM (SELECT s.id FROM unnest($1::bigint[], $2::bigint[]) AS mine(id, epoch) "
      "JOIN shard s ON s.id = mine.id AND s.epoch = mine.epoch WHERE s.owner = $3 ORDER BY s.id FOR SHARE OF s) AS "
      "held",
      ids, epochs, name_, ids.size());
}

}  // namespace beckon::store::postgres
