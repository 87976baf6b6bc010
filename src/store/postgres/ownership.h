// Which server owns the shards of a database, and the fence that keeps every other from committing.
//
// One server owns all shards (docs/scale.md). It holds them by a lease on its row in `node`, by the database's clock,
// and each commit locks the rows of its shards FOR SHARE with owner and epoch as it knows them: taking a shard changes
// both, waits for commits under way, and makes all later ones of the former owner fail. So the lease decides only who
// may take shards, and a clock that is wrong loses no commit.
#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "commit/commit.h"
#include "store/postgres/connection.h"
#include "store/postgres/shards.h"

namespace beckon::store::postgres {

class Ownership {
 public:
  static constexpr Duration kLease{3'000};
  static constexpr Duration kRenewEvery{1'000};

  // `name`: of this process, different each time.
  Ownership(ConnectionOptions options, std::string name) : options_(std::move(options)), name_(std::move(name)) {}
  ~Ownership();  // gives the lease back, so that another server can start at once
  Ownership(const Ownership&) = delete;
  Ownership& operator=(const Ownership&) = delete;

  // Takes all shards. Waits for the lease of a server that has ended without giving it back. Fault kConflict: another
  // server renews its lease. Throws PostgresError.
  Result<void> take();

  // Any one thread, a few times a second: renews the lease when it is time. While the database is away it only logs.
  // kBroken: another server has taken over.
  std::expected<void, commit::CommitFault> renew();

  // Part of a transaction, confined to the committing thread: fails with division by zero (faults.h, is_fenced) unless
  // this process owns all of `shards`, and keeps it so until the transaction ends.
  void fence(Connection& connection, const std::set<Shard>& shards) const;
  std::int64_t epoch(Shard shard) const { return epochs_.at(static_cast<std::size_t>(shard)); }
  bool is_owner() const { return !epochs_.empty(); }

 private:
  Result<bool> try_to_take(Connection& connection);

  const ConnectionOptions options_;
  const std::string name_;
  std::vector<std::int64_t> epochs_;  // of each shard; empty unless taken
  std::mutex mutex_;
  std::unique_ptr<Connection> connection_;  // for the lease; guarded by mutex_
  std::chrono::steady_clock::time_point renewed_{};
};

}  // namespace beckon::store::postgres
