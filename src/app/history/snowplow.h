// From a record of Snowplow's canonical event form to an entry of an import (intake/import.h).
//
// Nothing that names a person goes along: no e-mail, no IP address, no user-agent text. Kind of event and products come
// from the e-commerce action and its contexts; where an event has none, its name is the kind.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/instant.h"
#include "base/json.h"
#include "base/result.h"

namespace beckon::app {

struct Observation {
  Instant at{};
  std::string session;
  std::string json;  // the entry as an object that is still open: without its `at`
};

// Thread-safe once made.
class Snowplow {
 public:
  // From the header line. The error names the columns that are missing.
  static Result<Snowplow, std::string> make(const std::vector<std::string>& header);

  // The error says in a few words why the record cannot become a signal; the same words for the same fault.
  Result<Observation, std::string> read(const std::vector<std::string>& fields) const;

 private:
  explicit Snowplow(const std::vector<std::string>& header);
  std::unordered_map<std::string, std::size_t> columns_;
};

}  // namespace beckon::app
