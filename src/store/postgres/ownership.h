// Which node owns which shards of a database, and the fence that keeps every other from committing to them.
//
// Each node of a database has a row in `node`, which it renews, by the database's clock: its lease, of all that it
// owns. The row of a shard names the process that owns it, and each commit locks those of its shards FOR SHARE with
// owner and epoch as it knows them. Taking a shard changes both, waits for commits under way, and makes all later ones
// of the former owner fail. So the lease decides only who may take shards, and a clock that is wrong loses no commit.
//
// A server that is no node of several owns all shards. Nodes own lanes of them (shards.h), each by an Ownership of its
// own, and share one Lease; who should own which is decided elsewhere (node/division.h).
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "commit/commit.h"
#include "store/fence/acknowledged.h"
#include "store/fence/lease.h"
#include "store/postgres/connection.h"
#include "store/postgres/shards.h"

namespace beckon::store::postgres {

using store::Acknowledged;
using store::Division;
using store::NodeIdentity;
using store::NodeState;

Division division_of(Connection& connection);  // throws PostgresError

// What an operator asks for. False if there is no such node. They throw PostgresError.
bool want(Connection& connection, const std::vector<Shard>& shards, const std::string& node);  // empty: any
bool set_drained(Connection& connection, const std::string& node, bool drained);

// A node's lease. Thread-safe.
class Lease {
 public:
  static constexpr Duration kLength = LeaseTerm::kLength;
  static constexpr Duration kRenewEvery{1'000};

  Lease(ConnectionOptions options, NodeIdentity self) : options_(std::move(options)), self_(std::move(self)) {}
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  const NodeIdentity& self() const { return self_; }

  // Enters this process among the nodes, in place of a former one of its name, whose shards are free from then on.
  Result<void> join();
  // Renews the lease, and reads who owns what. `seen` is called before the renewal counts: what it finds lost must not
  // be answered from memory anymore. Fault kConflict: another process has joined under the same name.
  Result<void> look(const std::function<void(const Division&)>& seen);
  // Leaves the nodes. Shards that are still owned are free. A database that is away is waited for, for as long as a
  // lease lasts, if this process knows what must be in it.
  void leave();

  bool may_answer() const;  // as of LeaseTerm
  Duration left() const;    // likewise

  // Of all shards that this process owns, or has owned.
  Acknowledged& acknowledged() { return acknowledged_; }
  const Acknowledged& acknowledged() const { return acknowledged_; }

 private:
  friend class Ownership;
  Connection& connection();  // callers hold the mutex. A new one is compared with what was acknowledged

  const ConnectionOptions options_;
  const NodeIdentity self_;
  Acknowledged acknowledged_;
  std::mutex mutex_;
  std::unique_ptr<Connection> connection_;  // guarded by mutex_
  LeaseTerm term_;
};

// The shards that one store writes.
class Ownership {
 public:
  static constexpr Duration kLease = Lease::kLength;
  static constexpr Duration kRenewEvery = Lease::kRenewEvery;

  // Of a server alone: all shards, with a lease of its own.
  Ownership(ConnectionOptions options, NodeIdentity self);
  // Of a node, which renews its lease.
  Ownership(ConnectionOptions options, std::shared_ptr<Lease> lease, std::vector<Shard> shards);
  ~Ownership();  // as release()
  Ownership(const Ownership&) = delete;
  Ownership& operator=(const Ownership&) = delete;

  const NodeIdentity& self() const { return lease_->self(); }
  const std::vector<Shard>& shards() const { return shards_; }

  // Takes the shards. Waits for the lease of a server that has ended without giving it back. Fault kConflict: another
  // server renews its lease. Throws PostgresError.
  Result<void> take();
  // Connects, so that the shards are taken quickly.
  Result<void> prepare();
  // Takes the shards unless another node's lease of one of them lasts. True if it did.
  Result<bool> try_to_take();
  // Takes the shards from a node that hands them over: `from`, an incarnation, which commits nothing anymore. True if
  // it has owned them since the first of them got this epoch: one that has taken them back commits again.
  Result<bool> take_from(const std::string& from, std::int64_t epoch);

  // Of a server alone: renews the lease on a thread of its own, until this object ends; otherwise whoever calls renew()
  // does.
  void keep_renewing();
  // Any thread, a few times a second: renews the lease when it is time. While the database is away it only logs. A node
  // renews its lease itself. kBroken: another server has taken over.
  std::expected<void, commit::CommitFault> renew();
  // Any thread. Gives the shards back, so that another node can take them at once; a server alone also its lease. Of
  // shards that another node has taken only what is known of them here changes.
  void release();
  // The same of shards that another node is known to have taken.
  void leave();

  Acknowledged& acknowledged() { return lease_->acknowledged(); }
  bool may_answer() const { return lease_->may_answer(); }
  Duration left() const { return lease_->left(); }

  // Part of a transaction, confined to the committing thread: fails as LinkError::Kind::kFenced unless this process
  // owns all of `shards`, and keeps it so until the transaction ends.
  void fence(Connection& connection, const std::set<Shard>& shards) const;
  // For the connection of commits: its name in the database, by which it is found there when another node takes over.
  std::string commits_name() const { return "beckon " + self().incarnation; }
  std::int64_t epoch(Shard shard) const { return epochs_.at(static_cast<std::size_t>(shard)); }
  bool is_owner() const { return !epochs_.empty(); }

 private:
  bool take_with(Connection& connection);
  bool take_with(Connection& connection, const std::string& from, std::int64_t epoch);
  void took(std::vector<std::int64_t> epochs);
  Connection& taking();
  void end_former_commits(Connection& connection) const;

  const ConnectionOptions options_;
  const std::shared_ptr<Lease> lease_;
  const std::vector<Shard> shards_;
  const bool is_alone_;
  std::unique_ptr<Connection> taking_;  // until they are taken
  std::vector<std::int64_t> epochs_;    // of each shard; empty unless taken
  std::mutex mutex_;
  std::chrono::steady_clock::time_point tried_{};  // guarded by mutex_, as those below
  bool released_ = false;
  bool lost_ = false;
  std::condition_variable_any ended_;
  std::jthread renewing_;
};

}  // namespace beckon::store::postgres
