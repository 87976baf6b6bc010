// Formatting of single values by payload filters.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/zone.h"

namespace beckon::rules {

inline constexpr int kMostPlaces = 6;  // those of decimal.h

// A number with this many decimal places, 0 to kMostPlaces, rounded half away from zero: "12.50". `number` is the text
// of a JSON number, or digits with a sign and a dot. std::nullopt if it is too large for decimal.h.
std::optional<std::string> with_places(std::string_view number, int places);

// What is wrong with a date format; empty if valid. It may use these parts of the wall clock:
//   %Y %m %d   year in four digits, month and day in two      %H %M %S   hour, minute and second in two digits
//   %b %B      month in English: "Mar", "March"               %I %p      hour of 12 in two digits, and AM or PM
//   %%         a percent sign
// and with - after the percent sign, such as %-d, a number has no leading zero.
std::string date_format_fault(std::string_view format);

// Formats an RFC 3339 instant in local time of the zone (null: UTC), or a date such as "2026-03-05", which is the same
// everywhere, at 00:00:00. std::nullopt for any other text. Precondition: the format is valid.
std::optional<std::string> date_text(std::string_view text, std::string_view format, const Zone* zone);

std::string percent_encoded(std::string_view text);  // all but the unreserved characters of RFC 3986, section 2.3
std::string html_escaped(std::string_view text);     // & < > " and '

}  // namespace beckon::rules
