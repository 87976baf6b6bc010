#include "rules/language/field_path.h"

#include <algorithm>

#include "base/json.h"
#include "rules/language/decimal.h"

namespace beckon::rules {

namespace {

bool is_decimal_digit(char c) { return c >= '0' && c <= '9'; }

// Walks over well-formed JSON; it stops at the end.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip(std::string_view any_of) {
    while (at_ < text_.size() && any_of.find(text_[at_]) != std::string_view::npos) ++at_;
  }
  // Including its quotes.
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

// "-12.50": digits, optionally with a sign and a dot.
bool is_plain_decimal(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, point), places = text.substr(std::min(point + 1, text.size()));
  return !whole.empty() && std::ranges::all_of(whole, is_decimal_digit) && (point == text.size() || !places.empty()) &&
         std::ranges::all_of(places, is_decimal_digit);
}

bool is_name(std::string_view quoted, std::string_view field) {
  if (quoted.find('\\') == std::string_view::npos) return quoted.substr(1, quoted.size() - 2) == field;
  const auto document = json::parse(std::string(quoted));
  return document && document->root().text() == field;
}

constexpr std::string_view kSpace = " \t\r\n";
constexpr std::string_view kEach = "[]";

bool is_missing(std::string_view value) { return value.empty() || value == "null"; }

std::string_view without_space_behind(std::string_view value) {
  while (!value.empty() && kSpace.find(value.back()) != std::string_view::npos) value.remove_suffix(1);
  return value;
}

// The text of the member, without surrounding whitespace; empty if there is none.
std::string_view member_in(std::string_view object, std::string_view field) {
  Cursor cursor(object);
  cursor.skip(kSpace);
  if (cursor.peek() != '{') return {};
  cursor.skip("{ \t\r\n");
  while (cursor.peek() == '"') {
    const std::string_view name = cursor.take_string();
    cursor.skip(": \t\r\n");
    const std::string_view value = cursor.take_value();
    cursor.skip(", \t\r\n");
    if (!is_name(name, field)) continue;
    return without_space_behind(value);
  }
  return {};
}

// The first name of a path, and the rest of it.
struct Step {
  explicit Step(std::string_view path) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    name = path.substr(0, dot);
    rest = path.substr(std::min(dot + 1, path.size()));
    each = name.ends_with(kEach);
    if (each) name.remove_suffix(kEach.size());
  }
  std::string_view name, rest;
  bool each = false;  // of a list
};

void follow(std::string_view value, std::string_view path, std::vector<std::string_view>& values) {
  if (path.empty()) return values.push_back(value);
  const Step step(path);
  const std::string_view member = member_in(value, step.name);
  if (is_missing(member) || (step.each && !member.starts_with('['))) return values.push_back({});
  if (!step.each) return follow(member, step.rest, values);
  each_element(member, [&](std::string_view element) { return follow(element, step.rest, values), true; });
}

}  // namespace

bool is_path(std::string_view field) { return field.find('.') != field.npos || field.ends_with(kEach); }

bool reaches_elements(std::string_view field) { return field.ends_with(kEach) || field.find("[].") != field.npos; }

bool is_field(std::string_view text) {
  for (std::size_t names = 1; names <= kPathNames; ++names) {
    const Step step(text);
    if (step.name.empty() || step.name.find_first_of("[]") != step.name.npos) return false;
    if (step.rest.empty()) return !text.ends_with('.');
    text = step.rest;
  }
  return false;
}

void values_in(std::string_view object, std::string_view field, std::vector<std::string_view>& values) {
  values.clear();
  if (const std::string_view literal = member_in(object, field); !is_missing(literal))
    values.push_back(literal);
  else if (is_path(field) && is_field(field))
    follow(object, field, values);
  else
    values.emplace_back();
}

std::string_view value_at(std::string_view value, std::string_view path) {
  while (!path.empty() && !value.empty()) {
    const Step step(path);
    value = member_in(value, step.name);
    path = step.rest;
  }
  return value;
}

std::string_view member_at(std::string_view object, std::string_view name) { return member_in(object, name); }

void each_element(std::string_view list, const std::function<bool(std::string_view)>& visit) {
  if (!list.starts_with('[')) return;
  Cursor cursor(list.substr(1));
  cursor.skip(kSpace);
  while (cursor.peek() != ']' && cursor.peek() != '\0') {
    const std::string_view element = without_space_behind(cursor.take_value());
    if (element.empty() || !visit(element)) return;
    cursor.skip(", \t\r\n");
  }
}

std::optional<std::int64_t> decimal_of(std::string_view text) {
  return is_plain_decimal(text) ? std::optional(millionths(text)) : std::nullopt;
}

std::optional<std::int64_t> number_of(std::string_view value) {
  if (value.starts_with('"')) return decimal_of(value.substr(1, value.size() - 2));
  if (value.empty() || (!is_decimal_digit(value.front()) && value.front() != '-')) return std::nullopt;
  return millionths(value);
}

std::optional<std::string_view> scalar_of(std::string_view value, std::string& room) {
  if (is_missing(value) || value.front() == '{' || value.front() == '[') return std::nullopt;
  if (value.front() != '"') return value;
  const std::string_view inside = value.substr(1, value.size() - 2);
  if (inside.find('\\') == std::string_view::npos) return inside;
  const auto document = json::parse(std::string(value));
  if (!document) return std::nullopt;
  room = document->root().text();
  return room;
}

std::optional<std::int64_t> number_in(std::string_view object, std::string_view field) {
  return number_of(member_in(object, field));
}

std::optional<std::string_view> scalar_in(std::string_view object, std::string_view field, std::string& room) {
  return scalar_of(member_in(object, field), room);
}

std::optional<std::int64_t> amount_in(std::string_view object, std::string_view field) {
  if (!is_path(field)) return number_in(object, field);
  std::vector<std::string_view> values;
  values_in(object, field, values);
  AmountSum sum;
  bool any = false;
  for (const std::string_view value : values) {
    const auto amount = number_of(value);
    if (amount) sum.add(*amount), any = true;
  }
  return any ? std::optional(sum.millionths()) : std::nullopt;
}

}  // namespace beckon::rules
