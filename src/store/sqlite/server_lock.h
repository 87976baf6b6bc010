// One server per data directory: an flock on a file in it, which the kernel releases when the process ends.
#pragma once
#include <memory>
#include <string>

namespace beckon::store {

class ServerLock {
 public:
  // Null if another process (or another lock in this one) holds it, or if the file cannot be created.
  static std::unique_ptr<ServerLock> take(const std::string& file);
  ~ServerLock();
  ServerLock(const ServerLock&) = delete;
  ServerLock& operator=(const ServerLock&) = delete;

 private:
  explicit ServerLock(int fd) : fd_(fd) {}
  const int fd_;
};

}  // namespace beckon::store
