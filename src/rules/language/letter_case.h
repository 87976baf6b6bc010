// Texts in capitals and in small letters, letter by letter.
#pragma once
#include <string>
#include <string_view>

namespace beckon::rules {

// Unicode's simple case mappings of the letters that fold.h knows: of the Latin, Greek, Cyrillic and Armenian
// alphabets. Others stay as they are, and so does whatever has no single letter as its counterpart: "ß" has no capital
// here, and "i" always has "I". `text` is UTF-8. Thread-safe.
std::string upper_case(std::string_view text);
std::string lower_case(std::string_view text);

}  // namespace beckon::rules
