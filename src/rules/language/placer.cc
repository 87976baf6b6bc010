#include "rules/language/placer.h"

#include "base/json.h"
#include "rules/language/field_path.h"

namespace beckon::rules::lint {

namespace {

std::string example(const Pattern& pattern, const char* more) {
  return pattern.prefix ? pattern.text + more : pattern.text;
}

}  // namespace

Seen fitting(const Filter& filter, Duration ago, std::size_t nth) {
  Seen seen{.key = nth % 2 == 0 ? "view" : "other", .ago = ago};
  if (!filter.keys.empty()) seen.key = example(filter.keys[nth % filter.keys.size()], "x");
  if (!filter.values.empty())
    seen.value = example(filter.values[nth % filter.values.size()], std::to_string(nth + 1).c_str());
  if (!filter.sources.empty()) seen.source = filter.sources.front();
  return seen;
}

std::string metadata_of(const std::string& field, const std::string& json) {
  const std::size_t dot = is_field(field) ? field.find('.') : field.npos;
  std::string name = field.substr(0, dot), value = dot == field.npos ? json : metadata_of(field.substr(dot + 1), json);
  if (is_field(field) && name.ends_with("[]")) name.resize(name.size() - 2), value = "[" + value + "]";
  return "{" + json::quote(name) + ":" + value + "}";
}

}  // namespace beckon::rules::lint
