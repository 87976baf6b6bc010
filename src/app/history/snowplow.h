// Converts a record in Snowplow's canonical event format to an import entry (intake/import.h).
//
// Personal data is left out: no e-mail, no IP address, no user agent. Event type and products come from the e-commerce
// action and its contexts; without one, the event's name is the type.
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
  std::string json;  // the entry as an unclosed JSON object, without `at`
};

// Immutable, hence thread-safe.
class Snowplow {
 public:
  // Reads the header line. The error names the missing columns.
  static Result<Snowplow, std::string> make(const std::vector<std::string>& header);

  // The error is a short reason why the record cannot become a signal, constant for each kind of fault.
  Result<Observation, std::string> read(const std::vector<std::string>& fields) const;

 private:
  explicit Snowplow(const std::vector<std::string>& header);
  std::unordered_map<std::string, std::size_t> columns_;
};

}  // namespace beckon::app
