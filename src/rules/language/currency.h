// Currencies by their three-letter codes (ISO 4217).
#pragma once
#include <string>
#include <string_view>

namespace beckon::rules {

// Whether it is the code of a currency that has been in use since 2023, in capital letters. Funds, metals and codes for
// testing are none.
bool is_currency(std::string_view code);

// The three letters, in capitals, that the field of the metadata leads to (field_path.h); where it leads to several
// values, the first that is such a text. Empty: there is none. A code that ISO 4217 does not have is taken too.
std::string currency_in(std::string_view object, std::string_view field);

}  // namespace beckon::rules
