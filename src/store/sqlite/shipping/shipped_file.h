// The file formats of a backup folder (backup_folder.h), their writers and their reader.
//
//   segment = magic block(header) block(piece)* block(end)
//   base    = magic block(header) block(piece)* block(end)
//   magic   = "beckon segment 1\n" or "beckon base 1\n"; the number is the version of the format
//   kinds   = h, p, e; blocks and pieces as in blocks.h
//
// A segment has the commits from `first` to `last`: its pieces, concatenated, are entries (wal_tail.h) in the order of
// the WAL. A base has the data file's pages from the first one on, each as it was at some time between the base's start
// and the commit `from`. Writing all commits over it in order, from segment `segment` up to `from` or a later commit,
// gives the data as of that commit. The end of a base is {"from":integer,"fromAt":string}; that of a segment is
// empty.
//
// The blocks after the header have the series as their seed, so files of another series do not pass. Anyone who can
// read the files can read what visitors did; secrets in them are sealed, as in the data file.
#pragma once
#include <optional>
#include <string>

#include "store/sqlite/blocks.h"
#include "store/sqlite/shipping/wal_tail.h"

namespace beckon::store {

// Common to both kinds of files.
struct ShippedHeader {
  std::string beckon;       // the version that made it
  std::int64_t schema = 0;  // schema version of the data (schema.h)
  std::uint64_t series = 0;
  std::size_t page_size = 0;
  std::uint64_t bytes = 0;  // of all pieces
};

struct SegmentHeader : ShippedHeader {
  std::uint64_t number = 0;
  std::uint64_t first = 0, last = 0;  // commits
  Instant first_at{}, last_at{};      // when they were read from the WAL
  std::uint64_t wal_began = 0;        // the segment with the first commit of the WAL that the last commit is in
  WalPlace place;                     // after the last commit
};

struct BaseHeader : ShippedHeader {
  std::string key;            // the fingerprint of the master key (kKeyFingerprint); empty if none was stored
  std::uint64_t segment = 0;  // the first one that it needs
};

struct BaseEnd {
  std::uint64_t from = 0;
  Instant from_at{};
};

// Returns false if the sink failed.
bool write_segment(const SegmentHeader& header, std::string_view entries, const BackupSink& sink);

class BaseWriter {
 public:
  static constexpr std::size_t kPiece = 1u << 20;

  explicit BaseWriter(BackupSink sink) : blocks_(std::move(sink)) {}
  // Each returns false if the sink failed. Every piece except the last has kPiece bytes.
  bool begin(const BaseHeader& header);
  bool piece(std::string_view bytes);
  bool end(const BaseEnd& end);

 private:
  BlockWriter blocks_;
  Packer packer_;
};

// Reads a file from start to end. Faults name the file and what to do: it is not such a file, is from a newer version,
// or is damaged (and where). Confined to one thread.
template <class Header>
class ShippedReader {
 public:
  static Result<ShippedReader> open(const std::string& file);

  const Header& header() const { return header_; }
  // The next bytes, in a segment whole entries; empty at the end, once the whole file has been verified.
  Result<std::string_view> next();
  const BaseEnd& end() const { return end_; }  // of a base that was read to its end

 private:
  explicit ShippedReader(BlockReader blocks) : blocks_(std::move(blocks)) {}
  Result<void> read_header(const std::string& file);

  BlockReader blocks_;
  Header header_;
  BaseEnd end_;
  std::uint64_t left_ = 0;
  bool ended_ = false;
  std::string piece_;
};

using SegmentReader = ShippedReader<SegmentHeader>;
using BaseReader = ShippedReader<BaseHeader>;

}  // namespace beckon::store
