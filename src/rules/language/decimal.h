// Amounts in decimal with six places, as an integer of millionths: the order of addition never matters.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace beckon::rules {

// The text of a JSON number; further places are rounded, halves away from zero. Nothing for ten thousand million and
// more, so that the sum of a window always fits.
std::optional<std::int64_t> millionths(std::string_view number);

std::string decimal_text(std::int64_t millionths);  // "12.5"

// The scalar at the top of a JSON object under `field`, as a signal's value would be told: strings without quotes and
// escapes, numbers and booleans as they stand. Nothing where it is missing, null or no scalar. `room` holds the text
// where it had escapes.
std::optional<std::string_view> scalar_in(std::string_view object, std::string_view field, std::string& room);

// The number at the top of a JSON object under `field`; nothing where there is none, or it is no number.
// Reads no further than it must and allocates nothing but for a name with escapes. The object is well-formed.
std::optional<std::int64_t> number_in(std::string_view object, std::string_view field);

}  // namespace beckon::rules
