#include "outbox/subscription_limits.h"

#include <algorithm>

namespace beckon::outbox {

bool is_event_pattern(std::string_view text) {
  if (text == "*") return true;
  if (text.ends_with(".*")) text.remove_suffix(2);
  const auto is_alnum = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return !text.empty() && text.size() <= subscription_limits::kEventTypeSize && is_alnum(text.front()) &&
         std::ranges::all_of(
             text, [&](char c) { return is_alnum(c) || std::string_view{"._:-"}.find(c) != std::string_view::npos; });
}

bool is_set_by_server(std::string_view header) {
  return header == "content-type" || header.starts_with("webhook-") || header.starts_with("x-arjun-");
}

}  // namespace beckon::outbox
