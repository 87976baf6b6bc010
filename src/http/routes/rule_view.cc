#include "http/routes/rule_view.h"

#include <algorithm>
#include <array>

namespace beckon::http {

std::string etag_of(const rules::StoredRules& rules) { return "\"" + std::to_string(rules.version) + "\""; }
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

}  // namespace beckon::http
