#include <algorithm>

#include "rules/language/measure_definition.h"
#include "rules/language/read_rule.h"

namespace beckon::rules {

namespace {

void read_scope(Members& members, Condition& condition) {
  const json::Value* scope = members.find("scope");
  if (scope == nullptr) return;
  const bool visitor = scope->is_string() && scope->text() == "visitor";
  if (!visitor && !(scope->is_string() && scope->text() == "session"))
    members.issue("scope", "must be \"session\" or \"visitor\"");
  if (visitor) condition.measure.scope = Scope::kVisitor;
}

std::vector<std::string_view> measure_names() {
  std::vector<std::string_view> names;
  for (const MeasureDefinition* measure : measure_definitions())
    if (!measure->name.empty()) names.push_back(measure->name);
  return names;
}

// No measure was found: perhaps its name is misspelled.
void name_no_measure(const json::Value& value, const std::string& path, Issues& issues) {
  const std::vector<std::string_view> names = measure_names();
  for (const json::Member& member : value.members()) {
    const std::string_view nearest = nearest_name(member.key, names);
    if (nearest.empty()) continue;
    issues.add(path_of(path, member.key), "is not a measure; did you mean \"" + std::string(nearest) + "\"?");
    return;
  }
  std::string listed;
  for (std::size_t i = 0; i < names.size(); ++i)
    listed.append(i == 0 ? "" : i + 1 == names.size() ? " or " : ", ").append(names[i]);
  issues.add(path, "must name one measure: " + listed);
}

}  // namespace

Condition read_condition(const json::Value& value, const std::string& path, const Zones& zones, Issues& issues) {
  Condition condition{.path = path};
  if (!value.is_object()) {
    issues.add(path, "must be a condition such as {\"seen\": {\"key\": \"cart\"}, \"within\": \"30m\"}");
    return condition;
  }
  const MeasureDefinition* measure = nullptr;
  for (const MeasureDefinition* named : measure_definitions()) {
    if (named->name.empty() || value.find(named->name) == nullptr) continue;
    if (measure != nullptr && measure->alone) continue;
    if (named->alone) measure = nullptr;
    if (measure != nullptr) {
      issues.add(path_of(path, named->name),
                 "is a second measure next to " + std::string(measure->name) + "; put it in a separate condition");
      return condition;
    }
    measure = named;
  }
  if (measure == nullptr) {
    name_no_measure(value, path, issues);
    return condition;
  }
  Members members(value, path, issues, &zones);
  condition.measure.kind = measure->kind;
  measure->read(members, condition);
  if (has_scope(measure->kind)) read_scope(members, condition);
  members.finish();
  return condition;
}

}  // namespace beckon::rules
