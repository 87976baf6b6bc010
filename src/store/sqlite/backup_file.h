// The file of a backup, and how it is written and read.
//
//   backup = magic block(header) block(piece)* block(end), with blocks and pieces as in blocks.h
//   magic  = "beckon backup 1\n", of which the number is the version of the format
//   kinds  = h, p, e
//   header = {"beckon":string,"schema":integer,"takenAt":string,"position":integer,"key":string,"bytes":integer}
//   piece  = the next kPiece bytes of the data file, or in the last piece what is left
//   end    = nothing
//
// The seed of the blocks behind the header is the header's takenAt. Who may read the file reads what visitors did;
// secrets in it are sealed, as they are in the data file.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/instant.h"
#include "base/result.h"
#include "store/sqlite/blocks.h"

namespace beckon::store {

struct BackupHeader {
  std::string beckon;          // the version that made it
  std::int64_t schema = 0;     // the step of schema.h at which the data is
  Instant taken_at{};          // what was acknowledged before is in it
  std::uint64_t position = 0;  // of the newest journal row, as ledger::Position
  std::string key;             // the fingerprint of the master key (kKeyFingerprint); empty: none was stored
  std::uint64_t bytes = 0;     // of the data file
};

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
  std::uint64_t size() const { return blocks_.offset(); }  // bytes of the backup read so far

  // The next bytes of the data file; empty behind the last, when the whole backup has been found sound.
  Result<std::string_view> next();

  void rewind();  // to before the first piece

 private:
  BackupReader(const std::string& file, FileDescriptor opened);
  Result<void> read_header(const std::string& file);

  BlockReader blocks_;
  BackupHeader header_;
  std::uint64_t restored_ = 0;  // bytes of the data file
  std::uint64_t first_piece_ = 0;
  bool ended_ = false;
  std::string piece_;
};

}  // namespace beckon::store
