// A parsed payload template: a program of texts to write and values to insert between them.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "rules/language/payload_filter.h"
#include "rules/language/payload_path.h"
#include "rules/language/payload_template.h"

namespace beckon::rules {

// JSON text to copy verbatim, then what to insert.
struct PayloadPiece {
  enum class Kind : std::uint8_t {
    kEnd,    // nothing
    kValue,  // a placeholder as a JSON value
    kText,   // a placeholder in a JSON string
    kEach,   // a list
  };
  std::string before;
  Kind kind = Kind::kEnd;
  std::size_t index = 0;  // of the placeholder, or of the list
};
using PayloadProgram = std::vector<PayloadPiece>;

struct PayloadPlaceholder {
  bool of_item = false;
  std::size_t path = 0;  // of PayloadParts::paths
  std::string field;     // if of_item: a field of the element; empty for the element itself
  std::vector<PayloadFilter> filters;
  bool needs_value = false;     // without a value, the result is missing
  bool may_lose_value = false;  // with a value, the result may still be missing
};

struct PayloadEach {
  std::size_t path = 0;
  std::size_t max = payload_limits::kElements;
  PayloadProgram as;
  std::vector<std::size_t> placeholders;  // those that refer to the element
};

// How the template uses a path.
struct PayloadUse {
  bool needs_value = false;
  std::vector<std::size_t> may_lose_value;  // placeholders
  std::vector<std::size_t> lists;
  std::size_t growth = 0;  // maximum output bytes for each byte of the value: payload_filter.h
};

struct PayloadParts {
  OnMissing on_missing = OnMissing::kHold;
  std::vector<PayloadPath> paths;
  std::vector<PayloadUse> uses;  // one for each path
  std::vector<PayloadPlaceholder> placeholders;
  std::vector<PayloadEach> lists;
  PayloadProgram program;
  std::size_t most_bytes = 0;  // output size if every value is missing
};

}  // namespace beckon::rules
