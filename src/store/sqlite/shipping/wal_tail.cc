#include "store/sqlite/shipping/wal_tail.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <limits>
#include <span>

#include "store/sqlite/clean_pages.h"

namespace beckon::store {
namespace {

constexpr std::size_t kLogHeader = 32, kFrameHead = 24;
constexpr std::size_t kFramesAtOnce = 32;
constexpr std::uint32_t kMagic = 0x377f0682;  // of checksums over little-endian numbers

static_assert(std::endian::native == std::endian::little, "numbers of entries and checksums are read as they are");

std::uint32_t big_endian(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return __builtin_bswap32(value);
}

// Continues the checksum over `bytes`, whose length is divisible by 8.
void add_to_sum(std::string_view bytes, std::uint32_t& sum1, std::uint32_t& sum2) {
  for (std::size_t at = 0; at < bytes.size(); at += 8) {
    std::uint32_t word[2];
    std::memcpy(word, bytes.data() + at, sizeof word);
    sum1 += word[0] + sum2;
    sum2 += word[1] + sum1;
  }
}

}  // namespace

void append_entry_head(std::string& out, const PageEntry& head) {
  out.append(reinterpret_cast<const char*>(&head.page), sizeof head.page);
  out.append(reinterpret_cast<const char*>(&head.size), sizeof head.size);
  out.append(reinterpret_cast<const char*>(&head.at), sizeof head.at);
}

PageEntry entry_head_at(std::string_view entries, std::size_t at) {
  PageEntry head;
  std::memcpy(&head.page, entries.data() + at, sizeof head.page);
  std::memcpy(&head.size, entries.data() + at + 4, sizeof head.size);
  std::memcpy(&head.at, entries.data() + at + 8, sizeof head.at);
  return head;
}

// Keeps its descriptor open: SQLite's locks are on other files.
bool WalTail::pread(std::string& into, std::uint64_t at, std::size_t size) {
  if (!opened_) opened_ = FileDescriptor(::open(file_.c_str(), O_RDONLY | O_CLOEXEC));
  into.resize(size);
  std::size_t there = 0;
  while (opened_ && there < size) {
    const ssize_t got = ::pread(opened_.number(), into.data() + there, size - there, static_cast<off_t>(at + there));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    there += static_cast<std::size_t>(got);
  }
  into.resize(there);
  return there == size;
}

WalTail::Read WalTail::header(Header& into) {
  std::string bytes;
  if (!pread(bytes, 0, kLogHeader)) return Read::kNothing;
  std::uint32_t sum1 = 0, sum2 = 0;
  add_to_sum(std::string_view(bytes).substr(0, 24), sum1, sum2);
  if (sum1 != big_endian(bytes, 24) || sum2 != big_endian(bytes, 28)) return Read::kNothing;  // being written
  if (big_endian(bytes, 0) != kMagic || big_endian(bytes, 8) != page_size_) return Read::kForeign;
  into = {big_endian(bytes, 16), big_endian(bytes, 20), sum1, sum2};
  return Read::kHeader;
}

void WalTail::begin() {
  place_ = {};
  known_ = false;
}

void WalTail::was_cut() { begin(); }

// Whether this is the next frame; if so, `place` moves past it.
bool WalTail::frame(std::string_view bytes, WalPlace& place) const {
  if (big_endian(bytes, 0) == 0 || big_endian(bytes, 8) != place.salt1 || big_endian(bytes, 12) != place.salt2)
    return false;
  std::uint32_t sum1 = place.sum1, sum2 = place.sum2;
  add_to_sum(bytes.substr(0, 8), sum1, sum2);
  add_to_sum(bytes.substr(kFrameHead), sum1, sum2);
  if (sum1 != big_endian(bytes, 16) || sum2 != big_endian(bytes, 20)) return false;
  place.sum1 = sum1;
  place.sum2 = sum2;
  ++place.frames;
  return true;
}

bool WalTail::resume(const WalPlace& place) {
  begin();
  Header found;
  if (header(found) != Read::kHeader || found.salt1 != place.salt1 || found.salt2 != place.salt2) return false;
  WalPlace at{found.salt1, found.salt2, 0, found.sum1, found.sum2};
  const std::size_t size = kFrameHead + page_size_;
  std::string bytes;
  while (at.frames < place.frames)
    if (!pread(bytes, kLogHeader + at.frames * size, size) || !frame(bytes, at)) return false;
  if (at != place) return false;
  place_ = place;
  known_ = true;
  return true;
}

// How many frames of the current WAL may be read. If the WAL has restarted since, the former one was committed to its
// end; one that has just restarted has none yet.
std::uint32_t WalTail::end_of(const Connection::WalEnd& end) const {
  if (end.salt1 == place_.salt1 && end.salt2 == place_.salt2) return end.frames;
  return end.salt1 == place_.salt1 + 1 ? std::numeric_limits<std::uint32_t>::max() : place_.frames;
}

void WalTail::read_frames(std::string& out, Instant at, std::size_t most, std::uint32_t end, Found& found) {
  const std::size_t size = kFrameHead + page_size_;
  WalPlace next = place_;
  std::size_t committed = out.size();
  std::string bytes;
  for (bool all = true; all;) {
    all = pread(bytes, kLogHeader + next.frames * size, kFramesAtOnce * size);
    for (std::size_t i = 0; i + size <= bytes.size(); i += size) {
      const std::string_view one = std::string_view(bytes).substr(i, size);
      if (next.frames >= end || !frame(one, next)) return out.resize(committed);
      const std::uint32_t page = big_endian(one, 0), pages = big_endian(one, 4);
      append_entry_head(out, {page, pages, pages == 0 ? 0 : to_ms(at)});
      out += one.substr(kFrameHead);
      pages_ = std::max({pages_, page, pages});
      if (pages_ < kMostPagesToClean)
        clean_page({reinterpret_cast<unsigned char*>(out.data()) + out.size() - page_size_, page_size_}, page == 1);
      if (out.size() - committed > kLongestCommit) {
        found.lost = "a single change of the data is larger than what can be shipped";
        return out.resize(committed);
      }
      if (pages == 0) continue;
      place_ = next;
      committed = out.size();
      ++found.commits;
      if (committed >= most) {
        found.more = true;
        return;
      }
    }
  }
  out.resize(committed);
}

// Moves on to the WAL that follows the one that was read; false if there is none.
bool WalTail::next_wal(Found& found) {
  Header begun;
  switch (header(begun)) {
    case Read::kNothing: return false;
    case Read::kForeign: found.lost = "the data file's log has another format"; return false;
    case Read::kHeader: break;
  }
  if (known_ && begun.salt1 == place_.salt1 && begun.salt2 == place_.salt2) return false;
  if (known_ && begun.salt1 != place_.salt1 + 1) {
    found.lost = "the data file's log was replaced by another program";
    return false;
  }
  place_ = {begun.salt1, begun.salt2, 0, begun.sum1, begun.sum2};
  known_ = true;
  return true;
}

WalTail::Found WalTail::read(std::string& out, Instant at, std::size_t most) {
  Found found;
  while (true) {
    const auto end = connection_.wal_end();
    if (!end) {
      found.more = true;
      return found;
    }
    if (known_) read_frames(out, at, most, end_of(*end), found);
    if (found.more || found.lost != nullptr) return found;
    if (!next_wal(found)) return found;
    found.began = true;
  }
}

}  // namespace beckon::store
