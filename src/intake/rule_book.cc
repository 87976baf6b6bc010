#include "intake/rule_book.h"

#include <algorithm>

#include "base/json.h"
#include "delayed/timer_changes.h"
#include "intake/rule_order.h"
#include "rules/language/check_rule.h"
#include "rules/live_since.h"
#include "system/zones.h"

namespace beckon::intake {
namespace {

using rules::StoredRule;
using rules::StoredRules;

// Committing thread, after the commit. False if the handle is so new that it is not in memory yet, or the settings that
// the rules were compiled with have changed meanwhile.
bool publish(commit::Tenants& tenants, const Handle& handle, const rules::Declared& declared,
             std::shared_ptr<const rules::RuleSet> rules) {
  const auto now = tenants.known(handle.view());
  if (!now || now->settings.declared() != declared) return false;
  auto next = std::make_shared<commit::Tenant>(*now);
  next->rules = std::move(rules);
  tenants.put(std::move(next));
  return true;
}

}  // namespace

const StoredRule* find_rule(const StoredRules& rules, const RuleId& id) {
  const auto found = std::ranges::find(rules.rules, id, &StoredRule::id);
  return found == rules.rules.end() ? nullptr : &*found;
}

StoredRules with_change(StoredRules rules, const RuleId& id, const std::string& json, Instant at) {
  const StoredRule* before = find_rule(rules, id);
  const Instant since = json.empty() ? Instant{} : rules::live_since(before, json, at);
  std::erase_if(rules.rules, [&](const StoredRule& rule) { return rule.id == id; });
  ++rules.version;
  if (json.empty()) return rules;
  const auto place = std::ranges::lower_bound(rules.rules, id, {}, &StoredRule::id);
  rules.rules.insert(place, {.id = id, .json = json, .rules_version = rules.version, .at = at, .live_since = since});
  return rules;
}

StoredRules rolled_back(const StoredRules& now, const StoredRules& then, Instant at) {
  StoredRules next{.version = now.version + 1};
  bool differs = now.rules.size() != then.rules.size();
  for (const StoredRule& rule : then.rules) {
    const StoredRule* current = find_rule(now, rule.id);
    const bool same = current && current->json == rule.json;
    differs = differs || !same;
    next.rules.push_back(same ? *current
                              : StoredRule{.id = rule.id,
                                           .json = rule.json,
                                           .rules_version = next.version,
                                           .at = at,
                                           .live_since = rules::live_since(current, rule.json, at)});
  }
  return differs ? next : now;
}

std::optional<Fault> undeclared(const StoredRules& rules, const rules::Declared& declared,
                                const rules::Counters* counters) {
  Issues issues;
  for (const StoredRule& rule : rules.rules) {
    const auto document = json::parse(rule.json);
    if (!document) continue;
    const auto check = [&](const char* kind, const std::vector<std::string>& names, const auto& known) {
      for (const std::string& name : names)
        if (!known.contains(name))
          issues.add(kind + name, "must be declared, because the rule " + rule.id.text + " uses it");
    };
    check("scores.", rules::scores_of(rule.id, document->root(), system_zones()), declared.scores);
    if (declared.zone.empty() && rules::needs_zone(rule.id, document->root(), system_zones()))
      issues.add("zone", "must be given, because the rule " + rule.id.text + " uses it");
    if (counters) check("counters.", rules::counters_of(rule.id, document->root(), system_zones()), *counters);
  }
  if (issues.empty()) return std::nullopt;
  return issues.fault();
}

namespace {

constexpr std::size_t kAuditedIds = 200;

// {"rulesVersion","rule","ruleIds"}: the second, JSON or null, if one rule changes; the last if the order does: the
// first of the reordered rules in their new order.
std::string audited(const StoredRules& rules, const RuleChange& change) {
  const RuleId& id = change.rule;
  std::string out;
  json::Writer writer(out);
  writer.begin_object().member("rulesVersion", static_cast<std::int64_t>(rules.version));
  if (!id.empty()) {
    const StoredRule* rule = find_rule(rules, id);
    writer.member_raw("rule", rule ? rule->json : "null");
  }
  if (!change.ordered.empty()) {
    writer.key("ruleIds").begin_array();
    std::size_t left = kAuditedIds;
    for (const StoredRule* rule : evaluation_order(rules))
      if (left > 0 && std::ranges::find(change.ordered, rule->id) != change.ordered.end())
        writer.string(rule->id.view()), --left;
    writer.end_array();
  }
  writer.end_object();
  return out;
}

}  // namespace

void plan_change(commit::Draft& draft, const RuleChange& change, const StoredRules& before, const StoredRules& next,
                 const rules::RuleSet& compiled) {
  const std::string zone_version(system_zones().version());
  for (const StoredRule& rule : next.rules)
    if (rule.rules_version == next.version)
      draft.put_rule(
          {change.handle, rule.id, next.version, rule.json, change.at, rule.live_since, zone_version, change.by.actor});
  for (const StoredRule& rule : before.rules)
    if (!find_rule(next, rule.id))
      draft.put_rule({change.handle, rule.id, next.version, "", change.at, {}, zone_version, change.by.actor});
  if (const auto now = draft.places().tenants.known(change.handle.view()))
    delayed::rules_changed(draft, change.handle, *now->rules, compiled);
  draft.audit(change.handle, change.by, change.action, change.target, audited(next, change), audited(before, change));
}

std::unique_lock<std::mutex> RuleBook::turn(const Handle& handle) {
  return std::unique_lock(turns_[std::hash<std::string>{}(handle.text) % turns_.size()]);
}

rules::Declared RuleBook::declared(const Handle& handle) const {
  const auto tenant = tenants_.known(handle.view());
  return tenant ? tenant->settings.declared() : rules::Declared{};
}

rules::Counters RuleBook::counters(const Handle& handle) const {
  const auto tenant = tenants_.known(handle.view());
  return tenant ? tenant->traits->counters() : rules::Counters{};
}

std::optional<Fault> RuleBook::commit(const RuleChange& change, const StoredRules& before, const StoredRules& next) {
  const rules::Declared declared = this->declared(change.handle);
  auto compiled = rules::RuleSet::compile(next, system_zones(), declared);
  if (!compiled) return compiled.error();
  const auto rules = std::make_shared<const rules::RuleSet>(std::move(*compiled));
  bool published = false;
  const auto fault = committer_.execute([&](commit::Draft& draft) -> std::optional<Fault> {
    plan_change(draft, change, before, next, *rules);
    draft.after_commit([&] { published = publish(draft.places().tenants, change.handle, declared, rules); });
    return std::nullopt;
  });
  if (!fault && !published) reload_(change.handle);
  return fault;
}

}  // namespace beckon::intake
