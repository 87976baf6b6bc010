#include "system/process.h"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace beckon {
namespace {

constexpr int kUserTime = 14, kSystemTime = 15, kThreads = 20, kStartTime = 22, kVirtualSize = 23,
              kResidentSize = 24;  // fields of /proc/self/stat, from 1

// std::nullopt if a field is missing.
std::optional<std::array<std::uint64_t, kResidentSize + 1>> stat_fields() {
  std::ifstream file("/proc/self/stat");
  std::string text;
  if (!std::getline(file, text)) return std::nullopt;
  // The second field is the program's name, in parentheses; it may contain anything.
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream rest(text.substr(name_end + 1));
  std::array<std::uint64_t, kResidentSize + 1> fields{};
  std::string word;
  if (!(rest >> word)) return std::nullopt;  // the state, one letter
  for (int i = 4; i <= kResidentSize; ++i) {
    std::int64_t value = 0;
    if (!(rest >> value)) return std::nullopt;
    fields[static_cast<std::size_t>(i)] = static_cast<std::uint64_t>(value);
  }
  return fields;
}

std::optional<std::chrono::seconds> boot_time() {
  std::ifstream file("/proc/stat");
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string name;
    std::int64_t seconds = 0;
    if (words >> name >> seconds && name == "btime") return std::chrono::seconds{seconds};
  }
  return std::nullopt;
}

std::uint64_t open_files() {
  std::error_code error;
  std::filesystem::directory_iterator file("/proc/self/fd", error);
  std::uint64_t count = 0;
  for (; !error && file != std::filesystem::directory_iterator{}; file.increment(error)) ++count;
  return count > 0 ? count - 1 : 0;  // without the one used for counting
}

}  // namespace

std::optional<ProcessUse> process_use() {
  const auto fields = stat_fields();
  const auto boot = boot_time();
  if (!fields || !boot) return std::nullopt;
  const auto ticks = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
  const auto since = [&](std::uint64_t count) { return std::chrono::milliseconds{count * 1000 / ticks}; };
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  return ProcessUse{.processor_time = since((*fields)[kUserTime] + (*fields)[kSystemTime]),
                    .resident_bytes = (*fields)[kResidentSize] * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)),
                    .virtual_bytes = (*fields)[kVirtualSize],
                    .threads = (*fields)[kThreads],
                    .open_files = open_files(),
                    .most_files = files.rlim_cur,
                    .started_at = instant_ms((*boot + since((*fields)[kStartTime])).count())};
}

std::size_t processors() {
  cpu_set_t allowed;
  if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) return 1;
  return static_cast<std::size_t>(std::max(CPU_COUNT(&allowed), 1));
}

}  // namespace beckon
