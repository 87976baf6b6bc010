// Slots of a resource shared by all handles, such as live-feed connections: how many are in use, by handle, and how
// often one was refused.
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>

#include "base/id.h"

namespace beckon {

// Refusals of a resource: because the handle has its share, and because all of it was in use.
struct Refused {
  std::atomic<std::uint64_t> of_handle{0}, in_all{0};
};

// Thread-safe.
class SharedPlaces {
 public:
  enum class Taken : std::uint8_t { kYes, kHandleHasItsShare, kAllInUse };

  SharedPlaces(std::size_t in_all, std::size_t per_handle) : in_all_(in_all), per_handle_(per_handle) {}

  Taken take(const Handle& handle) {
    const std::lock_guard lock(mutex_);
    const auto own = by_handle_.find(handle);
    if (own != by_handle_.end() && own->second >= per_handle_) {
      ++refused_.of_handle;
      return Taken::kHandleHasItsShare;
    }
    if (in_use_ >= in_all_) {
      ++refused_.in_all;
      return Taken::kAllInUse;
    }
    ++by_handle_[handle];
    ++in_use_;
    return Taken::kYes;
  }

  // Returns one that was taken.
  void leave(const Handle& handle) {
    const std::lock_guard lock(mutex_);
    const auto own = by_handle_.find(handle);
    if (--own->second == 0) by_handle_.erase(own);
    --in_use_;
  }

  std::size_t in_use() const {
    const std::lock_guard lock(mutex_);
    return in_use_;
  }
  const Refused& refused() const { return refused_; }

 private:
  const std::size_t in_all_, per_handle_;
  mutable std::mutex mutex_;
  std::map<Handle, std::size_t> by_handle_;
  std::size_t in_use_ = 0;  // their sum
  Refused refused_;
};

}  // namespace beckon
