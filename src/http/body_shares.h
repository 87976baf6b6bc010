// Bytes of request bodies in memory for each client: a handle, or on public routes a client address.
#pragma once
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <string>

namespace beckon::http {

// Internally locked. An ordered map, since clients choose the keys; there are at most as many as connections.
class BodyShares {
 public:
  // Adds the bytes; false if the client then has more than `most`. They count in either case, until they are removed.
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
