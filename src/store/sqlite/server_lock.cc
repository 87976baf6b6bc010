#include "store/sqlite/server_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace beckon::store {

std::unique_ptr<ServerLock> ServerLock::take(const std::string& file) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return nullptr;
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    ::close(fd);
    return nullptr;
  }
  return std::unique_ptr<ServerLock>(new ServerLock(fd));
}

ServerLock::~ServerLock() { ::close(fd_); }

}  // namespace beckon::store
