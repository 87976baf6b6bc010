// Names made up by people and other systems, such as visitor ids, in one form, so that they can be compared. Unicode
// data is from ICU. Thread-safe.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace beckon {

bool is_utf8(std::string_view bytes);  // well-formed: no surrogates, nothing overlong

// The text in the form in which it is compared: trimmed of whitespace, in NFC (Unicode standard annex 15). Empty if
// nothing else is left; std::nullopt if it is not UTF-8, contains a control character (U+0000 to U+001F, U+007F to
// U+009F), or has more than `most` bytes in this form. Texts of different letters that look alike differ.
std::optional<std::string> plain_text(std::string_view text, std::size_t most);

// For case-insensitive comparison: Unicode's default case folding, in NFC. `text` is UTF-8.
std::string case_folded(std::string_view text);

}  // namespace beckon
