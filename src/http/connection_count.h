// The number of connections, in total and by client (IpAddress::client), over all io threads.
#pragma once
#include <atomic>
#include <cstddef>
#include <mutex>
#include <unordered_map>

#include "base/ip_address.h"
#include "system/encoding.h"

namespace beckon::http {

// Internally locked. Strangers choose the keys of the table, so its hash is keyed. HttpLimits::connections limits its
// size.
class ConnectionCount {
 public:
  ConnectionCount();
  void add(const IpAddress& peer);
  void remove(const IpAddress& peer);
  std::size_t all() const { return all_.load(std::memory_order_relaxed); }
  std::size_t of(const IpAddress& peer) const;

 private:
  struct Hash {
    KeyedHash keyed;
    std::size_t operator()(const IpAddress& address) const;
  };
  mutable std::mutex mutex_;
  std::unordered_map<IpAddress, std::size_t, Hash> by_address_;
  std::atomic<std::size_t> all_{0};
};

}  // namespace beckon::http
