#include "rules/language/decimal.h"

#include <algorithm>
#include <cstdlib>

#include "base/json.h"

namespace beckon::rules {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Walks over well-formed JSON; at its end it stands still.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip(std::string_view any_of) {
    while (at_ < text_.size() && any_of.find(text_[at_]) != std::string_view::npos) ++at_;
  }
  // With its quotes.
  std::string_view take_string() {
    const std::size_t from = at_++;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    at_ = std::min(at_ + 1, text_.size());
    return text_.substr(from, at_ - from);
  }
  std::string_view take_value() {
    const std::size_t from = at_;
    int depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      const bool closes = c == '}' || c == ']';
      if (depth == 0 && (c == ',' || closes)) break;
      if (c == '"') {
        take_string();
        continue;
      }
      if (c == '{' || c == '[') ++depth;
      if (closes) --depth;
      ++at_;
    }
    return text_.substr(from, at_ - from);
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

// "-12.50": digits, with a sign before them and a point between them or not.
bool is_plain_decimal(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, point), places = text.substr(std::min(point + 1, text.size()));
  return !whole.empty() && std::ranges::all_of(whole, is_digit) && (point == text.size() || !places.empty()) &&
         std::ranges::all_of(places, is_digit);
}

bool is_name(std::string_view quoted, std::string_view field) {
  if (quoted.find('\\') == std::string_view::npos) return quoted.substr(1, quoted.size() - 2) == field;
  const auto document = json::parse(std::string(quoted));
  return document && document->root().text() == field;
}

constexpr std::string_view kSpace = " \t\r\n";

}  // namespace

std::int64_t millionths(std::string_view number, Rounding rounding) {
  const bool negative = number.starts_with('-');
  if (negative) number.remove_prefix(1);
  const std::size_t e = std::min(number.find_first_of("eE"), number.size());
  const std::string_view mantissa = number.substr(0, e);
  long power = 6;  // of ten, that the digits are multiplied by
  if (e < number.size())
    power += std::clamp(std::strtol(std::string(number.substr(e + 1)).c_str(), nullptr, 10), -9'999L, 9'999L);
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  if (point < mantissa.size()) power -= static_cast<long>(mantissa.size() - point - 1);
  // How many of the digits count; those behind them are rounded.
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

std::string decimal_text(std::int64_t millionths) {
  // As unsigned, so that the least number of all (kNothing) has its size too.
  const auto bits = static_cast<std::uint64_t>(millionths);
  const std::uint64_t size = millionths < 0 ? 0 - bits : bits;
  std::string places = std::to_string(1'000'000 + size % 1'000'000).substr(1);
  places.erase(places.find_last_not_of('0') + 1);
  std::string out = millionths < 0 ? "-" : "";
  out += std::to_string(size / 1'000'000);
  if (!places.empty()) out.append(".").append(places);
  return out;
}

namespace {

// The text of the member, without space around it; empty: there is none.
std::string_view member_in(std::string_view object, std::string_view field) {
  Cursor cursor(object);
  cursor.skip(kSpace);
  if (cursor.peek() != '{') return {};
  cursor.skip("{ \t\r\n");
  while (cursor.peek() == '"') {
    const std::string_view name = cursor.take_string();
    cursor.skip(": \t\r\n");
    std::string_view value = cursor.take_value();
    cursor.skip(", \t\r\n");
    if (!is_name(name, field)) continue;
    while (!value.empty() && kSpace.find(value.back()) != std::string_view::npos) value.remove_suffix(1);
    return value;
  }
  return {};
}

}  // namespace

std::optional<std::int64_t> number_in(std::string_view object, std::string_view field) {
  std::string_view value = member_in(object, field);
  if (value.starts_with('"')) {
    value = value.substr(1, value.size() - 2);
    if (!is_plain_decimal(value)) return std::nullopt;
  }
  if (value.empty() || (!is_digit(value.front()) && value.front() != '-')) return std::nullopt;
  return millionths(value);
}

std::optional<std::string_view> scalar_in(std::string_view object, std::string_view field, std::string& room) {
  const std::string_view value = member_in(object, field);
  if (value.empty() || value == "null" || value.front() == '{' || value.front() == '[') return std::nullopt;
  if (value.front() != '"') return value;
  const std::string_view inside = value.substr(1, value.size() - 2);
  if (inside.find('\\') == std::string_view::npos) return inside;
  const auto document = json::parse(std::string(value));
  if (!document) return std::nullopt;
  room = document->root().text();
  return room;
}

}  // namespace beckon::rules
