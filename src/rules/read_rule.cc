#include "rules/read_rule.h"

#include <algorithm>

#include "rules/members.h"
#include "rules/rule_set.h"

namespace beckon::rules {

namespace {

Status read_status(Members& members) {
  const json::Value* status = members.find("status");
  if (status == nullptr) return Status::kLive;
  if (status->is_string() && status->text() == "live") return Status::kLive;
  if (status->is_string() && status->text() == "paused") return Status::kPaused;
  if (status->is_string() && status->text() == "draft") return Status::kDraft;
  const bool shadow = status->is_string() && status->text() == "shadow";
  members.issue("status", shadow ? "\"shadow\" is not supported yet; use live, paused or draft"
                                 : "must be live, paused or draft");
  return Status::kDraft;
}

std::vector<std::string> read_triggers(Members& members) {
  std::vector<std::string> triggers;
  const json::Value* list = members.need("triggers", "a list such as [\"checkout\"]");
  if (list == nullptr) return triggers;
  if (list->items().empty() || list->items().size() > limits::kTriggers) {
    members.issue("triggers", "must be a list of 1 to " + std::to_string(limits::kTriggers) + " triggers");
    return triggers;
  }
  for (std::size_t i = 0; i < list->items().size(); ++i) {
    const json::Value& item = list->items()[i];
    const std::string path = path_of(members.path("triggers"), i);
    if (!item.is_string() || !is_trigger(item.text())) {
      members.issues().add(path, "must be a trigger such as \"checkout\": lower-case letters, digits and _ . : -");
    } else if (item.text() == "@due") {
      members.issues().add(path, "delayed rules (@due) are not supported yet");
    } else if (std::ranges::find(triggers, item.text()) != triggers.end()) {
      members.issues().add(path, "is named twice");
    } else {
      triggers.emplace_back(item.text());
    }
  }
  return triggers;
}

std::vector<Condition> read_conditions(Members& when, std::string_view name) {
  std::vector<Condition> conditions;
  const json::Value* list = when.find(name);
  if (list == nullptr) return conditions;
  if (!list->is_array()) {
    when.issue(name, "must be a list of conditions");
    return conditions;
  }
  for (std::size_t i = 0; i < list->items().size(); ++i)
    conditions.push_back(read_condition(list->items()[i], path_of(when.path(name), i), when.issues()));
  return conditions;
}

std::optional<Instant> read_instant(Members& members, std::string_view name) {
  const json::Value* value = members.find(name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  const auto at = value->is_string() ? parse_rfc3339(value->text()) : std::nullopt;
  if (!at) members.issue(name, "must be an instant such as \"2026-10-01T00:00:00Z\", or null");
  return at;
}

// From and until are a condition like any other, asked first.
void read_active(Members& members, Rule& rule) {
  const json::Value* value = members.find("active");
  if (value == nullptr) return;
  if (!value->is_object()) {
    members.issue("active", "must be an object with from or until");
    return;
  }
  Members active(*value, members.path("active"), members.issues());
  const auto from = read_instant(active, "from"), until = read_instant(active, "until");
  if (from && until && *until <= *from) active.issue("until", "must be later than from");
  for (const std::string_view name : {"hours", "days", "zone"}) active.not_yet(name, "opening hours are");
  active.finish();
  if (!from && !until) return;
  Condition condition{.least = 1, .path = "active"};
  condition.measure.kind = MeasureKind::kActive;
  condition.measure.from = from.value_or(Instant::min());
  condition.measure.until = until.value_or(Instant::max());
  rule.all.insert(rule.all.begin(), condition);
}

void read_when(Members& members, Rule& rule) {
  const json::Value* value = members.need("when", "the conditions; {} always holds");
  if (value == nullptr) return;
  if (!value->is_object()) {
    members.issue("when", "must be an object with all, any or none; {} always holds");
    return;
  }
  Members when(*value, members.path("when"), members.issues());
  rule.all = read_conditions(when, "all");
  rule.any = read_conditions(when, "any");
  rule.none = read_conditions(when, "none");
  if (rule.all.size() + rule.any.size() + rule.none.size() > limits::kConditions)
    members.issue("when", "must have at most " + std::to_string(limits::kConditions) + " conditions");
  when.finish();
}

std::string read_action(Members& members) {
  std::string text;
  const json::Value* value = members.need("action", "such as {\"type\": \"popup\", \"payload\": {}}");
  if (value == nullptr) return text;
  if (!value->is_object()) {
    members.issue("action", "must be an object such as {\"type\": \"popup\", \"payload\": {}}");
    return text;
  }
  Members action(*value, members.path("action"), members.issues());
  const auto type = action.text("type", limits::kActionTypeSize, true);
  std::string payload = "{}";
  if (const json::Value* given = action.find("payload")) {
    if (given->is_object()) payload = json::to_text(*given);
    else action.issue("payload", "must be an object");
  }
  if (payload.size() > limits::kPayloadBytes) action.issue("payload", "must be at most 8 KiB as JSON");
  action.finish();
  json::Writer(text).begin_object().member("type", type.value_or("")).member_raw("payload", payload).end_object();
  return text;
}

void refuse_what_is_to_come(Members& members) {
  members.not_yet("limit", "cooldowns and caps are");
  members.not_yet("split", "splits are");
  members.not_yet("actions", "actions by arm are");
  members.not_yet("goal", "goals are");
}

}  // namespace

Rule read_rule(const RuleId& id, const json::Value& value, Issues& issues) {
  Rule rule;
  Members members(value, "", issues);
  rule.id = id;
  const json::Value* own = members.find("ruleId");
  if (!is_rule_id(id.text)) {
    members.issue("ruleId", "must be 1 to 64 of a-z 0-9 _ -, and begin with a letter or digit");
  } else if (own != nullptr && (!own->is_string() || own->text() != id.text)) {
    members.issue("ruleId", "must be \"" + id.text + "\", the id in the path, or be left out");
  }
  members.text("name", limits::kNameCharacters);
  rule.status = read_status(members);
  rule.priority = members.integer("priority", -limits::kPriority, limits::kPriority).value_or(0);
  rule.triggers = read_triggers(members);
  read_when(members, rule);
  read_active(members, rule);
  if (members.has("actions")) members.find("action");
  else rule.arms.push_back({.end = kBuckets, .action_json = read_action(members)});
  rule.ttl = members.duration("ttl");
  refuse_what_is_to_come(members);
  members.finish();
  if (json::to_text(value).size() > limits::kRuleBytes) issues.add("rule", "must be at most 16 KiB as JSON");
  return rule;
}

}  // namespace beckon::rules
