#include "base/trace.h"

#include <algorithm>

namespace beckon {
namespace {

constexpr std::size_t kLength = 55;  // of version 00: "00-", 32 digits, "-", 16 digits, "-", 2 digits
constexpr std::size_t kTraceAt = 3, kTraceDigits = 32, kParentAt = 36, kParentDigits = 16, kFlagsAt = 53;

bool is_hex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_id(std::string_view text) { return is_hex(text) && text.find_first_not_of('0') != std::string_view::npos; }

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool is_name(std::string_view text, std::size_t most) {
  return !text.empty() && text.size() <= most && std::ranges::all_of(text, [](char c) {
    return is_lower_or_digit(c) || c == '_' || c == '-' || c == '*' || c == '/';
  });
}

// key = lcalpha 0*255( … ) / tenant "@" system, each from its own alphabet.
bool is_key(std::string_view key) {
  const auto at = key.find('@');
  if (at == std::string_view::npos) return is_name(key, 256) && key.front() >= 'a' && key.front() <= 'z';
  const auto tenant = key.substr(0, at), system = key.substr(at + 1);
  return is_name(tenant, 241) && is_lower_or_digit(tenant.front()) && is_name(system, 14) && system.front() >= 'a' &&
         system.front() <= 'z';
}

bool is_value(std::string_view value) {
  return !value.empty() && value.size() <= 256 && value.back() != ' ' &&
         std::ranges::all_of(value, [](char c) { return c >= 0x20 && c <= 0x7e && c != ',' && c != '='; });
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_member(std::string_view text) {
  const auto equals = text.find('=');
  return equals != std::string_view::npos && is_key(text.substr(0, equals)) && is_value(text.substr(equals + 1));
}

}  // namespace

std::optional<std::string> read_traceparent(std::string_view text) {
  if (text.size() < kLength || !is_hex(text.substr(0, 2))) return std::nullopt;
  const std::string_view version = text.substr(0, 2);
  if (version == "ff" || (version == "00" && text.size() != kLength)) return std::nullopt;
  if (text.size() > kLength && text[kLength] != '-') return std::nullopt;  // what a later version adds
  if (text[kTraceAt - 1] != '-' || text[kParentAt - 1] != '-' || text[kFlagsAt - 1] != '-') return std::nullopt;
  if (!is_id(text.substr(kTraceAt, kTraceDigits)) || !is_id(text.substr(kParentAt, kParentDigits)) ||
      !is_hex(text.substr(kFlagsAt, 2)))
    return std::nullopt;
  std::string read(text.substr(0, kFlagsAt));
  read[0] = read[1] = '0';
  const bool sampled = std::string_view("13579bdf").find(text[kFlagsAt + 1]) != std::string_view::npos;
  read += sampled ? "01" : "00";
  return read;
}

bool is_tracestate(std::string_view text) {
  if (text.size() > kMostTraceState) return false;
  int members = 0;
  for (;;) {
    const auto comma = text.find(',');
    const std::string_view member = trimmed(text.substr(0, comma));
    if (!member.empty() && (!is_member(member) || ++members > 32)) return false;
    if (comma == std::string_view::npos) return members > 0;
    text.remove_prefix(comma + 1);
  }
}

std::string child_of(std::string_view parent, std::uint64_t span) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string child(parent);
  span = std::max<std::uint64_t>(span, 1);
  for (std::size_t i = 0; i < kParentDigits; ++i, span >>= 4)
    child[kParentAt + kParentDigits - 1 - i] = kDigits[span & 15];
  return child;
}

}  // namespace beckon
