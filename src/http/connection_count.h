// How many connections there are, in all and by address, over all io threads.
#pragma once
#include <atomic>
#include <cstddef>
#include <mutex>
#include <unordered_map>

#include "base/encoding.h"
#include "http/client_address.h"

namespace beckon::http {

// Internally locked. The table is keyed by what a stranger chooses, so its hash has a key, and HttpLimits::connections
// is its cap.
class ConnectionCount {
 public:
  ConnectionCount();
  void add(const ClientAddress& peer);
  void remove(const ClientAddress& peer);
  std::size_t all() const { return all_.load(std::memory_order_relaxed); }
  std::size_t of(const ClientAddress& peer) const;

 private:
  struct Hash {
    KeyedHash keyed;
    std::size_t operator()(const ClientAddress& address) const;
  };
  mutable std::mutex mutex_;
  std::unordered_map<ClientAddress, std::size_t, Hash> by_address_;
  std::atomic<std::size_t> all_{0};
};

}  // namespace beckon::http
