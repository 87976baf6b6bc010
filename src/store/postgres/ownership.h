// Which node owns the shards of a database, and the fence that keeps every other from committing.
//
// Each node of a database has a row in `node`, which it renews, by the database's clock: its lease. One node owns all
// shards (docs/scale.md): their rows name its process, and each commit locks those of its shards FOR SHARE with owner
// and epoch as it knows them. Taking a shard changes both, waits for commits under way, and makes all later ones of the
// former owner fail. So the lease decides only who may take shards, and a clock that is wrong loses no commit.
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
#include "store/postgres/connection.h"
#include "store/postgres/shards.h"

namespace beckon::store::postgres {

struct NodeIdentity {
  std::string name;         // of the node, the same after a restart
  std::string incarnation;  // of this process, different each time
  std::string address;      // HOST:PORT where other nodes reach it; empty: they do not
};

struct ShardOwner {
  NodeIdentity node;
  Duration left{};  // of its lease; not positive if that is over
};

struct NodeState {
  NodeIdentity node;
  Duration left{};            // of its lease; not positive if that is over
  std::vector<Shard> shards;  // that it owns, ascending
};
// By name. Throws PostgresError.
std::vector<NodeState> nodes_of(Connection& connection);

class Ownership {
 public:
  static constexpr Duration kLease{3'000};
  static constexpr Duration kRenewEvery{1'000};

  Ownership(ConnectionOptions options, NodeIdentity self) : options_(std::move(options)), self_(std::move(self)) {}
  ~Ownership();  // as release()
  Ownership(const Ownership&) = delete;
  Ownership& operator=(const Ownership&) = delete;

  const NodeIdentity& self() const { return self_; }

  // Takes all shards. Waits for the lease of a server that has ended without giving it back. Fault kConflict: another
  // server renews its lease. Throws PostgresError.
  Result<void> take();

  // For a node that owns nothing: enters it among the nodes, in place of a former process of its name.
  Result<void> join();
  // Renews its lease, and says who owns the shards; std::nullopt if nobody does. Fault kConflict: another process has
  // joined under the same name.
  Result<std::optional<ShardOwner>> look();
  // Takes all shards unless another node's lease of them lasts. True if it did.
  Result<bool> try_to_take();

  // Renews the lease on a thread of its own, until this object ends; otherwise whoever calls renew() does.
  void keep_renewing();
  // Any thread, a few times a second: renews the lease when it is time. While the database is away it only logs.
  // kBroken: another node has taken over.
  std::expected<void, commit::CommitFault> renew();
  // Any thread. Gives shards and lease back, so that another node can take over at once. Nothing is renewed anymore.
  void release();

  // Any thread. Whether this process may still answer from what it has in memory: it does not know of another node, or
  // four fifths of its lease are not over, counted from when the last renewal that succeeded was sent.
  bool may_answer() const;
  Duration left() const;  // of its lease, counted likewise; not positive if it is over

  // Part of a transaction, confined to the committing thread: fails with division by zero (faults.h, is_fenced) unless
  // this process owns all of `shards`, and keeps it so until the transaction ends.
  void fence(Connection& connection, const std::set<Shard>& shards) const;
  // For the connection of commits: its name in the database, by which it is found there when another node takes over.
  std::string commits_name() const { return "beckon " + self_.incarnation; }
  std::int64_t epoch(Shard shard) const { return epochs_.at(static_cast<std::size_t>(shard)); }
  bool is_owner() const { return !epochs_.empty(); }

 private:
  // Callers hold the mutex.
  Connection& connection();
  bool take_with(Connection& connection);
  void end_former_commits(Connection& connection) const;
  void renewed(std::int64_t sent_ms, std::int64_t others);

  const ConnectionOptions options_;
  const NodeIdentity self_;
  std::vector<std::int64_t> epochs_;  // of each shard; empty unless taken
  std::mutex mutex_;
  std::unique_ptr<Connection> connection_;  // for the lease; guarded by mutex_
  std::chrono::steady_clock::time_point tried_{};
  bool released_ = false;                    // guarded by mutex_
  bool lost_ = false;                        // likewise
  std::atomic<std::int64_t> renewed_ms_{0};  // of the machine's time since its start, sleep included
  std::atomic<std::int64_t> others_{0};      // nodes with a lease, at the last renewal
  std::condition_variable_any ended_;
  std::jthread renewing_;
};

}  // namespace beckon::store::postgres
