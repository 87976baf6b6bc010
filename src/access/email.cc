#include "access/email.h"

#include <algorithm>

namespace beckon::access {
namespace {

constexpr std::size_t kLongest = 254;      // RFC 5321, erratum 1690
constexpr std::size_t kLongestLocal = 64;  // RFC 5321, section 4.5.3.1.1
constexpr std::size_t kLongestLabel = 63;  // RFC 1035, section 2.3.4

bool is_small(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_atom(char c) {
  return is_small(c) || std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

// Checks that `fits` accepts every part between dots; returns the number of parts.
template <class Fits>
std::size_t parts(std::string_view text, Fits fits) {
  std::size_t count = 0;
  while (true) {
    const std::size_t dot = text.find('.');
    if (!fits(text.substr(0, dot))) return 0;
    ++count;
    if (dot == std::string_view::npos) return count;
    text.remove_prefix(dot + 1);
  }
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= kLongestLabel && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, [](char c) { return is_small(c) || c == '-'; });
}

}  // namespace

std::string read_email(std::string_view text, const char* field, Issues& issues) {
  auto email = to_email(text);
  if (!email) issues.add(field, "must be an e-mail address such as ada@example.com");
  return std::move(email).value_or("");
}

bool is_email(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos || at > kLongestLocal || text.size() > kLongest) return false;
  return parts(text.substr(0, at), [](auto atom) { return !atom.empty() && std::ranges::all_of(atom, is_atom); }) > 0 &&
         parts(text.substr(at + 1), is_label) >= 2;
}

std::optional<std::string> to_email(std::string_view text) {
  std::string email(text);
  for (char& c : email)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return is_email(email) ? std::optional(std::move(email)) : std::nullopt;
}

}  // namespace beckon::access
