#include "intake/rule_book.h"

#include <algorithm>

#include "base/json.h"
#include "base/planted.h"
#include "commit/window_filling.h"
#include "delayed/timer_changes.h"
#include "intake/rule_order.h"
#include "rules/language/check_rule.h"
#include "rules/live_since.h"
#include "system/zones.h"

namespace beckon::intake {
namespace {

using rules::StoredRule;
using rules::StoredRules;

bool is_new(const StoredRule& rule, const StoredRules& before, const StoredRules& next) {
  return next.version != before.version && rule.rules_version == next.version;
}

bool differs(const StoredRules& before, const StoredRules& next) {
  return std::ranges::any_of(next.rules, [&](const StoredRule& rule) { return is_new(rule, before, next); }) ||
         std::ranges::any_of(before.rules, [&](const StoredRule& rule) { return !find_rule(next, rule.id); });
}

// Saved or deleted, by id.
std::vector<RuleId> changes(const RuleChange& change, const StoredRules& before, const StoredRules& next) {
  std::vector<RuleId> ids;
  if (!change.rule.empty()) ids.push_back(change.rule);
  for (const StoredRule& rule : next.rules)
    if (is_new(rule, before, next)) ids.push_back(rule.id);
  for (const StoredRule& rule : before.rules)
    if (!find_rule(next, rule.id)) ids.push_back(rule.id);
  if (change.replaces_all)
    for (const rules::FillingRule& one : before.filling) ids.push_back(one.id);
  std::ranges::sort(ids);
  ids.erase(std::ranges::unique(ids).begin(), ids.end());
  return ids;
}

Result<PlannedChange::RuleSetPtr> compile(const StoredRules& rules, const rules::Declared& declared) {
  auto made = rules::RuleSet::compile(rules, system_zones(), declared);
  if (!made) return unexpected(made.error());
  return std::make_shared<const rules::RuleSet>(std::move(*made));
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
    if (is_new(rule, before, next))
      draft.put_rule(
          {change.handle, rule.id, next.version, rule.json, change.at, rule.live_since, zone_version, change.by.actor});
  for (const StoredRule& rule : before.rules)
    if (!find_rule(next, rule.id))
      draft.put_rule({change.handle, rule.id, next.version, "", change.at, {}, zone_version, change.by.actor});
  if (const auto now = draft.places().tenants.known(change.handle.view()))
    delayed::rules_changed(draft, change.handle, *now->rules, compiled);
  draft.audit(change.handle, change.by, change.action, change.target, audited(as_saved(next), change),
              audited(as_saved(before), change));
}

Result<PlannedChange> PlannedChange::make(RuleChange change, StoredRules before, StoredRules next,
                                          const rules::Declared& declared, bool is_filled, RuleSetPtr now) {
  PlannedChange made;
  // Of rules that are filling and do not change, the text in force.
  std::erase_if(next.rules, [&](const StoredRule& rule) {
    return rule.filling && !is_new(rule, before, next) && !find_rule(before, rule.id);
  });
  for (StoredRule& rule : next.rules) {
    if (!std::exchange(rule.filling, std::nullopt)) continue;
    const StoredRule* former = find_rule(before, rule.id);
    if (is_new(rule, before, next))
      rule.live_since = rules::live_since(former, rule.json, change.at);
    else
      rule = *former;
  }
  made.changed_ = changes(change, before, next);
  if (!differs(before, next)) next.version = before.version;
  const auto is_changed = [&](const rules::FillingRule& one) {
    return std::ranges::binary_search(made.changed_, one.id);
  };
  next.filling = before.filling;
  std::erase_if(next.filling, is_changed);
  if (!now) {
    auto compiled = compile(before, declared);
    if (!compiled) return unexpected(compiled.error());
    now = std::move(*compiled);
  }
  auto then = compile(next, declared);
  if (!then) return unexpected(then.error());
  made.without_ = next;
  if (!is_filled && !now->covers(**then))
    for (const StoredRule& rule : next.rules) {
      if (!is_new(rule, before, next)) continue;
      auto alone = compile({.rules = {rule}}, declared);
      if (!alone) return unexpected(alone.error());
      if (now->covers(**alone)) continue;
      made.waiting_.push_back({.id = rule.id, .json = rule.json, .at = change.at, .actor = change.by.actor});
      const auto place = std::ranges::find(made.without_.rules, rule.id, &StoredRule::id);
      if (const StoredRule* former = find_rule(before, rule.id))
        *place = *former;
      else
        made.without_.rules.erase(place);
    }
  if (!made.waiting_.empty()) {
    if (!differs(before, made.without_)) made.without_.version = before.version;
    made.without_.filling.insert(made.without_.filling.end(), made.waiting_.begin(), made.waiting_.end());
    std::ranges::sort(made.without_.filling, {}, &rules::FillingRule::id);
    auto without = compile(made.without_, declared);
    if (!without) return unexpected(without.error());
    made.compiled_without_ = std::move(*without);
  }
  made.now_ = std::move(now);
  made.compiled_ = std::move(*then);
  made.change_ = std::move(change);
  made.before_ = std::move(before);
  made.next_ = std::move(next);
  return made;
}

void PlannedChange::plan(commit::Draft& draft, ledger::Ledger& ledger, std::size_t bytes) {
  for (const rules::FillingRule& one : before_.filling)
    if (std::ranges::binary_search(changed_, one.id)) draft.put_filling({change_.handle, {.id = one.id}});
  const ledger::Position row = draft.after() + 1;
  ledger::Position filled_to = row;
  if (!waiting_.empty()) {
    const auto wants = [this](std::string_view key) {
      return compiled_->reads_in_force(key) && !now_->reads_in_force(key);
    };
    filled_to = commit::fill_windows(draft, ledger, change_.handle,
                                     {.wants = wants, .rules = compiled_.get(), .from = 0, .to = row, .bytes = bytes})
                    .value_or(0);
  }
  if (filled_to < row && !planted(Planted::kWaitForNothing)) {
    for (rules::FillingRule& rule : without_.filling) {
      if (std::ranges::find(waiting_, rule.id, &rules::FillingRule::id) == waiting_.end()) continue;
      rule.filled_to = filled_to;
      rule.fill_until = row;
      draft.put_filling({change_.handle, rule});
    }
    next_ = std::move(without_);
    if (!planted(Planted::kJudgeWhileFilling)) compiled_ = std::move(compiled_without_);
  }
  plan_change(draft, change_, before_, next_, *compiled_);
  draft.put_rules(change_.handle, compiled_);
}

bool publish(commit::Tenants& tenants, const Handle& handle, const rules::Declared& declared,
             const PlannedChange& change) {
  const auto now = tenants.known(handle.view());
  if (!now || now->settings.declared() != declared) return false;
  auto next = std::make_shared<commit::Tenant>(*now);
  next->rules = change.compiled();
  next->filling = change.rules().filling;
  tenants.put(std::move(next));
  return true;
}

StoredRules as_saved(StoredRules rules) {
  for (const rules::FillingRule& one : rules.filling) {
    const auto place = std::ranges::lower_bound(rules.rules, one.id, {}, &StoredRule::id);
    if (place != rules.rules.end() && place->id == one.id)
      place->json = one.json, place->at = one.at, place->filling = one.share();
    else
      rules.rules.insert(place, {.id = one.id, .json = one.json, .at = one.at, .filling = one.share()});
  }
  return rules;
}

std::unique_lock<std::mutex> RuleBook::turn(const Handle& handle) {
  return std::unique_lock(turns_[std::hash<std::string>{}(handle.text) % turns_.size()]);
}

std::unique_lock<std::mutex> RuleBook::try_turn(const Handle& handle) {
  return {turns_[std::hash<std::string>{}(handle.text) % turns_.size()], std::try_to_lock};
}

rules::Declared RuleBook::declared(const Handle& handle) const {
  const auto tenant = tenants_.known(handle.view());
  return tenant ? tenant->settings.declared() : rules::Declared{};
}

rules::Counters RuleBook::counters(const Handle& handle) const {
  const auto tenant = tenants_.known(handle.view());
  return tenant ? tenant->traits->counters() : rules::Counters{};
}

Result<StoredRules> RuleBook::commit(const RuleChange& change, const StoredRules& before, const StoredRules& next) {
  const auto tenant = tenants_.known(change.handle.view());
  const rules::Declared declared = tenant ? tenant->settings.declared() : rules::Declared{};
  auto now = tenant && tenant->rules->version() == before.version ? tenant->rules : nullptr;
  auto planned = PlannedChange::make(change, before, next, declared, false, std::move(now));
  if (!planned) return unexpected(planned.error());
  bool published = false;
  auto fault = committer_.execute([&](commit::Draft& draft) -> std::optional<Fault> {
    planned->plan(draft, ledger_);
    draft.after_commit([&] { published = publish(draft.places().tenants, change.handle, declared, *planned); });
    return std::nullopt;
  });
  if (fault) return unexpected(std::move(*fault));
  if (!published) reload_(change.handle);
  return planned->rules();
}

}  // namespace beckon::intake
