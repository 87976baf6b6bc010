// E-mail addresses as user names. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/fault.h"

namespace beckon::access {

// The address in the spelling in which users are stored: ASCII lower case. std::nullopt unless it has one `@`, 1 to 64
// characters of RFC 5322's dot-atom before it, a name of at least two labels (RFC 1123; A-labels for others) after it,
// and at most 254 characters in total. Quoted local parts, comments and address literals are not accepted.
std::optional<std::string> to_email(std::string_view text);

// Like to_email(); if it is not an address, adds an issue at the field and returns an empty text.
std::string read_email(std::string_view text, const char* field, Issues& issues);

bool is_email(std::string_view text);  // an address, in that spelling

}  // namespace beckon::access
