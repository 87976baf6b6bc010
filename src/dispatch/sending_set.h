// The deliveries whose attempt is in flight, or ended but not yet written: none of them is started again.
#pragma once
#include <mutex>
#include <unordered_set>

#include "base/id.h"

namespace beckon::dispatch {

// Internally locked: the dispatcher writes, the API reads.
class SendingSet {
 public:
  bool contains(const DeliveryId& id) const {
    const std::lock_guard lock(mutex_);
    return ids_.contains(id);
  }
  bool insert(const DeliveryId& id) {
    const std::lock_guard lock(mutex_);
    return ids_.insert(id).second;
  }
  void erase(const DeliveryId& id) {
    const std::lock_guard lock(mutex_);
    ids_.erase(id);
  }

 private:
  mutable std::mutex mutex_;
  std::unordered_set<DeliveryId> ids_;
};

}  // namespace beckon::dispatch
