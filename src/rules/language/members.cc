#include "rules/language/members.h"

#include <algorithm>

#include "base/utf8.h"

namespace beckon::rules {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Insertions, deletions, replacements and swaps of neighbors; case-insensitive. Optimal string alignment:
// en.wikipedia.org/wiki/Damerau–Levenshtein_distance
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (same ? 0u : 1u)});
      const bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]);
      if (swapped) d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::string path_of(std::string_view path, std::string_view member) {
  std::string out(path);
  if (!out.empty()) out += '.';
  out += member;
  return out;
}

std::string path_of(std::string_view path, std::size_t index) {
  return std::string(path) + '[' + std::to_string(index) + ']';
}

std::string_view nearest_name(std::string_view given, const std::vector<std::string_view>& known) {
  if (given.size() > 40) return {};
  std::string_view nearest;
  std::size_t least = std::max<std::size_t>(given.size() / 3, 1) + 1;
  for (const std::string_view name : known) {
    const std::size_t distance = edit_distance(given, name);
    if (distance < least) least = distance, nearest = name;
  }
  return nearest;
}

const json::Value* Members::find(std::string_view name) {
  known_.push_back(name);
  return object_.find(name);
}

const json::Value* Members::need(std::string_view name, std::string_view what) {
  const json::Value* value = find(name);
  if (value == nullptr) issue(name, "is required: " + std::string(what));
  return value;
}

std::optional<std::string_view> Members::text(std::string_view name, std::size_t most, bool required) {
  const json::Value* value = find(name);
  const bool right =
      value != nullptr && value->is_string() && !value->text().empty() && characters(value->text()) <= most;
  if (right) return value->text();
  if (value != nullptr || required) issue(name, "must be a string of 1 to " + std::to_string(most) + " characters");
  return std::nullopt;
}

std::optional<std::int64_t> Members::integer(std::string_view name, std::int64_t least, std::int64_t most) {
  const json::Value* value = find(name);
  if (value == nullptr) return std::nullopt;
  const auto number = value->integer();
  if (number && *number >= least && *number <= most) return number;
  issue(name, "must be an integer from " + std::to_string(least) + " to " + std::to_string(most));
  return std::nullopt;
}

std::optional<Duration> Members::duration(std::string_view name, bool required) {
  const json::Value* value = find(name);
  if (value != nullptr && value->is_string()) {
    if (const auto duration = parse_duration(value->text())) return duration;
  }
  if (value != nullptr || required) issue(name, "must be a duration such as \"30m\"");
  return std::nullopt;
}

void Members::not_yet(std::string_view name, std::string_view what) {
  if (!has(name)) return;
  refused_.push_back(name);
  issue(name, std::string(what) + " not supported yet");
}

void Members::misplaced(std::string_view name, std::string_view where) {
  if (!has(name)) return;
  refused_.push_back(name);
  issue(name, std::string(where));
}

void Members::finish() {
  for (const json::Member& member : object_.members()) {
    if (std::ranges::find(known_, member.key) != known_.end()) continue;
    if (std::ranges::find(refused_, member.key) != refused_.end()) continue;
    const std::string_view nearest = nearest_name(member.key, known_);
    issue(member.key, nearest.empty() ? "is an unknown field"
                                      : "is an unknown field; did you mean \"" + std::string(nearest) + "\"?");
  }
}

}  // namespace beckon::rules
