// This process's resources, from the kernel: proc(5), sched_getaffinity(2).
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/instant.h"

namespace beckon {

struct ProcessUse {
  std::chrono::milliseconds processor_time{};  // user and system time, of all threads
  std::uint64_t resident_bytes = 0;
  std::uint64_t virtual_bytes = 0;
  std::uint64_t threads = 0;
  std::uint64_t open_files = 0;
  std::uint64_t most_files = 0;  // limit of open files (RLIMIT_NOFILE); the largest number if unlimited
  Instant started_at{};          // to a second
};

// std::nullopt if /proc cannot be read. Takes microseconds, and more with many open files.
std::optional<ProcessUse> process_use();

std::size_t processors();  // that the calling thread may run on; at least 1

}  // namespace beckon
