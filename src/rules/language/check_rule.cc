#include "rules/language/check_rule.h"

#include <algorithm>
#include <array>
#include <set>

#include "rules/language/counter.h"
#include "rules/language/field_path.h"
#include "rules/language/measure_definition.h"
#include "rules/language/read_filter.h"
#include "rules/language/read_rule.h"

namespace beckon::rules {

namespace {

// Path segments next to rule ids, as listed in docs/openapi.json. Only checked for rules saved now: an older one may
// have such a name.
constexpr std::array<std::string_view, 5> kReservedIds{"preview", "rollback", "simulate", "simulations", "versions"};

// An undeclared score would never compare true.
void check_scores(const Rule& rule, const Scores& scores, Issues& issues) {
  for (const Condition* condition : conditions_of(rule)) {
    if (condition->measure.kind == MeasureKind::kScore && !scores.contains(condition->measure.field))
      issues.add(condition->path + ".score", "is a score that the handle's settings do not declare");
  }
}

std::string payload_path_of(const Arm& arm) {
  return (arm.name.empty() ? "action" : "actions." + arm.name) + ".payload";
}

void check_counters(const Rule& rule, const Counters& counters, Issues& issues) {
  constexpr const char* kIssue = "is a counter that the handle does not declare";
  for (const Condition* condition : conditions_of(rule)) {
    if (is_of_counter(condition->measure.kind) && !counters.contains(condition->measure.field))
      issues.add(condition->path + ".ever", kIssue);
  }
  for (const Arm& arm : rule.arms) {
    if (!arm.payload) continue;
    for (const PayloadPath& path : arm.payload->paths())
      if (path.root == PayloadRoot::kEver && !counters.contains(path.counter()))
        issues.add(payload_path_of(arm), "names " + path.text + ", which " + kIssue);
  }
}

// The paths that need the handle's time zone, each with whether the visitor's is tried first.
std::vector<std::pair<std::string, bool>> needs_of_zone(const Rule& rule) {
  std::vector<std::pair<std::string, bool>> paths;
  const auto add = [&](const auto& of, const std::string& path) {
    const bool of_visitor = of.zone_name == kVisitorZone;
    if (of.calendar != Calendar::kNone && (of_visitor || of.zone_name.empty())) paths.emplace_back(path, of_visitor);
  };
  for (const Condition* condition : conditions_of(rule)) add(condition->measure, condition->path + ".within.zone");
  for (std::size_t i = 0; rule.limit && i < rule.limit->caps.size(); ++i)
    add(rule.limit->caps[i], path_of("limit.caps", i) + ".zone");
  return paths;
}

void check_zone(const Rule& rule, const Declared& declared, Issues& issues) {
  if (!declared.zone.empty()) return;
  for (const auto& [path, of_visitor] : needs_of_zone(rule))
    issues.add(path, of_visitor ? "needs the handle's setting zone, for visitors whose own time zone is not known"
                                : "is required unless the handle's settings have a zone: a time zone such as "
                                  "\"Europe/Berlin\" (IANA), or \"visitor\"");
}

void check_field(const std::string& field, const std::string& path, Issues& issues) {
  if (!field.empty() && !is_field(field)) issues.add(path, field_issue());
}

// Only checked for rules saved now: an older one may have any name.
void check_fields(const Rule& rule, Issues& issues) {
  for (const Condition* condition : conditions_of(rule)) {
    const MeasureDefinition& measure = definition_of(condition->measure.kind);
    if (measure.skipped != nullptr)
      check_field(condition->measure.field, condition->path + "." + std::string(measure.name) + ".field", issues);
  }
  if (!rule.goal) return;
  check_field(rule.goal->value_field, "goal.valueField", issues);
  check_field(rule.goal->currency_field, "goal.currencyField", issues);
}

// A value that can never exist would hold the rule back forever.
void check_same(const Rule& rule, Issues& issues) {
  if (std::ranges::any_of(rule.all, [](const Condition& one) { return !one.measure.same.empty(); })) return;
  for (const Arm& arm : rule.arms) {
    const auto is_same = [](const PayloadPath& path) { return path.root == PayloadRoot::kSame; };
    if (arm.payload && std::ranges::any_of(arm.payload->paths(), is_same))
      issues.add(payload_path_of(arm), "names same, but no condition of when.all has one");
  }
}

// Rules saved before splits had a unit keep their behavior; one saved now states it explicitly.
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

// The paths of conditions that have a scope.
std::set<std::string> scoped(const Rule& rule) {
  std::set<std::string> paths;
  for (const Condition* condition : conditions_of(rule))
    if (has_scope(condition->measure.kind)) paths.insert(condition->path);
  return paths;
}

// The same value, with scope visitor added to those of these conditions that have no scope. `path`: of the
// value.
void write_with_scope(json::Writer& writer, const json::Value& value, const std::string& path,
                      const std::set<std::string>& paths) {
  if (value.is_array()) {
    writer.begin_array();
    for (std::size_t i = 0; i < value.items().size(); ++i)
      write_with_scope(writer, value.items()[i], path_of(path, i), paths);
    return void(writer.end_array());
  }
  const bool is_group = value.is_object() && (value.find("all") || value.find("any") || value.find("none"));
  if (!is_group && (!paths.contains(path) || value.find("scope"))) return void(writer.raw(json::to_text(value)));
  writer.begin_object();
  for (const json::Member& member : value.members()) {
    writer.key(member.key);
    is_group ? write_with_scope(writer, member.value, path_of(path, member.key), paths)
             : void(writer.raw(json::to_text(member.value)));
  }
  if (!is_group) writer.member("scope", "visitor");
  writer.end_object();
}

}  // namespace

Result<std::string> check_rule(const RuleId& id, const json::Value& rule, const Zones& zones, const Declared* declared,
                               const Counters* counters) {
  if (!rule.is_object())
    return unexpected(Fault{.code = FaultCode::kInvalidPayload, .message = "A rule must be a JSON object; send one."});
  Issues issues;
  const Rule read = read_rule(id, rule, zones, issues);
  if (std::ranges::find(kReservedIds, id.text) != kReservedIds.end())
    issues.add("ruleId", "must not be \"" + id.text + "\", which is a path of its own");
  if (declared != nullptr) {
    check_scores(read, declared->scores, issues);
    check_zone(read, *declared, issues);
  }
  if (counters != nullptr) check_counters(read, *counters, issues);
  check_fields(read, issues);
  check_same(read, issues);
  if (!issues.empty()) return unexpected(issues.fault());
  std::string text;
  json::Writer writer(text);
  writer.begin_object();
  if (rule.find("ruleId") == nullptr) writer.member("ruleId", id.text);
  const std::set<std::string> paths = declared && declared->visitor_scope ? scoped(read) : std::set<std::string>{};
  for (const json::Member& member : rule.members()) {
    writer.key(member.key);
    if (member.key == "when")
      write_with_scope(writer, member.value, "when", paths);
    else
      writer.raw(member.key == "split" ? saved_split(member.value) : json::to_text(member.value));
  }
  writer.end_object();
  return text;
}

namespace {

// The names that `add` finds in the rule, sorted.
std::vector<std::string> names_in(const RuleId& id, const json::Value& rule, const Zones& zones,
                                  void (*add)(const Rule& rule, std::vector<std::string>& names)) {
  Issues issues;
  std::vector<std::string> names;
  add(read_rule(id, rule, zones, issues), names);
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  return names;
}

// The fields of all measures of one kind.
void add_fields(const Rule& rule, bool (*is_of_kind)(MeasureKind), std::vector<std::string>& names) {
  for (const Condition* condition : conditions_of(rule))
    if (is_of_kind(condition->measure.kind)) names.push_back(condition->measure.field);
}

}  // namespace

std::vector<std::string> scores_of(const RuleId& id, const json::Value& rule, const Zones& zones) {
  return names_in(id, rule, zones, [](const Rule& read, std::vector<std::string>& names) {
    add_fields(
        read, [](MeasureKind kind) { return kind == MeasureKind::kScore; }, names);
  });
}

std::vector<std::string> counters_of(const RuleId& id, const json::Value& rule, const Zones& zones) {
  return names_in(id, rule, zones, [](const Rule& read, std::vector<std::string>& names) {
    add_fields(read, is_of_counter, names);
    for (const Arm& arm : read.arms) {
      if (!arm.payload) continue;
      for (const PayloadPath& path : arm.payload->paths())
        if (path.root == PayloadRoot::kEver) names.emplace_back(path.counter());
    }
  });
}

std::vector<std::string> traits_of(const RuleId& id, const json::Value& rule, const Zones& zones) {
  return names_in(id, rule, zones,
                  [](const Rule& read, std::vector<std::string>& names) { add_fields(read, is_of_trait, names); });
}

bool needs_zone(const RuleId& id, const json::Value& rule, const Zones& zones) {
  Issues issues;
  const Rule read = read_rule(id, rule, zones, issues);
  return !needs_of_zone(read).empty();
}

}  // namespace beckon::rules
