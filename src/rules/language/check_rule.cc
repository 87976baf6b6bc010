#include "rules/language/check_rule.h"

#include <algorithm>
#include <array>

#include "rules/language/field_path.h"
#include "rules/language/measure_definition.h"
#include "rules/language/read_filter.h"
#include "rules/language/read_rule.h"

namespace beckon::rules {

namespace {

// The names of paths next to those of the rules, as docs/openapi.json lists them. Only of rules that are saved now: an
// older one may be called so.
constexpr std::array<std::string_view, 5> kReservedIds{"preview", "rollback", "simulate", "simulations", "versions"};

// An undeclared score would never compare true.
void check_scores(const Rule& rule, const Scores& scores, Issues& issues) {
  for (const Condition* condition : conditions_of(rule)) {
    if (condition->measure.kind == MeasureKind::kScore && !scores.contains(condition->measure.field))
      issues.add(condition->path + ".score", "is a score that the handle's settings do not declare");
  }
}

void check_field(const std::string& field, const std::string& path, Issues& issues) {
  if (!field.empty() && !is_field(field)) issues.add(path, field_issue());
}

// Only of rules that are saved now: an older one may have any name.
void check_fields(const Rule& rule, Issues& issues) {
  for (const Condition* condition : conditions_of(rule)) {
    const MeasureDefinition& measure = definition_of(condition->measure.kind);
    if (measure.skipped != nullptr)
      check_field(condition->measure.field, condition->path + "." + std::string(measure.name) + ".field", issues);
  }
  if (rule.goal) check_field(rule.goal->value_field, "goal.valueField", issues);
}

// Rules that were saved before a split had a unit go on as they were; one that is saved now says what it means.
std::string saved_split(const json::Value& split) {
  std::string text;
  json::Writer writer(text);
  writer.begin_object();
  for (const json::Member& member : split.members()) writer.member_raw(member.key, json::to_text(member.value));
  if (split.find("unit") == nullptr) writer.member("unit", "visitor");
  if (split.find("sticky") == nullptr) writer.member_boolean("sticky", true);
  writer.end_object();
  return text;
}

}  // namespace

Result<std::string> check_rule(const RuleId& id, const json::Value& rule, const Zones& zones, const Scores* scores) {
  if (!rule.is_object())
    return unexpected(Fault{.code = FaultCode::kInvalidPayload, .message = "A rule must be a JSON object; send one."});
  Issues issues;
  const Rule read = read_rule(id, rule, zones, issues);
  if (std::ranges::find(kReservedIds, id.text) != kReservedIds.end())
    issues.add("ruleId", "must not be \"" + id.text + "\", which is a path of its own");
  if (scores != nullptr) check_scores(read, *scores, issues);
  check_fields(read, issues);
  if (!issues.empty()) return unexpected(issues.fault());
  std::string text;
  json::Writer writer(text);
  writer.begin_object();
  if (rule.find("ruleId") == nullptr) writer.member("ruleId", id.text);
  for (const json::Member& member : rule.members())
    writer.member_raw(member.key, member.key == "split" ? saved_split(member.value) : json::to_text(member.value));
  writer.end_object();
  return text;
}

namespace {

// The fields of all measures of these kinds, sorted.
std::vector<std::string> fields_of(const RuleId& id, const json::Value& rule, const Zones& zones,
                                   std::initializer_list<MeasureKind> kinds) {
  Issues issues;
  const Rule read = read_rule(id, rule, zones, issues);
  std::vector<std::string> names;
  for (const Condition* condition : conditions_of(read))
    if (std::ranges::find(kinds, condition->measure.kind) != kinds.end()) names.push_back(condition->measure.field);
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  return names;
}

}  // namespace

std::vector<std::string> scores_of(const RuleId& id, const json::Value& rule, const Zones& zones) {
  return fields_of(id, rule, zones, {MeasureKind::kScore});
}

std::vector<std::string> traits_of(const RuleId& id, const json::Value& rule, const Zones& zones) {
  return fields_of(id, rule, zones, {MeasureKind::kTrait, MeasureKind::kTraitAge, MeasureKind::kTraitDays});
}

}  // namespace beckon::rules
