#include "egress/retry_after.h"

#include <curl/curl.h>

#include <algorithm>
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

}  // namespace

std::optional<Duration> parse_retry_after(std::string_view text, Instant now) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  if (text.empty() || text.size() > 64) return std::nullopt;
  if (text.front() >= '0' && text.front() <= '9') return parse_seconds(text);
  const auto date = curl_getdate(std::string(text).c_str(), nullptr);  // reads all three forms
  if (date < 0) return std::nullopt;
  const Instant at{std::chrono::seconds{date}};
  return std::clamp(at - now, Duration{0}, kMost);
}

}  // namespace beckon::egress
