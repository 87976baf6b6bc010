#include "rules/language/payload_placeholder.h"

#include <algorithm>
#include <expected>

#include "rules/language/payload_template.h"

namespace beckon::rules {

namespace {

constexpr std::string_view kPlaceholderEnd = "}}";
constexpr std::string_view kLiteralBegin = "{{{{";  // stands for the characters {{
constexpr std::size_t kShownBytes = 80;             // of a placeholder in an issue
constexpr std::string_view kNotClosed = "is not closed by }}; write {{{{ for the characters {{";

std::string_view without_spaces(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t\n"), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(" \t\n") + 1);
}

// The end of a path, a name or a number.
std::size_t end_of_part(std::string_view rest, char other_end = '|') {
  const std::size_t part = std::min(rest.find('|'), rest.find(other_end));
  return std::min({part, rest.find(kPlaceholderEnd), rest.size()});
}

std::string_view take_part(std::string_view& rest, char other_end = '|') {
  const std::size_t end = end_of_part(rest, other_end);
  const std::string_view part = without_spaces(rest.substr(0, end));
  rest.remove_prefix(end);
  return part;
}

// What follows the colon. Fault: an unterminated string.
std::expected<FilterArgument, std::string> take_argument(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t\n"), rest.size()));
  if (!rest.starts_with('"') && !rest.starts_with('\''))
    return FilterArgument{.text = take_part(rest), .quoted = false};
  const std::size_t end = rest.find(rest.front(), 1);
  if (end == rest.npos) return std::unexpected("has a text in quotes that does not end");
  const FilterArgument argument{.text = rest.substr(1, end - 1), .quoted = true};
  rest.remove_prefix(end + 1);
  if (const std::string_view behind = take_part(rest); !behind.empty())
    return std::unexpected("has \"" + std::string(behind) + "\" behind a text in quotes");
  return argument;
}

std::expected<PayloadFilter, std::string> take_filter(std::string_view& rest) {
  const std::string_view name = take_part(rest, ':');
  if (!rest.starts_with(':')) return read_payload_filter(name, std::nullopt);
  rest.remove_prefix(1);
  const auto argument = take_argument(rest);
  if (!argument) return std::unexpected(argument.error());
  return read_payload_filter(name, *argument);
}

void skip_placeholder(std::string_view& rest) {
  const std::size_t end = rest.find(kPlaceholderEnd);
  rest.remove_prefix(end == rest.npos ? rest.size() : end + kPlaceholderEnd.size());
}

// Parses what follows {{. `rest` becomes what follows }}, also on a fault; empty if there is none. Fault: what is
// wrong, as words that continue "the placeholder …".
std::expected<PlaceholderText, std::string> read_placeholder(std::string_view& rest, bool inside_each) {
  PlaceholderText out;
  std::string fault;
  const std::string_view path_text = take_part(rest);
  if (rest.empty()) return std::unexpected(std::string(kNotClosed));
  if (auto path = read_payload_path(path_text, inside_each))
    out.path = std::move(*path);
  else
    fault = path.error();
  while (fault.empty() && rest.starts_with('|')) {
    rest.remove_prefix(1);
    if (out.filters.size() == payload_limits::kFilters) {
      fault = "has more than " + std::to_string(payload_limits::kFilters) + " filters";
    } else if (auto filter = take_filter(rest)) {
      out.filters.push_back(std::move(*filter));
    } else {
      fault = filter.error();
    }
  }
  if (fault.empty() && !rest.starts_with(kPlaceholderEnd)) fault = kNotClosed;
  skip_placeholder(rest);
  if (!fault.empty()) return std::unexpected(std::move(fault));
  return out;
}

// The beginning of a text, cut between characters.
std::string shortened(std::string_view text) {
  if (text.size() <= kShownBytes) return std::string(text);
  std::size_t end = kShownBytes;
  while ((static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "…";
}

}  // namespace

std::vector<TextPart> read_payload_text(std::string_view text, bool inside_each, const std::string& path,
                                        Issues& issues) {
  std::vector<TextPart> parts;
  while (!text.empty()) {
    if (text.starts_with(kLiteralBegin)) {
      parts.push_back({.characters = std::string(kPlaceholderBegin), .placeholder = {}});
      text.remove_prefix(kLiteralBegin.size());
    } else if (text.starts_with(kPlaceholderBegin)) {
      std::string_view rest = text.substr(kPlaceholderBegin.size());
      if (auto read = read_placeholder(rest, inside_each))
        parts.push_back({.characters = "", .placeholder = std::move(*read)});
      else
        issues.add(path,
                   "the placeholder " + shortened(text.substr(0, text.size() - rest.size())) + " " + read.error());
      text = rest;
    } else {
      const std::size_t end = std::min(text.find(kPlaceholderBegin), text.size());
      parts.push_back({.characters = std::string(text.substr(0, end)), .placeholder = {}});
      text.remove_prefix(end);
    }
  }
  return parts;
}

}  // namespace beckon::rules
