// The endpoints whose circuit is open, for the API: when each is tried next.
#pragma once
#include <mutex>
#include <optional>
#include <unordered_map>

#include "base/id.h"
#include "base/instant.h"

namespace beckon::dispatch {

// Internally locked: the dispatcher writes, the API reads.
class OpenCircuits {
 public:
  std::optional<Instant> find(const SubscriptionId& id) const {
    const std::lock_guard lock(mutex_);
    const auto found = until_.find(id);
    return found == until_.end() ? std::nullopt : std::optional{found->second};
  }
  void put(const SubscriptionId& id, Instant until) {
    const std::lock_guard lock(mutex_);
    until_[id] = until;
  }
  void erase(const SubscriptionId& id) {
    const std::lock_guard lock(mutex_);
    until_.erase(id);
  }
  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return until_.size();
  }

 private:
  mutable std::mutex mutex_;
  std::unordered_map<SubscriptionId, Instant> until_;
};

}  // namespace beckon::dispatch
