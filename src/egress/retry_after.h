// Retry-After (RFC 9110 section 10.2.3): when to retry. Pure.
#pragma once
#include <optional>
#include <string_view>

#include "base/instant.h"

namespace beckon::egress {

// Seconds, also with a fraction (which RFC 9110 does not have, but servers send), or an HTTP date in any of the three
// forms of section 5.6.7, from `now` on: zero for a date in the past, at most 366 days. std::nullopt for any other
// text.
std::optional<Duration> parse_retry_after(std::string_view text, Instant now);

}  // namespace beckon::egress
