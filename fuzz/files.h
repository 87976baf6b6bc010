// Shared by the fuzzers of backup files: a file in memory, and blocks that are well-formed whatever their content.
#pragma once
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "store/sum.h"
#include "system/files.h"

namespace beckon::store {

// A file without a name.
class Nameless {
 public:
  explicit Nameless(std::string_view bytes) : fd_(::memfd_create("fuzz", MFD_CLOEXEC)) {
    CHECK(fd_ && write_all(fd_.number(), bytes) && ::lseek(fd_.number(), 0, SEEK_SET) == 0);
  }
  int fd() const { return fd_.number(); }
  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_.number()); }

 private:
  const FileDescriptor fd_;
};

// A block with its checksum, as in blocks.h. `seed`: of the blocks after the header.
inline void append_block(std::string& out, char kind, std::string_view bytes, std::uint64_t number,
                         std::int64_t seed = 0) {
  const auto size = static_cast<std::uint32_t>(bytes.size());
  const auto sum = static_cast<std::uint64_t>(sum_of(bytes, number * 256 + static_cast<unsigned char>(kind), seed));
  out += kind;
  out.append(reinterpret_cast<const char*>(&size), sizeof size);
  out += bytes;
  out.append(reinterpret_cast<const char*>(&sum), sizeof sum);
}

// Appends blocks described by the input: a kind, a length, and the bytes.
inline void append_blocks(std::string& out, std::string_view input, std::uint64_t number, std::int64_t seed = 0) {
  for (std::size_t at = 0; at + 2 <= input.size(); ++number) {
    const auto length = std::min<std::size_t>(static_cast<unsigned char>(input[at + 1]), input.size() - at - 2);
    append_block(out, "hpe?"[static_cast<unsigned char>(input[at]) % 4], input.substr(at + 2, length), number, seed);
    at += 2 + length;
  }
}

}  // namespace beckon::store
