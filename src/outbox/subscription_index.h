// The subscriptions of all handles as they are now, in memory: what schedules, what sends and what lists look here,
// never in the store. Whoever commits a change puts it here, after the commit and in its order.
#pragma once
#include <memory>
#include <shared_mutex>
#include <unordered_map>
#include <vector>

#include "base/id.h"
#include "outbox/subscription.h"

namespace beckon::outbox {

// Internally locked. What is handed out is immutable and stays valid.
class SubscriptionIndex {
 public:
  using List = std::shared_ptr<const std::vector<SubscriptionPtr>>;

  SubscriptionPtr find(const SubscriptionId& id) const;  // null: none, or deleted
  List of(const Handle& handle) const;                   // in the order of creation; never null
  std::vector<SubscriptionPtr> all() const;              // by id
  std::size_t size() const;

  void put(SubscriptionPtr subscription);  // new, or in the place of the one with its id
  void remove(const SubscriptionId& id);
  void load(const std::vector<Subscription>& subscriptions);  // at start: all that the store has

 private:
  void put_locked(SubscriptionPtr subscription);

  mutable std::shared_mutex mutex_;
  std::unordered_map<SubscriptionId, SubscriptionPtr> by_id_;
  std::unordered_map<Handle, List> by_handle_;
};

}  // namespace beckon::outbox
