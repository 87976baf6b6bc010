#include "neighbours/parse.h"

#include <algorithm>
#include <optional>
#include <string_view>

namespace beckon::neighbours {
namespace {

constexpr std::size_t kEscape = 6;    // characters: \u and four digits
constexpr std::size_t kDeepest = 24;  // nesting: less than json::parse accepts

// The code unit of an escape that begins at `at`; std::nullopt if there is none.
std::optional<unsigned> unit_at(std::string_view text, std::size_t at) {
  if (text.size() < at + kEscape || text[at] != '\\' || text[at + 1] != 'u') return std::nullopt;
  unsigned unit = 0;
  for (const char c : text.substr(at + 2, 4)) {
    const int digit = c >= '0' && c <= '9'                     ? c - '0'
                      : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10
                                                               : -1;
    if (digit < 0) return std::nullopt;
    unit = unit * 16 + static_cast<unsigned>(digit);
  }
  return unit;
}

bool is_first(unsigned unit) { return unit >= 0xd800 && unit < 0xdc00; }
bool is_second(unsigned unit) { return unit >= 0xdc00 && unit < 0xe000; }

void mend(std::string& text) {
  for (std::size_t at = text.find('\\'); at != std::string::npos; at = text.find('\\', at)) {
    const auto unit = unit_at(text, at);
    if (!unit) {
      at += 2;  // another escape, such as that of a backslash
      continue;
    }
    const auto next = is_first(*unit) ? unit_at(text, at + kEscape) : std::nullopt;
    if (next && is_second(*next)) {
      at += 2 * kEscape;
      continue;
    }
    if (is_first(*unit) || is_second(*unit)) text.replace(at, kEscape, "\\ufffd");
    at += kEscape;
  }
}

// The index after the string that begins with the quote at `at`.
std::size_t behind_text(std::string_view text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at)
    if (text[at] == '\\') ++at;
  return std::min(at + 1, text.size());
}

// Values nested deeper than kDeepest become null; metadata does not keep them anyway.
std::string flattened(std::string_view text) {
  std::string out;
  std::size_t depth = 0;
  for (std::size_t at = 0, end = 0; at < text.size(); at = end) {
    const char c = text[at];
    end = c == '"' ? behind_text(text, at) : at + 1;
    const bool opens = c == '{' || c == '[';
    if (depth < kDeepest) out += opens && depth + 1 == kDeepest ? "null" : text.substr(at, end - at);
    if (opens)
      ++depth;
    else if (c == '}' || c == ']')
      depth -= depth > 0;
  }
  return out;
}

}  // namespace

Result<json::Document> parse_json(std::string text) {
  if (text.find("\\u") != std::string::npos) mend(text);
  auto parsed = json::parse(text);
  return parsed ? std::move(parsed) : json::parse(flattened(text));
}

}  // namespace beckon::neighbours
