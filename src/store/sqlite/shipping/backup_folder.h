// A folder to which a server ships its commits (shipper.h), and what can be restored from it.
//
//   FOLDER/beckon.lock                              held by the server that ships to it
//   FOLDER/series-NUMBER/segment-NUMBER             the commits, in order
//   FOLDER/series-NUMBER/base-SEGMENT-COMMIT-TIME   all data; with the segments from SEGMENT on it
//                                                   restores COMMIT, which was read at TIME, and
//                                                   later commits
//
// A series has consecutive commits. When a gap cannot be ruled out, a new series begins with a base of its own; the
// numbering of commits continues. Files get their names once they are complete and synced; until then they end in
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
  std::vector<std::uint64_t> segments;  // numbers, ascending
  std::vector<BaseName> bases;          // oldest first

  std::string file_of(std::uint64_t segment) const;
  std::string file_of(const BaseName& base) const;
};

std::string series_path(const std::string& folder, std::uint64_t number);

// The series in a folder, oldest first. Fault: names a folder that cannot be read.
Result<std::vector<Series>> list_series(const std::string& folder);

// Whether a server has shipped to this folder.
bool is_backup_folder(const std::string& folder);

// Deletes what is not needed to restore any point in time since `oldest`: bases and segments before the newest base
// that restores a point up to then, and whole series that ended before it, if a later one can be restored. Returns the
// number of bytes deleted. Errors are not reported, since the next call tries again.
std::uint64_t prune(const std::string& folder, Instant oldest);

// The commits that one base can restore: from its own on, as far as consecutive segments exist.
struct Restorable {
  BaseHeader header;
  BaseName base;
  std::uint64_t last = 0;
  Instant last_at{};
  std::vector<SegmentHeader> segments;  // those that it needs and the later ones
  std::optional<Fault> broken;          // why it ends before the series does: a segment is missing or damaged
  std::uint64_t bytes = 0;              // of the files
};
// Fault: the base cannot be read, or a segment that it cannot do without.
Result<Restorable> restorable_from(const Series& series, const BaseName& base);

}  // namespace beckon::store
