// Which texts are ids of visitors, and which of them name nobody.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"

namespace beckon::commit {

inline constexpr std::size_t kVisitorIdBytes = 256;

// The id in the form in which ids are kept and compared: system/plain_text.h. Empty if nothing is left of it; nothing
// if it has no such form. Thread-safe.
std::optional<VisitorId> parse_visitor_id(std::string_view text);

// Ids that pages and servers send for every visitor whom they do not know, so that none of them identifies anyone.
// Immutable once filled, then thread-safe.
class BlockedIds {
 public:
  static constexpr std::size_t kMost = 100;  // of a handle's own

  // Without regard to case. Of every handle: an empty id; null, undefined, none, nan, true, false, -1, [object object],
  // anonymous, guest, unknown; zeros and dashes alone, such as an empty UUID; "." and "..", which no path can name;
  // and what begins as the ids of browsers do (ledger/identity.h).
  bool contains(const VisitorId& id) const;

  void add(const VisitorId& id);
  const std::vector<std::string>& own() const { return own_; }  // as added

 private:
  std::vector<std::string> own_;
  std::vector<std::string> folded_;  // sorted
};

}  // namespace beckon::commit
