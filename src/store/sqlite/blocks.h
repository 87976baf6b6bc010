// The blocks that backup files consist of, and the pieces of data in them.
//
//   block = kind:u8 size:u32le byte*size sum:u64le
//   piece = bytes as one zstd frame
//
// A block's sum is sum_of its bytes (sum.h) with its number in the file, its kind and the file's seed, so that a block
// at another place or from another file does not pass. It detects damage, not forgery.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "system/files.h"

struct ZSTD_CCtx_s;

namespace beckon::store {

inline constexpr std::size_t kLongestHeader = 4u << 10;  // bytes of a block that is not a piece; more is damage

// Receives the bytes of a backup. Returns false if the write failed, with errno set.
using BackupSink = std::function<bool(std::string_view)>;

// Writes consecutive blocks. Functions return false if the sink failed.
class BlockWriter {
 public:
  explicit BlockWriter(BackupSink sink) : sink_(std::move(sink)) {}

  bool raw(std::string_view bytes);
  bool block(char kind, std::string_view bytes);
  void set_seed(std::int64_t seed) { seed_ = seed; }  // for the following blocks; initially 0
  std::uint64_t written() const { return written_; }

 private:
  const BackupSink sink_;
  std::int64_t seed_ = 0;
  std::uint64_t number_ = 0, written_ = 0;
};

// Reads blocks from the file's current offset. Confined to one thread.
class BlockReader {
 public:
  struct Block {
    char kind = 0;
    std::string bytes;
  };

  // `name` is how faults refer to the file, such as "The backup /a/b". Blocks of kind `piece` may be as large as zstd
  // needs for `longest` bytes.
  BlockReader(FileDescriptor opened, std::string name, char piece, std::size_t longest);

  bool fill(std::string& into, std::size_t size);  // false if there are fewer bytes
  // Takes the file's first bytes, which are not a block. Resets the seed to 0.
  void begin_at(std::uint64_t offset, std::uint64_t number);
  Result<Block> next();
  void set_seed(std::int64_t seed) { seed_ = seed; }
  std::uint64_t offset() const { return offset_; }  // of the end of the last block read
  Fault damaged(const std::string& what) const;     // in the block at offset()

 private:
  FileDescriptor opened_;
  std::string name_;
  char piece_;
  std::size_t longest_piece_;
  std::int64_t seed_ = 0;
  std::uint64_t offset_ = 0, number_ = 0;
};

// Compresses pieces. Confined to one thread.
class Packer {
 public:
  Packer();
  std::string_view pack(std::string_view plain);  // valid until the next call

 private:
  struct Free {
    void operator()(ZSTD_CCtx_s* context) const;
  };
  std::unique_ptr<ZSTD_CCtx_s, Free> context_;
  std::string packed_;
};

// Decompresses a piece of exactly `size` bytes into `plain`; false if it is not one.
bool unpack(std::string_view piece, std::size_t size, std::string& plain);

}  // namespace beckon::store
