#include "egress/retry_after.h"

#include <algorithm>
#include <ctime>
#include <string>

namespace beckon::egress {
namespace {

constexpr Duration kMost = std::chrono::days{366};

std::optional<Duration> parse_seconds(std::string_view text) {
  std::int64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = std::min<std::int64_t>(value * 10 + (c - '0'), std::chrono::seconds{std::chrono::days{366}}.count());
  }
  return std::chrono::seconds{value};
}

// RFC 9110 section 5.6.7: the form in use, and the two obsolete ones.
std::optional<Instant> parse_http_date(const std::string& text) {
  for (const char* form : {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"}) {
    std::tm date{};
    const char* end = strptime(text.c_str(), form, &date);
    if (end == nullptr || *end != '\0') continue;
    const int day = date.tm_mday;
    const auto seconds = timegm(&date);  // makes March of 30 February
    if (date.tm_mday == day) return Instant{std::chrono::seconds{seconds}};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Duration> parse_retry_after(std::string_view text, Instant now) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  if (text.empty() || text.size() > 64) return std::nullopt;
  if (text.front() >= '0' && text.front() <= '9') return parse_seconds(text);
  const auto at = parse_http_date(std::string(text));
  return at ? std::optional{std::clamp(*at - now, Duration{0}, kMost)} : std::nullopt;
}

}  // namespace beckon::egress
