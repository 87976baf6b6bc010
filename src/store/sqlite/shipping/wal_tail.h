// Reads the commits that are added to a WAL, whichever process writes them (sqlite.org/fileformat2.html, section 4).
//
// Salts and a checksum over all frames from the first one on say what belongs to the WAL and what is left of an earlier
// one; a frame that ends a commit has the number of pages of the data file. What counts is what the WAL's index says: a
// process that was killed in a commit may have left all of it in the WAL, where the next one is written over it.
#pragma once
#include <cstdint>
#include <string>

#include "base/instant.h"
#include "store/sqlite/connection.h"
#include "system/files.h"

namespace beckon::store {

// Up to where a WAL was read.
struct WalPlace {
  std::uint32_t salt1 = 0, salt2 = 0;  // of its header
  std::uint32_t frames = 0;            // how many, and
  std::uint32_t sum1 = 0, sum2 = 0;    // the checksum over them
  friend bool operator==(const WalPlace&, const WalPlace&) = default;
};

// A page as it is after a commit, and as it stands in a segment:
//   entry = page:u32le size:u32le at:i64le byte*page_size
// size: pages of the data file, in the last entry of a commit, else 0; at: when the commit was read, there, else 0.
struct PageEntry {
  static constexpr std::size_t kHead = 16;
  std::uint32_t page = 0, size = 0;
  std::int64_t at = 0;
};
void append_entry_head(std::string& out, const PageEntry& head);
PageEntry entry_head_at(std::string_view entries, std::size_t at);

// Confined to one thread.
class WalTail {
 public:
  static constexpr std::size_t kLongestCommit = 256u << 20;  // bytes in memory; one that is longer cannot be shipped

  // `connection` is to the data file, and lives as long.
  WalTail(std::string file, Connection& connection, std::size_t page_size)
      : file_(std::move(file)), connection_(connection), page_size_(page_size) {}

  struct Found {
    std::uint64_t commits = 0;
    bool more = false;           // `most` was reached
    bool began = false;          // what was read last is of a WAL that began again
    const char* lost = nullptr;  // why commits cannot be read that are there, or were; nothing more will be read then
  };
  // Appends the entries of the commits behind the place, until `out` has `most` bytes, with `at` as the time of each.
  // What SQLite leaves between the cells of a page is blanked (clean_pages.h).
  Found read(std::string& out, Instant at, std::size_t most);

  void begin();                        // at the first frame of the WAL that is there or will be
  bool resume(const WalPlace& place);  // there, if the WAL has the same frames up to it
  void was_cut();                      // the WAL, after all of it was read: the next one may have any salts

  const WalPlace& place() const { return place_; }

 private:
  struct Header {
    std::uint32_t salt1 = 0, salt2 = 0, sum1 = 0, sum2 = 0;
  };
  enum class Read { kHeader, kNothing, kForeign };
  Read header(Header& into);
  bool pread(std::string& into, std::uint64_t at, std::size_t size);
  bool frame(std::string_view bytes, WalPlace& place) const;
  std::uint32_t end_of(const Connection::WalEnd& end) const;
  void read_frames(std::string& out, Instant at, std::size_t most, std::uint32_t end, Found& found);
  bool next_wal(Found& found);

  const std::string file_;
  Connection& connection_;
  const std::size_t page_size_;
  FileDescriptor opened_;
  WalPlace place_;
  std::uint32_t pages_ = 0;  // the data file's, as far as they were seen
  bool known_ = false;       // the salts; false: those of the next header that is found
};

}  // namespace beckon::store
