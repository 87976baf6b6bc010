// Retry-After (RFC 9110 section 10.2.3): when to retry. Pure.
#pragma once
#include <optional>
#include <string_view>

#include "base/instant.h"

namespace beckon::egress {

// Seconds, also with a fraction (not in RFC 9110, but some servers send it), or an HTTP date in any of the three forms
// of section 5.6.7, as the time from `now`: zero for a date in the past, at most 366 days. std::nullopt for any other
// text.
std::optional<Duration> parse_retry_after(std::string_view text, Instant now);

}  // namespace beckon::egress
