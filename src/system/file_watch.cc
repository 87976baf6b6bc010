#include "system/file_watch.h"

#include <sys/stat.h>

namespace beckon {

FileWatch::Seen FileWatch::look_at(const std::string& path) {
  struct stat found {};
  if (stat(path.c_str(), &found) != 0) return {path, 0, 0};
  return {path, std::int64_t{found.st_mtim.tv_sec} * 1'000'000'000 + found.st_mtim.tv_nsec, found.st_ino};
}

FileWatch::FileWatch(const std::vector<std::string>& paths, Duration each)
    : each_(each), look_again_(std::chrono::steady_clock::now() + each) {
  for (const std::string& path : paths)
    if (!path.empty()) files_.push_back(look_at(path));
}

bool FileWatch::changed() {
  const auto now = std::chrono::steady_clock::now();
  if (now < look_again_) return false;
  look_again_ = now + each_;
  bool any = false;
  for (Seen& file : files_) {
    const Seen seen = look_at(file.path);
    if (seen.modified_ns == 0 || (seen.modified_ns == file.modified_ns && seen.inode == file.inode)) continue;
    file = seen;
    any = true;
  }
  return any;
}

}  // namespace beckon
