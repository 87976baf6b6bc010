// What the kernel counts of this process: proc(5).
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>

#include "base/instant.h"

namespace beckon {

struct ProcessUse {
  std::chrono::milliseconds processor_time{};  // in user and system mode, of all threads
  std::uint64_t resident_bytes = 0;
  std::uint64_t virtual_bytes = 0;
  std::uint64_t threads = 0;
  std::uint64_t open_files = 0;
  std::uint64_t most_files = 0;  // that may be open (RLIMIT_NOFILE); the largest number where there is no limit
  Instant started_at{};          // to a second
};

// std::nullopt if /proc cannot be read. Takes microseconds, and more with many open files.
std::optional<ProcessUse> process_use();

}  // namespace beckon
