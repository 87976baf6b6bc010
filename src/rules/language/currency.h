// Currencies by their three-letter codes (ISO 4217).
#pragma once
#include <string>
#include <string_view>

namespace beckon::rules {

// Whether this is the code, in capitals, of a currency in use since 2023. Codes for funds, metals and testing are
// excluded.
bool is_currency(std::string_view code);

// The first text of three letters among the values of the field in the metadata (field_path.h), in capitals; empty if
// there is none. Accepts codes that ISO 4217 does not have.
std::string currency_in(std::string_view object, std::string_view field);

}  // namespace beckon::rules
