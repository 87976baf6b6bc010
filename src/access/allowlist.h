// The platform's allowlist: which handles may use the product, and which receivers are admitted beyond the egress
// rules. Contract section 7. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/json.h"
#include "base/result.h"

namespace beckon::access {

struct Allowlist {
  static constexpr std::size_t kMostEntries = 1'000;       // of each list
  static constexpr std::size_t kLongestEgressEntry = 255;  // bytes

  bool every_handle = true;         // "*"
  std::vector<Handle> handles;      // sorted, each once
  std::vector<std::string> egress;  // hosts and ranges, in order; the egress room interprets them

  bool admits(const Handle& handle) const;
  std::string to_json() const;  // {"handles":["*"],"egress":[]}
};

// {"handles":[…],"egress":[…]}: `handles` is required, names or "*"; `egress` is optional. kInvalidPayload unless
// it is an object; kValidationError with every fault at once.
Result<Allowlist> parse_allowlist(const json::Value& value);

// As stored in the directory; an empty text is the default: every handle, no egress entries.
Result<Allowlist> parse_allowlist(std::string text);

}  // namespace beckon::access
