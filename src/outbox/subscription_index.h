// The current subscriptions of all handles, in memory: scheduling, sending and lists read them here, never from the
// store. Whoever commits a change applies it here, after the commit and in commit order.
#pragma once
#include <memory>
#include <shared_mutex>
#include <unordered_map>
#include <vector>

#include "base/id.h"
#include "outbox/subscription.h"

namespace beckon::outbox {

// Internally locked. Returned values are immutable and stay valid.
class SubscriptionIndex {
 public:
  using List = std::shared_ptr<const std::vector<SubscriptionPtr>>;

  SubscriptionPtr find(const SubscriptionId& id) const;  // null if unknown or deleted
  List of(const Handle& handle) const;                   // in the order of creation; never null
  std::vector<SubscriptionPtr> all() const;              // by id
  std::size_t size() const;

  void put(SubscriptionPtr subscription);  // a new one, or a replacement for the one with its id
  void remove(const SubscriptionId& id);
  void load(const std::vector<Subscription>& subscriptions);  // at start: all in the store

 private:
  void put_locked(SubscriptionPtr subscription);

  mutable std::shared_mutex mutex_;
  std::unordered_map<SubscriptionId, SubscriptionPtr> by_id_;
  std::unordered_map<Handle, List> by_handle_;
};

}  // namespace beckon::outbox
