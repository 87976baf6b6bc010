#include "system/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace beckon {
namespace {

constexpr mode_t kForbidden = S_IWGRP | S_IRWXO;
constexpr std::size_t kMost = std::size_t{1} << 20;  // no key and no chain is longer

std::expected<std::string, std::string> read_file(const std::string& what, const std::string& path, mode_t forbidden) {
  const auto refused = [&](const std::string& why) { return std::unexpected("The " + what + " " + path + " " + why); };
  const auto unreadable = [&] { return refused("cannot be read: " + std::system_category().message(errno) + "."); };
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return unreadable();
  struct Closing {
    int fd;
    ~Closing() { ::close(fd); }
  } const closing{fd};
  struct stat file = {};
  if (::fstat(fd, &file) != 0) return unreadable();
  if ((file.st_mode & forbidden) != 0)
    return refused("can be read or changed by other users of this machine. Restrict it: chmod 600 " + path);
  std::string text;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): read() fills what is used
  std::array<char, 4096> part;
  for (;;) {
    const ssize_t size = ::read(fd, part.data(), part.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return unreadable();
    if (size == 0) return text;
    text.append(part.data(), static_cast<std::size_t>(size));
    if (text.size() > kMost) return refused("is longer than 1 MiB; name another file.");
  }
}

}  // namespace

std::expected<std::string, std::string> read_private_file(const std::string& what, const std::string& path) {
  return read_file(what, path, kForbidden);
}

std::expected<std::string, std::string> read_public_file(const std::string& what, const std::string& path) {
  return read_file(what, path, 0);
}

}  // namespace beckon
