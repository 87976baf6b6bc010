#include "intake/rule_filling.h"

#include <algorithm>

#include "commit/window_filling.h"
#include "system/log.h"

namespace beckon::intake {
namespace {

using ledger::Position;
using rules::FillingRule;

constexpr Duration kRetryAfter = std::chrono::seconds{1};

// The rules that are filled up to the same row, the earliest, and the row up to which only they are filled.
struct Group {
  std::vector<FillingRule> rules;
  Position from = 0, to = 0;
};

Group earliest(const std::vector<FillingRule>& all) {
  Group group;
  if (all.empty()) return group;
  group.from = std::ranges::min_element(all, {}, &FillingRule::filled_to)->filled_to;
  for (const FillingRule& rule : all) {
    if (rule.filled_to != group.from) continue;
    group.rules.push_back(rule);
    group.to = std::max(group.to, rule.fill_until);
  }
  for (const FillingRule& rule : all)
    if (rule.filled_to > group.from) group.to = std::min(group.to, rule.filled_to);
  return group;
}

bool is_filled(const FillingRule& rule) { return rule.filled_to >= rule.fill_until; }

bool changes_rules(const commit::Draft& draft, const Handle& handle) {
  const auto is_of_it = [&](const auto& one) { return one.handle == handle; };
  return std::ranges::any_of(commit::changes_of<commit::RulePut>(draft.batch()), is_of_it) ||
         std::ranges::any_of(commit::changes_of<commit::FillingPut>(draft.batch()), is_of_it);
}

}  // namespace

void RuleFilling::plan(commit::Draft& draft) {
  turn_ = {};  // the last commit had nothing to write
  if (!tenants_.is_filling_rules()) return;
  if (failed_ && !commit::is_due(draft.now(), tried_at_, kRetryAfter)) return;
  failed_ = false;
  tried_at_ = draft.now();
  for (const commit::TenantPtr& tenant : tenants_.all())
    if (!tenant->filling.empty()) return fill(draft, *tenant);
  tenants_.set_filling_rules(false);
}

void RuleFilling::fill(commit::Draft& draft, const commit::Tenant& tenant) {
  const Handle& handle = tenant.handle;
  if (changes_rules(draft, handle)) return;
  const auto done = std::ranges::find_if(tenant.filling, is_filled);
  if (done != tenant.filling.end()) return put_in_force(draft, tenant, *done);
  Group group = earliest(tenant.filling);
  const auto wants = [&](std::string_view key) {
    return std::ranges::any_of(group.rules, [&](const FillingRule& rule) { return tenant.rules->fills(rule.id, key); });
  };
  const std::size_t own = draft.batch().journal.size();
  const std::size_t bytes = own == 0 ? options_.most : std::min(options_.most, options_.least + 4 * own);
  const auto at = commit::fill_windows(
      draft, ledger_, handle,
      {.wants = wants, .rules = tenant.rules.get(), .from = group.from, .to = group.to, .bytes = bytes});
  if (!at) return;
  std::vector<FillingRule> filling = tenant.filling;
  for (FillingRule& rule : filling) {
    if (rule.filled_to != group.from) continue;
    rule.filled_to = *at;
    draft.put_filling({handle, rule});
  }
  draft.after_commit([this, handle, filling = std::move(filling)] {
    const auto now = tenants_.known(handle.view());
    if (!now) return;
    auto next = std::make_shared<commit::Tenant>(*now);
    next->filling = filling;
    tenants_.put(std::move(next));
  });
}

void RuleFilling::put_in_force(commit::Draft& draft, const commit::Tenant& tenant, const FillingRule& rule) {
  turn_ = book_.try_turn(tenant.handle);
  if (!turn_) return;  // somebody is changing the rules
  const auto stored = store_.rules(tenant.handle);
  if (!stored || std::ranges::find(stored->filling, rule.id, &FillingRule::id) == stored->filling.end())
    return void(turn_ = {});
  const rules::Declared declared = tenant.settings.declared();
  RuleChange change{.handle = tenant.handle,
                    .by = {rule.actor},
                    .action = "rule.filled",
                    .target = rule.id.text,
                    .rule = rule.id,
                    .at = draft.now()};
  const rules::StoredRules next = with_change(*stored, rule.id, rule.json, draft.now());
  auto planned = PlannedChange::make(change, *stored, next, declared, true);
  if (!planned) {  // with what has changed since, it cannot be
    log::error("rule_refused").add("handle", tenant.handle.view()).add("rule", rule.id.view());
    change.action = "rule.refused";
    planned = PlannedChange::make(change, *stored, *stored, declared);
  }
  if (!planned) return void(turn_ = {});
  planned->plan(draft, ledger_);
  draft.after_commit([this, declared, planned = std::move(*planned), handle = tenant.handle] {
    if (publish(tenants_, handle, declared, planned)) return;
    const auto now = tenants_.known(handle.view());
    const auto anew = now ? commit::with_rules(*now, planned.rules()) : Result<commit::TenantPtr>(now);
    if (anew && *anew) tenants_.put(*anew);
  });
}

}  // namespace beckon::intake
