#include "rules/language/placer.h"

#include <algorithm>

#include "base/json.h"
#include "rules/language/field_path.h"

namespace beckon::rules::lint {

namespace {

std::string example(const Pattern& pattern, const char* more) {
  return pattern.prefix ? pattern.text + more : pattern.text;
}

// The value, or an empty object, with `json` at the path.
void write_with(json::Writer& out, const json::Value* value, std::string_view field, bool path,
                const std::string& json) {
  if (field.empty()) {
    out.raw(json);
    return;
  }
  const std::size_t dot = path ? std::min(field.find('.'), field.size()) : field.size();
  std::string_view name = field.substr(0, dot), rest = field.substr(std::min(dot + 1, field.size()));
  const bool each = path && name.ends_with("[]");
  if (each) name.remove_suffix(2);
  out.begin_object();
  const json::Value* at_name = nullptr;
  if (value != nullptr) {
    for (const json::Member& member : value->members()) {
      if (member.key == name)
        at_name = &member.value;
      else
        out.member_raw(member.key, json::to_text(member.value));
    }
  }
  out.key(name);
  if (each) {
    const auto items = at_name == nullptr ? std::span<const json::Value>{} : at_name->items();
    out.begin_array();
    write_with(out, items.empty() ? nullptr : &items.front(), rest, path, json);
    out.end_array();
  } else {
    write_with(out, at_name, rest, path, json);
  }
  out.end_object();
}

// JSON for which the comparison is true; empty if it is true for a missing value, or if none was found.
std::string fitting_json(const Comparison& comparison) {
  if (holds(comparison, "")) return "";
  std::string all;
  for (const std::string& text : examples_of(comparison)) {
    if (std::string one = json::quote(text); holds(comparison, one)) return one;
    all += (all.empty() ? "" : ",") + json::quote(text);
  }
  all = "[" + all + "]";
  return holds(comparison, all) ? all : "";
}

}  // namespace

Seen fitting(const Filter& filter, Duration ago, std::size_t nth) {
  Seen seen{.key = nth % 2 == 0 ? "view" : "other", .ago = ago};
  if (!filter.keys.empty()) seen.key = example(filter.keys[nth % filter.keys.size()], "x");
  if (!filter.values.empty())
    seen.value = example(filter.values[nth % filter.values.size()], std::to_string(nth + 1).c_str());
  if (!filter.sources.empty()) seen.source = filter.sources.front();
  for (const FieldComparison& one : filter.meta) {
    if (const std::string json = fitting_json(one.comparison); !json.empty())
      seen.metadata = metadata_with(seen.metadata, one.path, json);
  }
  return seen;
}

std::string metadata_with(const std::string& metadata, const std::string& field, const std::string& json) {
  const auto document = json::parse(metadata.empty() ? "{}" : metadata);
  std::string text;
  json::Writer out(text);
  write_with(out, &document->root(), field, is_field(field), json);
  return text;
}

}  // namespace beckon::rules::lint
