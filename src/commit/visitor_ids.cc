#include "commit/visitor_ids.h"

#include <algorithm>
#include <array>

#include "ledger/identity.h"
#include "system/plain_text.h"

namespace beckon::commit {
namespace {

constexpr std::array<std::string_view, 13> kNobody{"null", "undefined",       "none",      "nan",   "true",    "false",
                                                   "-1",   "[object object]", "anonymous", "guest", "unknown", ".",
                                                   ".."};

bool is_nobody(std::string_view id) {
  if (id.find_first_not_of("0-") == std::string_view::npos) return true;
  return std::ranges::any_of(kNobody, [&](std::string_view nobody) {
    return std::ranges::equal(id, nobody, [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a | 0x20 : a) == b; });
  });
}

}  // namespace

std::optional<VisitorId> parse_visitor_id(std::string_view text) {
  auto form = plain_text(text, kVisitorIdBytes);
  if (!form) return std::nullopt;
  VisitorId id;
  id.text = std::move(*form);
  return id;
}

bool BlockedIds::contains(const VisitorId& id) const {
  return is_nobody(id.view()) || id.view().starts_with(ledger::kBrowserMark) ||
         (!folded_.empty() && std::ranges::binary_search(folded_, case_folded(id.view())));
}

void BlockedIds::add(const VisitorId& id) {
  own_.push_back(id.text);
  std::string folded = case_folded(id.view());
  folded_.insert(std::ranges::upper_bound(folded_, folded), std::move(folded));
}

}  // namespace beckon::commit
