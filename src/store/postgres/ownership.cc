#include "store/postgres/ownership.h"

#include <algorithm>
#include <ctime>
#include <thread>

#include "base/check.h"
#include "base/operator_fault.h"
#include "store/postgres/faults.h"
#include "store/postgres/journal_rows.h"
#include "store/postgres/schema.h"
#include "system/log.h"

namespace beckon::store::postgres {
namespace {

constexpr Duration kAnswer{2'000};         // to a renewal or a look
constexpr Duration kLockWait{1'500};       // for the rows of shards that are being committed to
constexpr Duration kForgetAfter{600'000};  // a node whose lease is over for so long
constexpr Duration kLeaveAgain{100};

// A clock that goes on while the machine sleeps: a lease ends all the same.
Duration machine_time() {
  timespec now{};
  CHECK(::clock_gettime(CLOCK_BOOTTIME, &now) == 0);
  return Duration{std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000};
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

// In place of a former process of its name. One that is started again may own shards again.
void enter(Connection& connection, const NodeIdentity& self) {
  connection.run("DELETE FROM node WHERE until < clock_timestamp() - $1 * interval '1 ms'", kForgetAfter.count());
  connection.run(
      "INSERT INTO node (name, incarnation, address, until, schema_version) "
      "VALUES ($1, $2, $3, clock_timestamp() + $4 * interval '1 ms', $5) ON CONFLICT (name) DO UPDATE SET "
      "incarnation = excluded.incarnation, address = excluded.address, until = excluded.until, "
      "schema_version = excluded.schema_version, drained = false",
      self.name, self.incarnation, self.address, Lease::kLength.count(), newest_schema());
}

}  // namespace

Division division_of(Connection& connection) {
  Division found;
  auto node = connection.query(
      "SELECT name, incarnation, address, (extract(epoch FROM until - clock_timestamp()) * 1000)::bigint, drained "
      "FROM node ORDER BY name");
  while (node.next())
    found.nodes.push_back(
        {.node = identity_in(node), .left = Duration{node.integer(3)}, .drained = node.integer(4) != 0});
  auto shard = connection.query("SELECT owner, wanted FROM shard ORDER BY id");
  while (shard.next()) found.shards.push_back({std::string(shard.text(0)), std::string(shard.text(1))});
  return found;
}

bool want(Connection& connection, const std::vector<Shard>& shards, const std::string& node) {
  if (!node.empty() && !connection.query("SELECT 1 FROM node WHERE name = $1", node).next()) return false;
  connection.run("UPDATE shard SET wanted = $2 WHERE id = ANY($1::bigint[])", shards, node);
  return true;
}

bool set_drained(Connection& connection, const std::string& node, bool drained) {
  connection.run("UPDATE node SET drained = $2 WHERE name = $1", node, drained);
  return connection.changes() > 0;
}

Connection& Lease::connection() {
  if (!connection_ || !connection_->is_usable()) {
    auto made = std::make_unique<Connection>(options_);
    made->set_patience(kAnswer);
    ConnectionRows journal(*made);
    acknowledged_.compare(journal);
    connection_ = std::move(made);
  }
  return *connection_;
}

Result<void> Lease::join() {
  const std::lock_guard lock(mutex_);
  return guarded([&]() -> Result<void> {
    const Duration sent = machine_time();
    enter(connection(), self_);
    term_.begin(sent);
    return {};
  });
}

Result<void> Lease::look(const std::function<void(const Division&)>& seen) {
  const std::lock_guard lock(mutex_);
  return guarded([&]() -> Result<void> {
    const auto renew = [&] {
      auto own = connection().query(
          "INSERT INTO node (name, incarnation, address, until, schema_version) "
          "VALUES ($1, $2, $3, clock_timestamp() + $4 * interval '1 ms', $5) ON CONFLICT (name) DO UPDATE SET "
          "until = excluded.until WHERE node.incarnation = excluded.incarnation RETURNING 1",
          self_.name, self_.incarnation, self_.address, kLength.count(), newest_schema());
      return own.next();
    };
    const auto divided = [&] { return division_of(connection()); };
    if (!store::look(term_, self_.name, machine_time, renew, divided, seen)) return unexpected(replaced(self_.name));
    return {};
  });
}

void Lease::leave() {
  const std::lock_guard lock(mutex_);
  const auto until = std::chrono::steady_clock::now() + kLength;
  for (;;) {
    try {
      return connection().run("DELETE FROM node WHERE name = $1 AND incarnation = $2", self_.name, self_.incarnation);
    } catch (const PostgresError& error) {
      if (!error.is_lost() || !acknowledged_.knows_any() || std::chrono::steady_clock::now() > until)
        return void(log::warn("lease_not_given_back").add("message", error.what()));
    }
    std::this_thread::sleep_for(kLeaveAgain);
  }
}

Duration Lease::left() const { return term_.left(machine_time()); }

bool Lease::may_answer() const { return term_.may_answer(machine_time()); }

Ownership::Ownership(ConnectionOptions options, NodeIdentity self)
    : options_(options),
      lease_(std::make_shared<Lease>(std::move(options), std::move(self))),
      shards_(Shards::all()),
      is_alone_(true) {}

Ownership::Ownership(ConnectionOptions options, std::shared_ptr<Lease> lease, std::vector<Shard> shards)
    : options_(std::move(options)), lease_(std::move(lease)), shards_(std::move(shards)), is_alone_(false) {}

Ownership::~Ownership() {
  renewing_ = {};
  release();
}

Result<void> Ownership::take() {
  const auto until = std::chrono::steady_clock::now() + kLease + kRenewEvery;
  for (;;) {
    {
      Connection connection(options_);
      connection.set_patience(kAnswer);
      if (take_with(connection)) return {};
    }
    if (std::chrono::steady_clock::now() > until)
      return unexpected(Fault{.code = FaultCode::kConflict,
                              .message = "Another server is using this database; stop it, or name another database."});
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
  }
}

Connection& Ownership::taking() {
  if (!taking_ || !taking_->is_usable()) {
    taking_ = std::make_unique<Connection>(options_);
    taking_->set_patience(kAnswer);
  }
  return *taking_;
}

Result<void> Ownership::prepare() {
  return guarded([&]() -> Result<void> {
    take_with(taking(), "nobody", 0);  // so that the statement is planned
    return {};
  });
}

Result<bool> Ownership::take_from(const std::string& from, std::int64_t epoch) {
  const auto taken = guarded([&]() -> Result<bool> { return take_with(taking(), from, epoch); });
  taking_.reset();
  return taken;
}

Result<bool> Ownership::try_to_take() {
  const auto taken = [&]() -> Result<bool> {
    try {
      return take_with(taking());
    } catch (const PostgresError& error) {
      // A commit of the former owner is under way, or another node takes the shards.
      if (is_passing(error) || error.state == "55P03") return false;
      return unexpected(port_fault(error));
    }
  }();
  taking_.reset();
  return taken;
}

// Whoever else holds the rows finds that the lease of their owner lasts, and lets them go.
bool Ownership::take_with(Connection& connection, const std::string& from, std::int64_t epoch) {
  Transaction transaction(connection, Transaction::Kind::kPipeline);
  auto row = connection.query(
      "WITH own AS (SELECT id, shard.epoch AS held FROM shard WHERE id = ANY($2::bigint[]) AND owner = $3 ORDER BY id "
      "FOR UPDATE) "
      "UPDATE shard SET owner = $1, epoch = epoch + 1 FROM own WHERE shard.id = own.id "
      "AND (SELECT count(*) FROM own) = $4 AND EXISTS (SELECT 1 FROM own WHERE id = $5 AND held = $6) "
      "RETURNING shard.id, shard.epoch",
      self().incarnation, shards_, from, shards_.size(), shards_.front(), epoch);
  std::vector<std::int64_t> epochs(kShards);
  while (row.next()) epochs.at(row.whole(0)) = row.integer(1);
  transaction.commit();
  if (row.count() == 0) return false;
  took(std::move(epochs));
  return true;
}

// A process that stands still in the middle of a commit holds the rows of its shards for as long as that lasts. Its
// transaction is rolled back with its connection, and it finds out how it ended.
void Ownership::end_former_commits(Connection& connection) const {
  try {
    connection.query(
        "SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a WHERE a.datname = current_database() "
        "AND a.pid <> pg_backend_pid() AND a.application_name IN (SELECT 'beckon ' || s.owner FROM shard s "
        "WHERE s.id = ANY($3::bigint[]) AND s.owner <> '' AND s.owner <> $1 AND NOT EXISTS (SELECT 1 FROM node n "
        "WHERE n.incarnation = s.owner AND n.until > clock_timestamp() AND n.name <> $2))",
        self().incarnation, self().name, shards_);
  } catch (const PostgresError& error) {
    if (error.is_lost()) throw;
    log::warn("former_commits_not_ended").add("sqlstate", error.state).add("message", error.what());
  }
}

// Those that try at once take turns at the rows of the shards. The rows of their owners are locked then, so that none
// renews its lease without seeing afterwards that its shards are taken.
bool Ownership::take_with(Connection& connection) {
  end_former_commits(connection);
  const Duration sent = machine_time();
  Transaction transaction(connection, Transaction::Kind::kWrite);
  connection.run("SELECT set_config('lock_timeout', $1, true)", std::to_string(kLockWait.count()));
  connection.run("SELECT 1 FROM shard WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE", shards_);
  auto holding = connection.query(
      "SELECT until > clock_timestamp() FROM node WHERE name <> $1 AND incarnation IN (SELECT owner FROM shard "
      "WHERE id = ANY($2::bigint[])) ORDER BY name FOR UPDATE",
      self().name, shards_);
  while (holding.next())
    if (holding.integer(0) != 0) return false;
  if (is_alone_) enter(connection, self());
  std::vector<std::int64_t> epochs(kShards);
  auto row = connection.query(
      "UPDATE shard SET owner = $1, epoch = epoch + 1 WHERE id = ANY($2::bigint[]) RETURNING id, epoch",
      self().incarnation, shards_);
  while (row.next()) epochs.at(row.whole(0)) = row.integer(1);
  auto other =
      connection.query("SELECT count(*) FROM node WHERE until > clock_timestamp() AND name <> $1", self().name);
  other.next();
  transaction.commit();
  took(std::move(epochs));
  if (is_alone_) lease_->term_.renewed(sent, machine_time(), other.integer(0));
  return true;
}

void Ownership::took(std::vector<std::int64_t> epochs) {
  epochs_ = std::move(epochs);
  const std::lock_guard lock(mutex_);
  tried_ = std::chrono::steady_clock::now();
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
  if (!is_alone_ || epochs_.empty() || released_ || now - tried_ < kRenewEvery) return {};
  tried_ = now;
  const std::lock_guard of_lease(lease_->mutex_);
  try {
    const Duration sent = machine_time();
    auto row = lease_->connection().query(
        "INSERT INTO node (name, incarnation, address, until, schema_version) "
        "SELECT $1, $2, $3, clock_timestamp() + $4 * interval '1 ms', $5 "
        "WHERE EXISTS (SELECT 1 FROM shard WHERE owner = $2) "
        "ON CONFLICT (name) DO UPDATE SET until = excluded.until WHERE node.incarnation = excluded.incarnation "
        "RETURNING (SELECT count(*) FROM node o WHERE o.until > clock_timestamp() AND o.name <> $1)",
        self().name, self().incarnation, self().address, kLease.count(), newest_schema());
    if (row.next()) {
      lease_->term_.renewed(sent, machine_time(), row.integer(0));
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
  if (std::exchange(released_, true) || epochs_.empty()) return;
  acknowledged().left(shards_);
  const std::lock_guard of_lease(lease_->mutex_);
  try {
    Connection& connection = lease_->connection();
    Transaction transaction(connection, Transaction::Kind::kWrite);
    if (is_alone_)
      connection.run("DELETE FROM node WHERE name = $1 AND incarnation = $2", self().name, self().incarnation);
    connection.run("UPDATE shard SET owner = '', epoch = epoch + 1 WHERE id = ANY($2::bigint[]) AND owner = $1",
                   self().incarnation, shards_);
    transaction.commit();
  } catch (const PostgresError& error) {
    log::warn("lease_not_given_back").add("message", error.what());
  }
}

void Ownership::leave() {
  const std::lock_guard lock(mutex_);
  if (std::exchange(released_, true) || epochs_.empty()) return;
  acknowledged().left(shards_);
}

void Ownership::fence(Connection& connection, const std::set<Shard>& shards) const {
  const Fence kind = fence_of_commits();
  if (kind == Fence::kNone) return;
  std::vector<std::int64_t> ids, epochs;
  for (const Shard shard : shards) {
    ids.push_back(shard);
    epochs.push_back(epoch(shard));
  }
  if (kind == Fence::kOwner)
    return connection.run(
        "SELECT 1 / (count(*) = $3)::int FROM (SELECT id FROM shard WHERE id = ANY($1::bigint[]) AND owner = $2 "
        "ORDER BY id FOR SHARE) AS held",
        ids, self().incarnation, ids.size());
  connection.run(
      "SELECT 1 / (count(*) = $4)::int FROM (SELECT s.id FROM unnest($1::bigint[], $2::bigint[]) AS mine(id, epoch) "
      "JOIN shard s ON s.id = mine.id AND s.epoch = mine.epoch WHERE s.owner = $3 ORDER BY s.id FOR SHARE OF s) AS "
      "held",
      ids, epochs, self().incarnation, ids.size());
}

}  // namespace beckon::store::postgres
