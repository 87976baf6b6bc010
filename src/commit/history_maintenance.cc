#include "commit/history_maintenance.h"

#include <algorithm>

namespace beckon::commit {

void HistoryMaintenance::plan(Draft& draft) {
  if (is_due(draft.now(), swept_at_, options_.sweep_every)) {
    swept_at_ = draft.now();
    draft.sweep_audit(draft.now() - options_.audit);
    if (is_due(draft.now(), looked_at_, options_.look_every)) look(draft);
  }
  if (!handles_.empty() && !forget_rules(draft, handles_.front())) handles_.pop_front();
}

void HistoryMaintenance::look(Draft& draft) {
  looked_at_ = draft.now();
  // Decisions are re-evaluated with the settings and counters of their time, from the audit log.
  draft.sweep_replaced_audit(draft.now() - std::max(options_.audit, tenants_.longest_retention()));
  handles_.clear();
  for (const TenantPtr& tenant : tenants_.all())
    if (tenant->rules && tenant->rules->version() > options_.rule_versions) handles_.push_back(tenant->handle);
}

bool HistoryMaintenance::forget_rules(Draft& draft, const Handle& handle) {
  const TenantPtr tenant = tenants_.known(handle.view());
  const auto version = tenant ? tenant->rules->version() : 0;
  if (version <= options_.rule_versions) return false;
  const auto needed = rules_.version_by(handle, draft.now() - tenants_.longest_retention());
  if (!needed) return false;
  const auto first = std::min<std::uint64_t>(version - options_.rule_versions + 1, *needed);
  auto texts = rules_.superseded(handle, first, Batch::kSweep);
  if (!texts || texts->empty()) return false;
  const bool more = texts->size() == Batch::kSweep;
  draft.forget_rules({handle, first, std::move(*texts)});
  return more;
}

}  // namespace beckon::commit
