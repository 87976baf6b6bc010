// Upper and lower case, letter by letter.
#pragma once
#include <string>
#include <string_view>

namespace beckon::rules {

// Unicode's simple case mappings of the letters that fold.h knows: of the Latin, Greek, Cyrillic and Armenian
// alphabets. Others are unchanged, and so are letters without a single-letter counterpart: "ß" has no capital here, and
// "i" always maps to "I". `text` is UTF-8. Thread-safe.
std::string upper_case(std::string_view text);
std::string lower_case(std::string_view text);

}  // namespace beckon::rules
