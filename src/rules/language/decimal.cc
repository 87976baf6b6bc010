#include "rules/language/decimal.h"

#include <algorithm>
#include <cstdlib>

namespace beckon::rules {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::int64_t millionths(std::string_view number, Rounding rounding) {
  const bool negative = number.starts_with('-');
  if (negative) number.remove_prefix(1);
  const std::size_t e = std::min(number.find_first_of("eE"), number.size());
  const std::string_view mantissa = number.substr(0, e);
  long power = 6;  // of ten: exponent that the digits are scaled by
  if (e < number.size())
    power += std::clamp(std::strtol(std::string(number.substr(e + 1)).c_str(), nullptr, 10), -9'999L, 9'999L);
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  if (point < mantissa.size()) power -= static_cast<long>(mantissa.size() - point - 1);
  // How many digits count; further ones are rounded.
  long left = static_cast<long>(mantissa.size()) - (point < mantissa.size() ? 1 : 0) + std::min(power, 0L);
  std::int64_t value = 0;
  const auto append = [&value](int digit) {
    value = value > kMostAmount / 10 ? kMostAmount : std::min(value * 10 + digit, kMostAmount);
  };
  bool up = false;
  for (const char c : mantissa) {
    if (!is_digit(c)) continue;
    if (left-- > 0)
      append(c - '0');
    else
      up = up || (rounding == Rounding::kHalves ? left == -1 && c >= '5' : rounding == Rounding::kUp && c != '0');
  }
  for (; power > 0 && value != 0 && value != kMostAmount; --power) append(0);
  value = std::min(value + (up ? 1 : 0), kMostAmount);
  return negative ? -value : value;
}

std::int64_t multiplied(std::int64_t a, std::int64_t b) {
  constexpr std::int64_t kOne = 1'000'000;
  __extension__ using Wide = __int128;  // the product of any two amounts fits
  const Wide product = Wide{a} * b;
  const Wide rounded = (product + (product < 0 ? -kOne / 2 : kOne / 2)) / kOne;
  return static_cast<std::int64_t>(std::clamp<Wide>(rounded, -kMostAmount, kMostAmount));
}

std::string decimal_text(std::int64_t millionths) {
  // Unsigned, so that the smallest number (kNothing) has its magnitude too.
  const auto bits = static_cast<std::uint64_t>(millionths);
  const std::uint64_t size = millionths < 0 ? 0 - bits : bits;
  std::string places = std::to_string(1'000'000 + size % 1'000'000).substr(1);
  places.erase(places.find_last_not_of('0') + 1);
  std::string out = millionths < 0 ? "-" : "";
  out += std::to_string(size / 1'000'000);
  if (!places.empty()) out.append(".").append(places);
  return out;
}

}  // namespace beckon::rules
