#include "rules/language/read_rule.h"

#include <algorithm>

#include "rules/language/members.h"
#include "rules/language/read_filter.h"

namespace beckon::rules {

namespace {

Status read_status(Members& members) {
  const json::Value* status = members.find("status");
  if (status == nullptr) return Status::kLive;
  if (status->is_string() && status->text() == "live") return Status::kLive;
  if (status->is_string() && status->text() == "paused") return Status::kPaused;
  if (status->is_string() && status->text() == "draft") return Status::kDraft;
  if (status->is_string() && status->text() == "shadow") return Status::kShadow;
  members.issue("status", "must be draft, shadow, live or paused");
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
    } else if (item.text() == kDueTrigger && list->items().size() > 1) {
      members.issues().add(path, "cannot be combined with other triggers; create a separate rule for them");
    } else if (std::ranges::find(triggers, item.text()) != triggers.end()) {
      members.issues().add(path, "is listed twice");
    } else {
      triggers.emplace_back(item.text());
    }
  }
  return triggers;
}

// Traits in the event of a delayed rule.
void read_include(Members& members, Rule& rule) {
  const json::Value* list = members.find("include");
  if (list == nullptr) return;
  if (!rule.delayed())
    return members.issue("include", "can only be used by a delayed rule, whose event tells these traits");
  rule.include = read_texts(*list, members.path("include"), limits::kFieldSize, members.issues());
}

// A delayed rule waits for exactly one absence.
void check_delayed(Members& members, const Rule& rule) {
  const auto absences =
      std::ranges::count_if(rule.all, [](const Condition& c) { return c.measure.kind == MeasureKind::kAbsent; });
  if (absences != 1) members.issue("when.all", "of a delayed rule must contain exactly one absent condition");
}

}  // namespace

Rule read_rule(const RuleId& id, const json::Value& value, const Zones& zones, Issues& issues, bool stored) {
  Rule rule;
  Members members(value, "", issues);
  rule.id = id;
  const json::Value* own = members.find("ruleId");
  if (!is_rule_id(id.text)) {
    members.issue("ruleId", "must be 1 to 64 characters from a-z, 0-9, _ and -, starting with a letter or digit");
  } else if (own != nullptr && (!own->is_string() || own->text() != id.text)) {
    members.issue("ruleId", "must be \"" + id.text + "\", the id in the path, or be omitted");
  }
  rule.name = members.text("name", limits::kNameCharacters).value_or("");
  rule.status = read_status(members);
  rule.priority = members.integer("priority", -limits::kPriority, limits::kPriority).value_or(0);
  rule.triggers = read_triggers(members);
  read_when(members, zones, rule);
  read_active(members, zones, rule);
  read_rollout(members, rule);
  read_limit(members, zones, rule);
  read_split(members, rule);
  read_actions(members, rule, stored);
  read_goal(members, rule);
  rule.ttl = members.duration("ttl");
  read_include(members, rule);
  if (rule.delayed()) check_delayed(members, rule);
  members.finish();
  if (json::to_text(value).size() > limits::kRuleBytes) issues.add("rule", "must be at most 16 KiB as JSON");
  return rule;
}

}  // namespace beckon::rules
