#include "intake/rule_filling.h"

#include <algorithm>

#include "commit/appends.h"
#include "commit/window_filling.h"
#include "system/log.h"

namespace beckon::intake {
namespace {

using rules::FillingRule;

constexpr Duration kRetryAfter = std::chrono::seconds{1};

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
  std::vector<commit::Filling> fillings;
  for (const FillingRule& rule : tenant.filling) fillings.push_back({rule.filled_to, rule.fill_until});
  const auto [from, to] = commit::next_stretch(fillings);
  const auto wants = [&, from = from](std::string_view key) {
    return std::ranges::any_of(tenant.filling, [&](const FillingRule& rule) {
      return rule.filled_to == from && tenant.rules->fills(rule.id, key);
    });
  };
  const std::size_t own = draft.batch().journal.size();
  const auto began = std::chrono::steady_clock::now();
  if (own != 0 && began < rests_until_) return;
  const std::size_t bytes = own == 0 ? options_.most : std::min(options_.most, options_.least + 4 * own);
  const auto at = commit::fill_windows(
      draft, ledger_, handle, {.wants = wants, .rules = tenant.rules.get(), .from = from, .to = to, .bytes = bytes});
  if (options_.rest != 0) {
    const auto ended = std::chrono::steady_clock::now();
    rests_until_ = ended + options_.rest * (ended - began);
  }
  if (!at) return;
  std::vector<FillingRule> filling = tenant.filling;
  for (FillingRule& rule : filling) {
    if (rule.filled_to != from) continue;
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
    if (!now) return;
    if (const auto made = commit::with_rules(*now, planned.rules())) tenants_.put(*made);
  });
}

}  // namespace beckon::intake
