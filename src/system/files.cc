#include "system/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace beckon {

void FileDescriptor::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

bool read_all(int fd, std::string& into, std::size_t size) {
  into.resize(size);
  std::size_t there = 0;
  while (there < size) {
    const ssize_t got = ::read(fd, into.data() + there, size - there);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    if (got == 0) break;
    there += static_cast<std::size_t>(got);
  }
  into.resize(there);
  return true;
}

bool sync_folder_of(const std::string& file) {
  const std::string folder = std::filesystem::path(file).parent_path();
  const FileDescriptor opened(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return opened && ::fsync(opened.number()) == 0;
}

std::string system_message(int error) { return std::system_category().message(error); }

}  // namespace beckon
