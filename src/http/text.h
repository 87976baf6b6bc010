// Comparing and decoding HTTP text.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace beckon::http {

constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

// Case-insensitive for ASCII letters.
constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (to_lower(a[i]) != to_lower(b[i])) return false;
  }
  return true;
}

// The characters of a token other than letters and digits (RFC 9110 section 5.6.2).
inline constexpr std::string_view kTokenMarks = "!#$%&'*+-.^_`|~";

constexpr bool is_token_char(char c) {
  const char lower = to_lower(c);
  return (c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'z') || kTokenMarks.find(c) != std::string_view::npos;
}

// Without the spaces and tabs at both ends.
constexpr std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// The text up to `separator`, removed from `rest` together with it; all of it if there is no separator.
constexpr std::string_view take_until(std::string_view& rest, char separator) {
  const std::size_t at = rest.find(separator);
  const std::string_view taken = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view{} : rest.substr(at + 1);
  return taken;
}

// std::nullopt if a '%' is not followed by two hex digits.
std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space);

// The first value of that name in a query or a form (application/x-www-form-urlencoded), decoded ('+' is a space).
// std::nullopt if there is none, or it is badly encoded.
std::optional<std::string> form_value(std::string_view form, std::string_view name);

constexpr int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace beckon::http
