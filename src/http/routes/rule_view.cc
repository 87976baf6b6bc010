#include "http/routes/rule_view.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "commit/visitor_ids.h"
#include "rules/language/check_rule.h"
#include "system/zones.h"

namespace beckon::http {

std::string etag_of(const rules::StoredRules& rules) { return "\"" + std::to_string(rules.version) + "\""; }
std::string etag_of(const rules::StoredRule& rule) {
  const std::string saved = rule.filling ? "-" + std::to_string(to_ms(rule.at)) : "";
  return "\"" + std::to_string(rule.rules_version) + saved + "\"";
}

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
  if (rule.filling) {
    text += ",\"filling\":";
    json::Writer(text).real(std::floor(*rule.filling * 100) / 100);
  }
  if (answered)
    text += ",\"warnings\":" + answered->warnings + ",\"requestId\":" + json::quote(answered->request.id.view());
  return text + "}";
}

namespace {

void write_force(json::Writer& writer, const json::Value& force, Issues& issues) {
  std::set<std::string> ids;
  writer.begin_object();
  for (const json::Member& member : force.members()) {
    const auto id = commit::parse_visitor_id(member.key);
    const std::string name = id ? id->text : std::string(member.key);
    if (!id)
      issues.add("split.force." + name, "must be under a visitorId of 1 to 256 bytes without control characters");
    if (!ids.insert(name).second)
      issues.add("split.force." + std::string(member.key), "must be given once: it is the same id as another");
    else
      writer.member_raw(name, json::to_text(member.value));
  }
  writer.end_object();
}

void write_split(json::Writer& writer, const json::Value& split, Issues& issues) {
  writer.begin_object();
  for (const json::Member& member : split.members()) {
    writer.key(member.key);
    if (member.key == "force" && member.value.is_object())
      write_force(writer, member.value, issues);
    else
      writer.raw(json::to_text(member.value));
  }
  writer.end_object();
}

}  // namespace

Result<std::string> checked_rule(const RuleId& id, const json::Value& given, const rules::Declared& declared,
                                 const rules::Counters* counters) {
  static constexpr std::array<std::string_view, 5> kAnswered{"rulesVersion", "updatedAt", "filling", "warnings",
                                                             "requestId"};
  Issues issues;
  std::string text;
  json::Writer writer(text);
  writer.begin_object();
  for (const json::Member& member : given.members()) {
    if (std::ranges::find(kAnswered, member.key) != kAnswered.end()) continue;
    writer.key(member.key);
    if (member.key == "split" && member.value.is_object())
      write_split(writer, member.value, issues);
    else
      writer.raw(json::to_text(member.value));
  }
  writer.end_object();
  const auto rule = json::parse(text);
  if (!rule) return unexpected(rule.error());
  auto checked = rules::check_rule(id, rule->root(), system_zones(), &declared, counters);
  if (issues.empty() || (!checked && checked.error().details.empty())) return checked;
  if (!checked)
    for (const FieldIssue& issue : checked.error().details) issues.add(issue.field, issue.issue);
  return unexpected(issues.fault());
}

Result<void> check_unused(const Api& api, const Handle& handle, std::string_view what, std::string_view name,
                          std::vector<std::string> (*names_of)(const RuleId&, const json::Value&, const Zones&)) {
  const auto stored = api.rules.rules(handle);
  if (!stored) return unexpected(stored.error());
  const rules::StoredRules saved = intake::as_saved(*stored);
  std::string users;
  std::string first;
  std::size_t count = 0;
  json::Writer writer(users);
  writer.begin_array();
  for (const rules::StoredRule& rule : saved.rules) {
    const auto document = json::parse(rule.json);
    if (!document) continue;
    const auto names = names_of(rule.id, document->root(), system_zones());
    if (std::ranges::find(names, name) == names.end()) continue;
    if (count++ == 0) first = rule.id.view();
    writer.string(rule.id.view());
  }
  writer.end_array();
  if (count == 0) return {};
  return unexpected(Fault{.code = FaultCode::kConflict,
                          .message = "Rules use this " + std::string(what) + ": " + first +
                                     (count > 1 ? " and others" : "") + ". Change them first.",
                          .extras = {{"rules", users}}});
}

}  // namespace beckon::http
