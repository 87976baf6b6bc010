// E-mail addresses as names of users. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/fault.h"

namespace beckon::access {

// The address in the spelling under which a user is stored: ASCII lower case. std::nullopt unless it has one `@`, 1 to
// 64 characters of RFC 5322's dot-atom before it, a name of at least two labels (RFC 1123; A-labels for others) after
// it, and at most 254 characters in total. Quoted local parts, comments and address literals are not accepted.
std::optional<std::string> to_email(std::string_view text);

// As to_email(), with an issue of the field, and an empty text, where it is none.
std::string read_email(std::string_view text, const char* field, Issues& issues);

bool is_email(std::string_view text);  // an address, in that spelling

}  // namespace beckon::access
