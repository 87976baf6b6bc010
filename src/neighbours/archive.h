// The lines of others' archives as entries of an import (intake/import.h), by the same map as what their libraries
// send: docs/neighbours.md, Archives.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/instant.h"
#include "base/result.h"

namespace beckon::neighbours {

enum class ArchiveFormat : std::uint8_t {
  kSegment,           // NDJSON, one message in a line
  kRudder,            // likewise
  kSnowplowEnriched,  // TSV, the 131 columns of an enriched event
};
std::optional<ArchiveFormat> archive_format(std::string_view name);  // "segment", "rudderstack", "snowplow-enriched"

// Which visitor came first in a session, of the sessions that were seen lately.
class FirstVisitors {
 public:
  // Whether the session is another visitor's; if it is nobody's, it becomes theirs.
  bool is_of_other(std::string_view session, std::string_view visitor);

 private:
  static constexpr std::size_t kMost = 500'000;                     // sessions, twice: some 100 bytes each
  std::unordered_map<std::uint64_t, std::uint64_t> newer_, older_;  // by hash
};

// Confined to one thread.
class Archive {
 public:
  explicit Archive(ArchiveFormat format) : format_(format) {}

  struct Entry {
    Instant at{};
    std::string session;
    std::string json;  // the entry as an unclosed JSON object, without `at`
    std::string
        person;  // likewise, the traits that it says of its visitor, as one of POST …/visitors/batch; empty: none
  };
  // The next line. The error is a short reason why it cannot become a signal, constant for each kind of fault. Lines
  // are given in the order of the file, since who comes first in a session is its visitor.
  Result<Entry, std::string> read(const std::string& line);

 private:
  ArchiveFormat format_;
  FirstVisitors visitors_;
};

}  // namespace beckon::neighbours
