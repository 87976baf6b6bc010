// The lines of other systems' archives as entries of an import (intake/import.h), mapped like the messages of their
// libraries: docs/neighbours.md, Archives.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/instant.h"
#include "base/result.h"

namespace beckon::neighbours {

enum class ArchiveFormat : std::uint8_t {
  kSegment,           // NDJSON, one message per line
  kRudder,            // likewise
  kSnowplowEnriched,  // TSV, the 131 columns of an enriched event
};
std::optional<ArchiveFormat> archive_format(std::string_view name);  // "segment", "rudderstack", "snowplow-enriched"

// Confined to one thread.
class Archive {
 public:
  explicit Archive(ArchiveFormat format) : format_(format) {}

  struct Entry {
    Instant at{};
    std::string session;
    std::string json;    // the entry as an unclosed JSON object, without `at`
    std::string person;  // likewise, the traits of its visitor, as an entry of POST …/visitors/batch; empty if none
  };
  // Parses a line. The error is a short reason why it cannot become a signal, constant for each kind of error.
  Result<Entry, std::string> read(const std::string& line);

 private:
  ArchiveFormat format_;
};

}  // namespace beckon::neighbours
