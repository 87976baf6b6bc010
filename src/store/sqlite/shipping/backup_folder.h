// A folder to which a server ships its commits (shipper.h), and what can be restored from it.
//
//   FOLDER/beckon.lock                              held by the server that ships to it
//   FOLDER/series-NUMBER/segment-NUMBER             the commits, in their order
//   FOLDER/series-NUMBER/base-SEGMENT-COMMIT-TIME   all data; restores to COMMIT, which was read at TIME, and later
//   ones,
//                                                   with the segments from SEGMENT on
//
// A series has commits without a gap. Where it is not certain that there is none, another one begins, with a base of
// its own; commits are numbered on. Files have their names when they are whole and synced; before that they end in
// ".new".
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/sqlite/shipping/shipped_file.h"

namespace beckon::store {

struct BaseName {
  std::uint64_t segment = 0;
  BaseEnd end;
  friend bool operator==(const BaseName& a, const BaseName& b) {
    return a.segment == b.segment && a.end.from == b.end.from;
  }
};

struct Series {
  std::uint64_t number = 0;
  std::string path;
  std::vector<std::uint64_t> segments;  // numbers, rising
  std::vector<BaseName> bases;          // oldest first

  std::string file_of(std::uint64_t segment) const;
  std::string file_of(const BaseName& base) const;
};

std::string series_path(const std::string& folder, std::uint64_t number);

// The series of a folder, oldest first. The fault names a folder that cannot be read.
Result<std::vector<Series>> list_series(const std::string& folder);

// Whether there is a folder that has been shipped to.
bool is_backup_folder(const std::string& folder);

// Removes what is not needed to restore any moment from `oldest` on: bases and segments before the newest base that
// restores a moment up to then, and whole series that ended before it, if a later one can be restored. Returns the
// bytes removed; errors are not reported, since the next call tries again.
std::uint64_t prune(const std::string& folder, Instant oldest);

// The commits that one base restores: from its own on, as far as segments follow one another.
struct Restorable {
  BaseHeader header;
  BaseName base;
  std::uint64_t last = 0;
  Instant last_at{};
  std::vector<SegmentHeader> segments;  // those that it needs and those behind it
  std::optional<Fault> broken;          // why it ends before the series does: a segment is missing or damaged
  std::uint64_t bytes = 0;              // of the files
};
// The fault: the base cannot be read, or a segment without which it is nothing.
Result<Restorable> restorable_from(const Series& series, const BaseName& base);

}  // namespace beckon::store
