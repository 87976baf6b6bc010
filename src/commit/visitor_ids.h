// Which strings are visitor ids, and which of them identify nobody.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"

namespace beckon::commit {

inline constexpr std::size_t kVisitorIdBytes = 256;

// The id in the normal form in which ids are stored and compared (system/plain_text.h): empty if nothing is left of it,
// std::nullopt if it has no such form. Thread-safe.
std::optional<VisitorId> parse_visitor_id(std::string_view text);

// Ids that pages and servers send for every unknown visitor, so that they identify nobody. Immutable once filled, then
// thread-safe.
class BlockedIds {
 public:
  static constexpr std::size_t kMost = 100;  // of a handle's own

  // Case-insensitive. Blocked for every handle: an empty id; null, undefined, none, nan, true, false, -1, [object
  // object], anonymous, guest, unknown; only zeros and dashes, such as an empty UUID; "." and "..", which no path can
  // name; and what begins like the ids of browsers (ledger/identity.h).
  bool contains(const VisitorId& id) const;

  void add(const VisitorId& id);
  const std::vector<std::string>& own() const { return own_; }  // as added

 private:
  std::vector<std::string> own_;
  std::vector<std::string> folded_;  // sorted
};

}  // namespace beckon::commit
