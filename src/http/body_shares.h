// How many bytes of request bodies each client has in memory: a handle, or on public routes a client address.
#pragma once
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <string>

namespace beckon::http {

// Internally locked. Ordered, since strangers choose the keys; there are no more of them than connections.
class BodyShares {
 public:
  // False if the client has more than `most` with them. They are counted in any case, until they are removed.
  bool add(const std::string& client, std::size_t bytes, std::size_t most) {
    const std::lock_guard lock(mutex_);
    return (bytes_[client] += bytes) <= most;
  }
  void remove(const std::string& client, std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    const auto known = bytes_.find(client);
    known->second -= bytes;
    if (known->second == 0) bytes_.erase(known);
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::size_t> bytes_;
};

}  // namespace beckon::http
