// Whether files have changed since they were read.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/instant.h"

namespace beckon {

// Confined to one thread.
class FileWatch {
 public:
  // Checks the files at most once per `each`. Empty paths are ignored.
  FileWatch(const std::vector<std::string>& paths, Duration each);

  // True once after a file was written or replaced. A missing file has not changed: it is probably being replaced.
  bool changed();

 private:
  struct Seen {
    std::string path;
    std::int64_t modified_ns;  // 0 while it is missing
    std::uint64_t inode;
  };
  static Seen look_at(const std::string& path);

  std::vector<Seen> files_;
  Duration each_;
  std::chrono::steady_clock::time_point look_again_;
};

}  // namespace beckon
