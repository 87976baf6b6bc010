// In which shard the rows of a handle are, and which shards this process may write.
//
// A handle's shard is chosen when the handle is made, by a hash of its name, and stored in its row: only the row counts
// from then on, so that one handle can be moved. A handle without a row (there is none in a running server) has the
// shard that it would be given.
#pragma once
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/id.h"
#include "store/postgres/connection.h"

namespace beckon::store::postgres {

using Shard = std::int64_t;

Shard first_shard(const Handle& handle);  // for a new handle

// Thread-safe.
class Shards {
 public:
  void load(Connection& connection);  // throws PostgresError

  Shard of(const Handle& handle) const;
  // The one of a subscription; all shards if it is not known.
  std::vector<Shard> of(const SubscriptionId& subscription) const;
  void put(const SubscriptionId& subscription, Shard shard);
  static const std::vector<Shard>& all();

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Shard> moved_;  // by handle: those that are not in their first shard
  std::unordered_map<SubscriptionId, Shard> subscriptions_;
};

}  // namespace beckon::store::postgres
