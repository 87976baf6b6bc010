#include "store/postgres/shards.h"

#include <numeric>

namespace beckon::store::postgres {

const std::vector<Shard>& Shards::all() {
  static const std::vector<Shard> all = [] {
    std::vector<Shard> made(kShards);
    std::iota(made.begin(), made.end(), Shard{0});
    return made;
  }();
  return all;
}

void Shards::load(Connection& connection) {
  const std::lock_guard lock(mutex_);
  moved_.clear();
  subscriptions_.clear();
  auto row = connection.query("SELECT handle, shard FROM handle");
  while (row.next()) {
    const Handle handle(row.text(0));
    if (row.integer(1) != first_shard(handle)) moved_.emplace(handle.text, row.integer(1));
  }
  auto subscription = connection.query("SELECT id, shard FROM subscription WHERE shard = ANY($1::bigint[])", own_);
  while (subscription.next()) subscriptions_.emplace(SubscriptionId(subscription.text(0)), subscription.integer(1));
}

Shard Shards::of(const Handle& handle) const {
  if (moved_.empty()) return first_shard(handle);
  const auto moved = moved_.find(handle.text);
  return moved == moved_.end() ? first_shard(handle) : moved->second;
}

std::vector<Shard> Shards::of(const SubscriptionId& subscription) const {
  const std::lock_guard lock(mutex_);
  const auto known = subscriptions_.find(subscription);
  return known == subscriptions_.end() ? own_ : std::vector<Shard>{known->second};
}

void Shards::put(const SubscriptionId& subscription, Shard shard) {
  const std::lock_guard lock(mutex_);
  subscriptions_.insert_or_assign(subscription, shard);
}

}  // namespace beckon::store::postgres
