// Reads the commits that are appended to a WAL, by whatever process (sqlite.org/fileformat2.html, section 4).
//
// Salts and a checksum over all frames from the first one distinguish the WAL from what an earlier one left; a frame
// that ends a commit has the data file's number of pages. The WAL index decides what is committed: a process killed
// during a commit may leave all of it in the WAL, where the next commit overwrites it.
#pragma once
#include <cstdint>
#include <string>

#include "base/instant.h"
#include "store/sqlite/connection.h"
#include "system/files.h"

namespace beckon::store {

// How far a WAL was read.
struct WalPlace {
  std::uint32_t salt1 = 0, salt2 = 0;  // of its header
  std::uint32_t frames = 0;            // the number of frames, and
  std::uint32_t sum1 = 0, sum2 = 0;    // the checksum over them
  friend bool operator==(const WalPlace&, const WalPlace&) = default;
};

// A page as of a commit, in the format of a segment:
//   entry = page:u32le size:u32le at:i64le byte*page_size
// A commit's last entry has the data file's page count as size, and the time of reading as at; otherwise both are 0.
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
  static constexpr std::size_t kLongestCommit = 256u << 20;  // bytes in memory; a larger commit cannot be shipped

  // `connection` is to the data file and outlives this.
  WalTail(std::string file, Connection& connection, std::size_t page_size)
      : file_(std::move(file)), connection_(connection), page_size_(page_size) {}

  struct Found {
    std::uint64_t commits = 0;
    bool more = false;           // `most` was reached
    bool began = false;          // the last entries are from a WAL that restarted
    const char* lost = nullptr;  // why existing or former commits cannot be read; then nothing more will be read
  };
  // Appends the entries of the commits after place(), until `out` has `most` bytes, with `at` as the time of each. What
  // SQLite leaves between the cells of a page is blanked (clean_pages.h).
  Found read(std::string& out, Instant at, std::size_t most);

  void begin();                        // at the first frame of the current or next WAL
  bool resume(const WalPlace& place);  // at `place`, if the WAL has the same frames up to it
  void was_cut();                      // the WAL was truncated after it was read: the next one may have any salts

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
  std::uint32_t pages_ = 0;  // of the data file, as far as known
  bool known_ = false;       // the salts; if false, those of the next header apply
};

}  // namespace beckon::store
