#include "egress/retry_after.h"

#include <algorithm>
#include <ctime>
#include <string>

namespace beckon::egress {
namespace {

constexpr Duration kMost = std::chrono::days{366};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// A fraction is rounded up: "1.0001" is 1,001 ms.
std::optional<Duration> parse_seconds(std::string_view text) {
  const auto dot = std::min(text.find('.'), text.size());
  const auto fraction = text.substr(std::min(dot + 1, text.size()));
  if (!std::ranges::all_of(text.substr(0, dot), is_digit) || !std::ranges::all_of(fraction, is_digit)) return {};
  if (dot < text.size() && fraction.empty()) return {};
  Duration value{0};
  for (const char c : text.substr(0, dot)) value = std::min(value * 10 + std::chrono::seconds{c - '0'}, kMost);
  Duration unit = std::chrono::seconds{1};
  for (const char c : fraction.substr(0, 3)) value += (unit /= 10) * (c - '0');
  const bool more = fraction.find_first_not_of('0', 3) != std::string_view::npos;
  return std::min(value + Duration{more ? 1 : 0}, kMost);
}

// RFC 9110 section 5.6.7: the current form and the two obsolete ones.
std::optional<Instant> parse_http_date(const std::string& text) {
  for (const char* form : {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"}) {
    std::tm date{};
    const char* end = strptime(text.c_str(), form, &date);
    if (end == nullptr || *end != '\0') continue;
    const int day = date.tm_mday;
    const auto seconds = timegm(&date);  // turns 30 February into March
    if (date.tm_mday == day) return Instant{std::chrono::seconds{seconds}};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Duration> parse_retry_after(std::string_view text, Instant now) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  if (text.empty() || text.size() > 64) return std::nullopt;
  if (is_digit(text.front())) return parse_seconds(text);
  const auto at = parse_http_date(std::string(text));
  return at ? std::optional{std::clamp(*at - now, Duration{0}, kMost)} : std::nullopt;
}

}  // namespace beckon::egress
