#include "system/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "system/files.h"

namespace beckon {
namespace {

constexpr mode_t kForbidden = S_IWGRP | S_IRWXO;
constexpr std::size_t kMost = std::size_t{1} << 20;  // no key and no chain is longer

std::expected<std::string, std::string> read_file(const std::string& what, const std::string& path, mode_t forbidden) {
  const auto refused = [&](const std::string& why) { return std::unexpected("The " + what + " " + path + " " + why); };
  const auto unreadable = [&] { return refused("cannot be read: " + system_message(errno) + "."); };
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return unreadable();
  struct stat status = {};
  if (::fstat(file.number(), &status) != 0) return unreadable();
  if ((status.st_mode & forbidden) != 0)
    return refused("can be read or changed by other users of this machine. Restrict it: chmod 600 " + path);
  std::string text;
  if (!read_all(file.number(), text, kMost + 1)) return unreadable();
  if (text.size() > kMost) return refused("is longer than 1 MiB; name another file.");
  return text;
}

}  // namespace

std::expected<std::string, std::string> read_private_file(const std::string& what, const std::string& path) {
  return read_file(what, path, kForbidden);
}

std::expected<std::string, std::string> read_public_file(const std::string& what, const std::string& path) {
  return read_file(what, path, 0);
}

}  // namespace beckon
