// The file of a backup, and how it is written and read.
//
//   backup = magic block(header) block(piece)* block(end)
//   magic  = "beckon backup 1\n", of which the number is the version of the format
//   block  = kind:u8 (h, p, e) size:u32le byte*size sum:u64le
//   header = {"beckon":string,"schema":integer,"takenAt":string,"position":integer,"key":string,"bytes":integer}
//   piece  = the next kPiece bytes of the data file, or in the last piece what is left, as one zstd frame
//   end    = nothing
//
// The sum of a block is sum_of its bytes (sum.h), with its number and kind and, behind the header, the header's
// takenAt: a piece at another place, or of another backup, does not pass. It finds damage, not forgery. Who may read
// the file reads what visitors did; secrets in it are sealed, as they are in the data file.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/instant.h"
#include "base/result.h"
#include "system/files.h"

namespace beckon::store {

struct BackupHeader {
  std::string beckon;          // the version that made it
  std::int64_t schema = 0;     // the step of schema.h at which the data is
  Instant taken_at{};          // what was acknowledged before is in it
  std::uint64_t position = 0;  // of the newest journal row, as ledger::Position
  std::string key;             // the fingerprint of the master key (kKeyFingerprint); empty: none was stored
  std::uint64_t bytes = 0;     // of the data file
};

// Where the bytes of a backup go. False: the write failed, with errno set.
using BackupSink = std::function<bool(std::string_view)>;

// Writes the backup of the data file that `data` reads, from its beginning. Returns the number of bytes written.
Result<std::uint64_t> write_backup(const BackupHeader& header, int data, const BackupSink& sink);

// Whether the file begins as a backup of any version does.
bool is_backup(const std::string& file);

// Reads a backup from its beginning to its end. Confined to one thread.
class BackupReader {
 public:
  // The faults name the file, and what to do: it is no backup, a newer version made it, or it is damaged, and where.
  static Result<BackupReader> open(const std::string& file);

  const BackupHeader& header() const { return header_; }
  std::uint64_t size() const { return offset_; }  // bytes of the backup read so far

  // The next bytes of the data file; empty behind the last, when the whole backup has been found sound.
  Result<std::string_view> next();

  void rewind();  // to before the first piece

 private:
  struct Block {
    char kind = 0;
    std::string bytes;
  };
  BackupReader(std::string file, FileDescriptor opened) : file_(std::move(file)), opened_(std::move(opened)) {}
  Result<void> read_header();
  Result<Block> block();
  Fault damaged(const std::string& what) const;
  bool fill(std::string& into, std::size_t size);

  std::string file_;
  FileDescriptor opened_;
  BackupHeader header_;
  std::uint64_t offset_ = 0;    // behind the last block that was read
  std::uint64_t number_ = 0;    // of the next block
  std::uint64_t restored_ = 0;  // bytes of the data file
  std::uint64_t first_piece_ = 0;
  bool ended_ = false;
  std::string piece_;
};

}  // namespace beckon::store
