// The blocks that files of backups consist of, and the pieces of data in them.
//
//   block = kind:u8 size:u32le byte*size sum:u64le
//   piece = bytes as one zstd frame
//
// The sum of a block is sum_of its bytes (sum.h), with its number in the file, its kind and the file's seed: a block at
// another place, or of another file, does not pass. It finds damage, not forgery.
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

inline constexpr std::size_t kLongestHeader = 4u << 10;  // bytes of a block that is no piece; more is damage

// Where the bytes of a backup go. False: the write failed, with errno set.
using BackupSink = std::function<bool(std::string_view)>;

// Puts blocks behind one another. False: the sink failed.
class BlockWriter {
 public:
  explicit BlockWriter(BackupSink sink) : sink_(std::move(sink)) {}

  bool raw(std::string_view bytes);
  bool block(char kind, std::string_view bytes);
  void set_seed(std::int64_t seed) { seed_ = seed; }  // of the blocks from here on; 0 before
  std::uint64_t written() const { return written_; }

 private:
  const BackupSink sink_;
  std::int64_t seed_ = 0;
  std::uint64_t number_ = 0, written_ = 0;
};

// Reads blocks from where its file stands. Confined to one thread.
class BlockReader {
 public:
  struct Block {
    char kind = 0;
    std::string bytes;
  };

  // `name`: what faults call the file, as "The backup /a/b". Pieces of the kind `piece` may have as many bytes as
  // `longest` need in zstd's format.
  BlockReader(FileDescriptor opened, std::string name, char piece, std::size_t longest);

  bool fill(std::string& into, std::size_t size);  // whether there were so many bytes
  // Takes the file's first bytes; what was read of them is not a block. Seeds are 0 again.
  void begin_at(std::uint64_t offset, std::uint64_t number);
  Result<Block> next();
  void set_seed(std::int64_t seed) { seed_ = seed; }
  std::uint64_t offset() const { return offset_; }  // behind the last block that was read
  Fault damaged(const std::string& what) const;     // in the block that begins there

 private:
  FileDescriptor opened_;
  std::string name_;
  char piece_;
  std::size_t longest_piece_;
  std::int64_t seed_ = 0;
  std::uint64_t offset_ = 0, number_ = 0;
};

// Makes pieces. Confined to one thread.
class Packer {
 public:
  Packer();
  std::string_view pack(std::string_view plain);  // valid until the next one

 private:
  struct Free {
    void operator()(ZSTD_CCtx_s* context) const;
  };
  std::unique_ptr<ZSTD_CCtx_s, Free> context_;
  std::string packed_;
};

// Whether the piece is one of `size` bytes, which are then in `plain`.
bool unpack(std::string_view piece, std::size_t size, std::string& plain);

}  // namespace beckon::store
