#include "base/zone.h"

#include <algorithm>
#include <optional>

namespace beckon {
namespace {

constexpr std::size_t kYear = 4;  // digits

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

// The letters after the year: one, or from the 27th release of a year on two, "za" first. What follows them, as in
// "2026f-dirty", is not part of the name.
std::optional<std::string_view> letters(std::string_view version) {
  if (version.size() <= kYear || !std::ranges::all_of(version.substr(0, kYear), is_digit)) return std::nullopt;
  const std::string_view rest = version.substr(kYear);
  const auto end = std::ranges::find_if_not(rest, is_letter);
  if (end == rest.begin()) return std::nullopt;
  return rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
}

}  // namespace

bool is_older_zone_version(std::string_view one, std::string_view other) {
  const auto first = letters(one), second = letters(other);
  if (!first || !second) return false;
  if (const int order = one.substr(0, kYear).compare(other.substr(0, kYear)); order != 0) return order < 0;
  return *first < *second;  // "z" < "za" < "zb"
}

}  // namespace beckon
