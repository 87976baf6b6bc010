#include "store/sqlite/reserve.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>

namespace beckon::store {
namespace {

// More than a commit needs, so that the space found is not used up by the next one.
constexpr std::uint64_t kRoom = 4u << 20;

struct Disk {
  std::uint64_t size = 0, free = 0;
};

std::optional<Disk> disk_of(const std::string& file) {
  struct statvfs disk = {};
  const std::string folder = std::filesystem::path(file).parent_path();
  if (::statvfs(folder.c_str(), &disk) != 0) return std::nullopt;
  return Disk{static_cast<std::uint64_t>(disk.f_blocks) * disk.f_frsize,
              static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize};
}

std::uint64_t bounded(const std::string& file, std::uint64_t size) {
  const auto disk = disk_of(file);
  return disk ? std::min(size, disk->size / 8) : size;
}

}  // namespace

Reserve::Reserve(std::string file, std::uint64_t size) : file_(std::move(file)), size_(bounded(file_, size)) {
  struct stat there = {};
  held_ = size_ > 0 && ::stat(file_.c_str(), &there) == 0 && static_cast<std::uint64_t>(there.st_blocks) * 512 >= size_;
  make();
}

bool Reserve::release() {
  if (!held_) return false;
  held_ = false;
  return ::unlink(file_.c_str()) == 0;
}

bool Reserve::make() {
  if (held_ || size_ == 0) return held_;
  const auto disk = disk_of(file_);
  if (!disk || disk->free < 2 * size_) return false;
  held_ = allocate(file_, size_);
  if (!held_) ::unlink(file_.c_str());
  return held_;
}

bool Reserve::has_room() const {
  const std::string tried = file_ + ".tried";
  const bool done = allocate(tried, kRoom);
  ::unlink(tried.c_str());
  return done;
}

bool Reserve::allocate(const std::string& file, std::uint64_t size) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  const bool done = ::posix_fallocate(fd, 0, static_cast<off_t>(size)) == 0;
  ::close(fd);
  return done;
}

}  // namespace beckon::store
