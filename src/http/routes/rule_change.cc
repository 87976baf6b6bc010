#include "http/routes/rule_change.h"

#include "delayed/timer_changes.h"
#include "rules/language/check_rule.h"

namespace beckon::http {
namespace {

// Committing thread, after the commit. False: the handle is so new that it is not in memory yet, or its scores, with
// which the rules were compiled, have changed meanwhile.
bool publish(commit::Tenants& tenants, const Handle& handle, const rules::Scores& scores,
             std::shared_ptr<const rules::RuleSet> rules) {
  const auto now = tenants.known(handle.view());
  if (!now || now->settings.scores != scores) return false;
  auto next = std::make_shared<commit::Tenant>(*now);
  next->rules = std::move(rules);
  tenants.put(std::move(next));
  return true;
}

std::vector<commit::RulePut> puts(const RuleChange& change, const rules::StoredRules& before,
                                  const rules::StoredRules& next) {
  std::vector<commit::RulePut> all;
  for (const rules::StoredRule& rule : next.rules)
    if (rule.rules_version == next.version)
      all.push_back({change.handle, rule.id, next.version, rule.json, change.at, rule.live_since});
  for (const rules::StoredRule& rule : before.rules)
    if (!find(next, rule.id)) all.push_back({change.handle, rule.id, next.version, "", change.at});
  return all;
}

}  // namespace

rules::Scores scores_of(const Api& api, const Handle& handle) {
  const auto tenant = api.places.tenants.known(handle.view());
  return tenant ? tenant->settings.scores : rules::Scores{};
}

std::optional<Fault> undeclared_scores(const rules::StoredRules& rules, const rules::Scores& declared) {
  Issues issues;
  for (const rules::StoredRule& rule : rules.rules) {
    const auto document = json::parse(rule.json);
    if (!document) continue;
    for (const std::string& name : rules::scores_of(rule.id, document->root()))
      if (!declared.contains(name))
        issues.add("scores." + name, "must be declared, because the rule " + rule.id.text + " uses it");
  }
  if (issues.empty()) return std::nullopt;
  return issues.fault();
}

std::string etag_of(const rules::StoredRules& rules) { return "\"" + std::to_string(rules.version) + "\""; }

std::optional<Fault> commit_rules(Api& api, const RuleChange& change, const rules::StoredRules& before,
                                  const rules::StoredRules& next) {
  const rules::Scores scores = scores_of(api, change.handle);
  auto compiled = rules::RuleSet::compile(next, scores);
  if (!compiled) return compiled.error();
  const auto rules = std::make_shared<const rules::RuleSet>(std::move(*compiled));
  const auto changed = puts(change, before, next);
  bool published = false;
  const auto fault = api.committer.execute([&](commit::Draft& draft) -> std::optional<Fault> {
    auto& batch = draft.batch().rules;
    batch.insert(batch.end(), changed.begin(), changed.end());
    if (const auto now = draft.places().tenants.known(change.handle.view()))
      delayed::rules_changed(draft, change.handle, *now->rules, *rules);
    draft.audit(change.handle, change.actor, change.action, change.target,
                "{\"rulesVersion\":" + std::to_string(next.version) + "}");
    draft.after_commit([&] { published = publish(draft.places().tenants, change.handle, scores, rules); });
    return std::nullopt;
  });
  if (!fault && !published) api.reload(change.handle);
  return fault;
}

}  // namespace beckon::http
