// The files of a backup folder (backup_folder.h), and how they are written and read.
//
//   segment = magic block(header) block(piece)* block(end)
//   base    = magic block(header) block(piece)* block(end)
//   magic   = "beckon segment 1\n" or "beckon base 1\n", of which the number is the version of the format
//   kinds   = h, p, e; blocks and pieces as in blocks.h
//
// A segment has the commits from `first` to `last`: its pieces together are entries (wal_tail.h) in the order of the
// log. A base has the pages of the data file, from the first one on, each as it was at some time between its beginning
// and the commit `from`: with all commits from those of the segment `segment` up to `from` or a later one written over
// it in their order, it is the data as of that commit. Its end is {"from":integer,"fromAt":string}, that of a segment
// is empty.
//
// The seed of the blocks behind the header is the series: files of another one do not pass. Who may read the files
// reads what visitors did; secrets in them are sealed, as they are in the data file.
#pragma once
#include <optional>
#include <string>

#include "store/sqlite/blocks.h"
#include "store/sqlite/shipping/wal_tail.h"

namespace beckon::store {

// Of both kinds of files.
struct ShippedHeader {
  std::string beckon;       // the version that made it
  std::int64_t schema = 0;  // the step of schema.h at which the data is
  std::uint64_t series = 0;
  std::size_t page_size = 0;
  std::uint64_t bytes = 0;  // of all pieces
};

struct SegmentHeader : ShippedHeader {
  std::uint64_t number = 0;
  std::uint64_t first = 0, last = 0;  // commits
  Instant first_at{}, last_at{};      // when they were read from the log
  std::uint64_t wal_began = 0;        // the segment that has the first commit of the log that the last one is in
  WalPlace place;                     // behind the last one
};

struct BaseHeader : ShippedHeader {
  std::string key;            // the fingerprint of the master key (kKeyFingerprint); empty: none was stored
  std::uint64_t segment = 0;  // the first one that it needs
};

struct BaseEnd {
  std::uint64_t from = 0;
  Instant from_at{};
};

// False: the sink failed.
bool write_segment(const SegmentHeader& header, std::string_view entries, const BackupSink& sink);

class BaseWriter {
 public:
  static constexpr std::size_t kPiece = 1u << 20;

  explicit BaseWriter(BackupSink sink) : blocks_(std::move(sink)) {}
  // False: the sink failed. Each piece but the last has kPiece bytes.
  bool begin(const BaseHeader& header);
  bool piece(std::string_view bytes);
  bool end(const BaseEnd& end);

 private:
  BlockWriter blocks_;
  Packer packer_;
};

// Reads a file from its beginning to its end. The faults name the file, and what to do: it is none, a newer version
// made it, or it is damaged, and where. Confined to one thread.
template <class Header>
class ShippedReader {
 public:
  static Result<ShippedReader> open(const std::string& file);

  const Header& header() const { return header_; }
  // The next bytes, of a segment whole entries; empty behind the last, when the whole file has been found sound.
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
