// The file format of a backup, its writer and its reader.
//
//   backup = magic block(header) block(piece)* block(end), with blocks and pieces as in blocks.h
//   magic  = "beckon backup 1\n"; the number is the version of the format
//   kinds  = h, p, e
//   header = {"beckon":string,"schema":integer,"takenAt":string,"position":integer,"key":string,"bytes":integer}
//   piece  = the next kPiece bytes of the data file, or, in the last piece, the rest
//   end    = empty
//
// The blocks after the header have its takenAt as their seed. Anyone who can read the file can read what visitors did;
// secrets in it are sealed, as in the data file.
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
  std::int64_t schema = 0;     // schema version of the data (schema.h)
  Instant taken_at{};          // everything acknowledged before is included
  std::uint64_t position = 0;  // of the newest journal row, as ledger::Position
  std::string key;             // the fingerprint of the master key (kKeyFingerprint); empty if none was stored
  std::uint64_t bytes = 0;     // of the data file
};

// Writes a backup of the data file open as `data`, from its beginning. Returns the number of bytes written.
Result<std::uint64_t> write_backup(const BackupHeader& header, int data, const BackupSink& sink);

// Whether the file starts like a backup of any version.
bool is_backup(const std::string& file);

// Reads a backup from start to end. Confined to one thread.
class BackupReader {
 public:
  // Faults name the file and what to do: it is not a backup, is from a newer version, or is damaged (and where).
  static Result<BackupReader> open(const std::string& file);

  const BackupHeader& header() const { return header_; }
  std::uint64_t size() const { return blocks_.offset(); }  // bytes of the backup read so far

  // The next bytes of the data file; empty at the end, once the whole backup has been verified.
  Result<std::string_view> next();

  void rewind();  // to the first piece

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
