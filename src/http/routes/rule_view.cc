#include "http/routes/rule_view.h"

#include <algorithm>
#include <array>

#include "rules/live_since.h"

namespace beckon::http {

std::string etag_of(const rules::StoredRule& rule) { return "\"" + std::to_string(rule.rules_version) + "\""; }

bool may_change(std::string_view if_match, std::string_view etag) {
  if (if_match.empty()) return true;
  if (etag.empty()) return false;
  if (if_match == "*") return true;
  while (!if_match.empty()) {
    const std::size_t comma = std::min(if_match.find(','), if_match.size());
    std::string_view one = if_match.substr(0, comma);
    if_match.remove_prefix(std::min(comma + 1, if_match.size()));
    while (!one.empty() && (one.front() == ' ' || one.front() == '\t')) one.remove_prefix(1);
    while (!one.empty() && (one.back() == ' ' || one.back() == '\t')) one.remove_suffix(1);
    if (one == etag) return true;
  }
  return false;
}

std::string rule_json(const rules::StoredRule& rule, const std::optional<Answered>& answered) {
  std::string text = rule.json.substr(0, rule.json.rfind('}'));
  text +=
      ",\"rulesVersion\":" + std::to_string(rule.rules_version) + ",\"updatedAt\":" + json::quote(to_rfc3339(rule.at));
  if (answered)
    text += ",\"warnings\":" + answered->warnings + ",\"requestId\":" + json::quote(answered->request.id.view());
  return text + "}";
}

std::string without_answer_members(const json::Value& rule) {
  static constexpr std::array<std::string_view, 4> kAnswered{"rulesVersion", "updatedAt", "warnings", "requestId"};
  std::string text;
  json::Writer writer(text);
  writer.begin_object();
  for (const json::Member& member : rule.members())
    if (std::ranges::find(kAnswered, member.key) == kAnswered.end())
      writer.member_raw(member.key, json::to_text(member.value));
  writer.end_object();
  return text;
}

const rules::StoredRule* find(const rules::StoredRules& rules, const RuleId& id) {
  const auto found = std::ranges::find(rules.rules, id, &rules::StoredRule::id);
  return found == rules.rules.end() ? nullptr : &*found;
}

rules::StoredRules with_change(rules::StoredRules rules, const RuleId& id, const std::string& json, Instant at) {
  const rules::StoredRule* before = find(rules, id);
  const Instant since = json.empty() ? Instant{} : rules::live_since(before, json, at);
  std::erase_if(rules.rules, [&](const rules::StoredRule& rule) { return rule.id == id; });
  ++rules.version;
  if (json.empty()) return rules;
  const auto place = std::ranges::lower_bound(rules.rules, id, {}, &rules::StoredRule::id);
  rules.rules.insert(place, {.id = id, .json = json, .rules_version = rules.version, .at = at, .live_since = since});
  return rules;
}

rules::StoredRules rolled_back(const rules::StoredRules& now, const rules::StoredRules& then, Instant at) {
  rules::StoredRules next{.version = now.version + 1};
  bool differs = now.rules.size() != then.rules.size();
  for (const rules::StoredRule& rule : then.rules) {
    const rules::StoredRule* current = find(now, rule.id);
    const bool same = current && current->json == rule.json;
    differs = differs || !same;
    next.rules.push_back(same ? *current
                              : rules::StoredRule{.id = rule.id,
                                                  .json = rule.json,
                                                  .rules_version = next.version,
                                                  .at = at,
                                                  .live_since = rules::live_since(current, rule.json, at)});
  }
  return differs ? next : now;
}

}  // namespace beckon::http
