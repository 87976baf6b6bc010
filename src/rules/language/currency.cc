#include "rules/language/currency.h"

#include <algorithm>
#include <vector>

#include "rules/language/field_path.h"

namespace beckon::rules {
namespace {

constexpr std::string_view kCodes =
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF "
    "CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG "
    "HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA "
    "MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD "
    "RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH "
    "UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG ZWL";
constexpr std::size_t kLetters = 3;
constexpr std::size_t kStep = kLetters + 1;  // a code and its separator
static_assert((kCodes.size() + 1) % kStep == 0);

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

}  // namespace

bool is_currency(std::string_view code) {
  if (code.size() != kLetters) return false;
  for (std::size_t i = 0; i < kCodes.size(); i += kStep)
    if (kCodes.substr(i, kLetters) == code) return true;
  return false;
}

std::string currency_in(std::string_view object, std::string_view field) {
  std::vector<std::string_view> values;
  values_in(object, field, values);
  std::string room;
  for (const std::string_view value : values) {
    const auto text = value.starts_with('"') ? scalar_of(value, room) : std::nullopt;
    if (!text || text->size() != kLetters || !std::ranges::all_of(*text, is_letter)) continue;
    std::string code(*text);
    for (char& c : code) c = static_cast<char>(c & ~0x20);
    return code;
  }
  return {};
}

}  // namespace beckon::rules
