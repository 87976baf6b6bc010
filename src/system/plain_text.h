// Names that people and other systems make up, such as a visitor's id: in one form, so that they can be compared.
// Unicode's data is ICU's. Thread-safe.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace beckon {

bool is_utf8(std::string_view bytes);  // well-formed: no surrogate, nothing overlong

// The text in the form in which it is compared: without white space at both ends, in NFC (Unicode standard annex 15).
// Empty where nothing else is in it; nothing if it is not UTF-8, contains a control character (U+0000 to U+001F, U+007F
// to U+009F), or has more than `most` bytes in this form. Texts that look alike but are made of other letters differ.
std::optional<std::string> plain_text(std::string_view text, std::size_t most);

// For comparing without regard to case: Unicode's default case folding, in NFC. `text` is UTF-8.
std::string case_folded(std::string_view text);

}  // namespace beckon
