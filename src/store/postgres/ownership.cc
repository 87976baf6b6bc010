#include "store/postgres/ownership.h"

#include <ctime>
#include <thread>

#include "base/check.h"
#include "base/operator_fault.h"
#include "store/postgres/faults.h"
#include "store/postgres/planted.h"
#include "store/postgres/schema.h"
#include "system/log.h"

namespace beckon::store::postgres {
namespace {

constexpr Duration kAnswer{2'000};         // to a renewal or a look
constexpr Duration kLockWait{1'500};       // for the rows of shards that are being committed to
constexpr Duration kForgetAfter{600'000};  // a node whose lease is over for so long
constexpr int kAnswersFor = 80;            // % of the lease

// A clock that goes on while the machine sleeps: a lease ends all the same.
std::int64_t machine_ms() {
  timespec now{};
  CHECK(::clock_gettime(CLOCK_BOOTTIME, &now) == 0);
  return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

Fault replaced(const std::string& name) {
  return {.code = FaultCode::kConflict,
          .message = "Another process has joined as node " + name + "; give each node a name of its own (--node)."};
}

// Of a row that begins with name, incarnation and address.
NodeIdentity identity_in(const Rows& row) {
  return {
      .name = std::string(row.text(0)), .incarnation = std::string(row.text(1)), .address = std::string(row.text(2))};
}

}  // namespace

std::vector<NodeState> nodes_of(Connection& connection) {
  std::vector<NodeState> nodes;
  auto row = connection.query(
      "SELECT n.name, n.incarnation, n.address, (extract(epoch FROM n.until - clock_timestamp()) * 1000)::bigint, "
      "s.id FROM node n LEFT JOIN shard s ON s.owner = n.incarnation ORDER BY n.name, s.id");
  while (row.next()) {
    NodeIdentity node = identity_in(row);
    if (nodes.empty() || nodes.back().node.name != node.name)
      nodes.push_back({.node = std::move(node), .left = Duration{row.integer(3)}, .shards = {}});
    if (!row.is_null(4)) nodes.back().shards.push_back(row.integer(4));
  }
  return nodes;
}

Ownership::~Ownership() {
  renewing_ = {};
  release();
}

Connection& Ownership::connection() {
  if (!connection_ || !connection_->is_usable()) {
    connection_ = std::make_unique<Connection>(options_);
    connection_->set_patience(kAnswer);
  }
  return *connection_;
}

void Ownership::renewed(std::int64_t sent_ms, std::int64_t others) {
  if (planted(Planted::kRenewedAtAnswer)) sent_ms = machine_ms();
  renewed_ms_ = sent_ms;
  others_ = others;
}

Result<void> Ownership::take() {
  const auto until = std::chrono::steady_clock::now() + kLease + kRenewEvery;
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (take_with(connection())) return {};
    }
    if (std::chrono::steady_clock::now() > until)
      return unexpected(Fault{.code = FaultCode::kConflict,
                              .message = "Another server is using this database; stop it, or name another database."});
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
  }
}

Result<bool> Ownership::try_to_take() {
  const std::lock_guard lock(mutex_);
  try {
    return take_with(connection());
  } catch (const PostgresError& error) {
    // A commit of the former owner is under way, or another node takes the shards.
    if (is_passing(error) || error.state == "55P03") return false;
    return unexpected(port_fault(error));
  }
}

// A process that stands still in the middle of a commit holds the rows of its shards for as long as that lasts. Its
// transaction is rolled back with its connection, and it finds out how it ended.
void Ownership::end_former_commits(Connection& connection) const {
  try {
    connection.query(
        "SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a WHERE a.datname = current_database() "
        "AND a.pid <> pg_backend_pid() AND a.application_name IN (SELECT 'beckon ' || s.owner FROM shard s "
        "WHERE s.owner <> '' AND s.owner <> $1 AND NOT EXISTS (SELECT 1 FROM node n "
        "WHERE n.incarnation = s.owner AND n.until > clock_timestamp() AND n.name <> $2))",
        self_.incarnation, self_.name);
  } catch (const PostgresError& error) {
    if (error.is_lost()) throw;
    log::warn("former_commits_not_ended").add("sqlstate", error.state).add("message", error.what());
  }
}

// Those that try at once take turns at the lock of the table.
bool Ownership::take_with(Connection& connection) {
  end_former_commits(connection);
  const std::int64_t sent = machine_ms();
  Transaction transaction(connection, Transaction::Kind::kWrite);
  connection.run("SELECT set_config('lock_timeout', $1, true)", std::to_string(kLockWait.count()));
  connection.run("LOCK TABLE node IN SHARE ROW EXCLUSIVE MODE");
  auto holding = connection.query(
      "SELECT 1 FROM node n WHERE n.until > clock_timestamp() AND n.name <> $1 "
      "AND EXISTS (SELECT 1 FROM shard s WHERE s.owner = n.incarnation) LIMIT 1",
      self_.name);
  if (holding.next()) return false;
  connection.run("DELETE FROM node WHERE until < clock_timestamp() - $1 * interval '1 ms'", kForgetAfter.count());
  connection.run(
      "INSERT INTO node (name, incarnation, address, until, schema_version) "
      "VALUES ($1, $2, $3, clock_timestamp() + $4 * interval '1 ms', $5) ON CONFLICT (name) DO UPDATE SET "
      "incarnation = excluded.incarnation, address = excluded.address, until = excluded.until, "
      "schema_version = excluded.schema_version",
      self_.name, self_.incarnation, self_.address, kLease.count(), newest_schema());
  std::vector<std::int64_t> epochs(kShards);
  auto row = connection.query("UPDATE shard SET owner = $1, epoch = epoch + 1 RETURNING id, epoch", self_.incarnation);
  while (row.next()) epochs.at(row.whole(0)) = row.integer(1);
  auto other = connection.query("SELECT count(*) FROM node WHERE until > clock_timestamp() AND name <> $1", self_.name);
  other.next();
  transaction.commit();
  epochs_ = std::move(epochs);
  tried_ = std::chrono::steady_clock::now();
  renewed(sent, other.integer(0));
  return true;
}

Result<void> Ownership::join() {
  const std::lock_guard lock(mutex_);
  return guarded([&]() -> Result<void> {
    connection().run(
        "INSERT INTO node (name, incarnation, address, until, schema_version) "
        "VALUES ($1, $2, $3, clock_timestamp() + $4 * interval '1 ms', $5) ON CONFLICT (name) DO UPDATE SET "
        "incarnation = excluded.incarnation, address = excluded.address, until = excluded.until, "
        "schema_version = excluded.schema_version",
        self_.name, self_.incarnation, self_.address, kLease.count(), newest_schema());
    return {};
  });
}

Result<std::optional<ShardOwner>> Ownership::look() {
  const std::lock_guard lock(mutex_);
  return guarded([&]() -> Result<std::optional<ShardOwner>> {
    const std::int64_t sent = machine_ms();
    auto own = connection().query(
        "INSERT INTO node (name, incarnation, address, until, schema_version) "
        "VALUES ($1, $2, $3, clock_timestamp() + $4 * interval '1 ms', $5) ON CONFLICT (name) DO UPDATE SET "
        "until = excluded.until WHERE node.incarnation = excluded.incarnation RETURNING 1",
        self_.name, self_.incarnation, self_.address, kLease.count(), newest_schema());
    if (!own.next()) return unexpected(replaced(self_.name));
    renewed_ms_ = sent;
    auto row = connection().query(
        "SELECT n.name, n.incarnation, n.address, (extract(epoch FROM n.until - clock_timestamp()) * 1000)::bigint "
        "FROM node n WHERE n.incarnation = (SELECT owner FROM shard WHERE id = 0)");
    if (!row.next()) return std::nullopt;
    return ShardOwner{.node = identity_in(row), .left = Duration{row.integer(3)}};
  });
}

void Ownership::keep_renewing() {
  renewing_ = std::jthread([this](std::stop_token stop) {
    while (!stop.stop_requested() && renew()) {
      std::mutex waiting;
      std::unique_lock lock(waiting);
      ended_.wait_for(lock, stop, kRenewEvery / 10, [] { return false; });
    }
  });
}

// A lease that ended while the database was away begins again, unless another node has taken the shards.
std::expected<void, commit::CommitFault> Ownership::renew() {
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (lost_) return unexpected(commit::CommitFault::kBroken);
  if (epochs_.empty() || released_ || now - tried_ < kRenewEvery) return {};
  tried_ = now;
  try {
    const std::int64_t sent = machine_ms();
    auto row = connection().query(
        "INSERT INTO node (name, incarnation, address, until, schema_version) "
        "SELECT $1, $2, $3, clock_timestamp() + $4 * interval '1 ms', $5 "
        "WHERE EXISTS (SELECT 1 FROM shard WHERE owner = $2) "
        "ON CONFLICT (name) DO UPDATE SET until = excluded.until WHERE node.incarnation = excluded.incarnation "
        "RETURNING (SELECT count(*) FROM node o WHERE o.until > clock_timestamp() AND o.name <> $1)",
        self_.name, self_.incarnation, self_.address, kLease.count(), newest_schema());
    if (row.next()) {
      renewed(sent, row.integer(0));
      return {};
    }
    lost_ = true;
    log::error("taken_over").add("why", "another server has taken over this database");
    return unexpected(commit::CommitFault::kBroken);
  } catch (const PostgresError& error) {
    log::warn("lease_not_renewed").add("sqlstate", error.state).add("message", error.what());
    return {};
  }
}

void Ownership::release() {
  const std::lock_guard lock(mutex_);
  if (std::exchange(released_, true)) return;
  if (!connection_ || !connection_->is_usable()) return;
  try {
    Transaction transaction(*connection_, Transaction::Kind::kWrite);
    connection_->run("DELETE FROM node WHERE name = $1 AND incarnation = $2", self_.name, self_.incarnation);
    connection_->run("UPDATE shard SET owner = '', epoch = epoch + 1 WHERE owner = $1", self_.incarnation);
    transaction.commit();
  } catch (const PostgresError& error) {
    log::warn("lease_not_given_back").add("message", error.what());
  }
}

Duration Ownership::left() const { return Duration{renewed_ms_ - machine_ms()} + kLease; }

bool Ownership::may_answer() const {
  return others_.load(std::memory_order_relaxed) == 0 || planted(Planted::kAnswerAlways) ||
         left() > kLease * (100 - kAnswersFor) / 100;
}

void Ownership::fence(Connection& connection, const std::set<Shard>& shards) const {
  if (planted(Planted::kNoFence)) return;
  std::vector<std::int64_t> ids, epochs;
  for (const Shard shard : shards) {
    ids.push_back(shard);
    epochs.push_back(epoch(shard));
  }
  if (planted(Planted::kIgnoreEpoch))
    return connection.run(
        "SELECT 1 / (count(*) = $3)::int FROM (SELECT id FROM shard WHERE id = ANY($1::bigint[]) AND owner = $2 "
        "ORDER BY id FOR SHARE) AS held",
        ids, self_.incarnation, ids.size());
  connection.run(
      "SELECT 1 / (count(*) = $4)::int FROM (SELECT s.id FROM unnest($1::bigint[], $2::bigint[]) AS mine(id, epoch) "
      "JOIN shard s ON s.id = mine.id AND s.epoch = mine.epoch WHERE s.owner = $3 ORDER BY s.id FOR SHARE OF s) AS "
      "held",
      ids, epochs, self_.incarnation, ids.size());
}

}  // namespace beckon::store::postgres
