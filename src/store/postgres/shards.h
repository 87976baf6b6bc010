// In which shard the rows of a handle are, and which shards this process may write.
//
// A handle's shard is chosen when the handle is made, by a hash of its name, and stored in its row: only the row counts
// from then on, so that one handle can be moved. A handle without a row (there is none in a running server) has the
// shard that it would be given.
#pragma once
#include <algorithm>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/id.h"
#include "store/fence/shards.h"
#include "store/postgres/connection.h"

namespace beckon::store::postgres {

using store::first_shard;
using store::kLanes;
using store::kShards;
using store::lane_of;
using store::Shard;
using store::shards_of;

// Thread-safe.
class Shards {
 public:
  explicit Shards(std::vector<Shard> own = all()) : own_(std::move(own)) {}

  void load(Connection& connection);  // before any other thread uses it; throws PostgresError

  Shard of(const Handle& handle) const;
  // The one of a subscription; all that are read and written here if it is not known.
  std::vector<Shard> of(const SubscriptionId& subscription) const;
  void put(const SubscriptionId& subscription, Shard shard);

  // Those that this store reads and writes, in ascending order: a lane's, or all.
  const std::vector<Shard>& own() const { return own_; }
  bool has(Shard shard) const { return std::ranges::binary_search(own_, shard); }
  static const std::vector<Shard>& all();

 private:
  const std::vector<Shard> own_;
  std::unordered_map<std::string, Shard> moved_;  // by handle: those that are not in their first shard
  mutable std::mutex mutex_;
  std::unordered_map<SubscriptionId, Shard> subscriptions_;  // guarded by mutex_
};

}  // namespace beckon::store::postgres
