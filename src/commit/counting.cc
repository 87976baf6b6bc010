#include "commit/counting.h"

#include <span>

#include "commit/visitor.h"
#include "ledger/codec.h"

namespace beckon::commit {
namespace {

using ledger::PastBeside;

std::optional<Metric> metric_of(std::string_view outcome) {
  if (outcome == "act") return Metric::kActed;
  if (outcome == "holdout") return Metric::kHeldOut;
  if (outcome == "suppressed") return Metric::kSuppressed;
  return std::nullopt;
}

// Counts a rule that was held back.
void count_held(Draft& draft, const TallyKey& key, ledger::Hold hold) {
  draft.count(key, Metric::kSuppressed);
  switch (hold) {
    case ledger::Hold::kClosed: return draft.count(key, Metric::kHeldByHours);
    case ledger::Hold::kLimit: return draft.count(key, Metric::kHeldByLimit);
    case ledger::Hold::kRender: return draft.count(key, Metric::kHeldByRender);
    case ledger::Hold::kNotHeld: return;
  }
}

}  // namespace

TallyKey tally_key(std::string_view handle, std::string_view trigger, std::string_view rule, std::string_view variant,
                   std::string_view outcome, bool shadow) {
  return {.handle = Handle{handle},
          .trigger = std::string(trigger),
          .rule = RuleId{rule},
          .variant = std::string(variant),
          .shadow = shadow,
          .holdout = outcome == "holdout"};
}

std::string_view counted_trigger(const Tenant* tenant, std::string_view trigger) {
  return tenant && tenant->rules && tenant->rules->knows(trigger) ? trigger : std::string_view{};
}

bool is_forced(Draft& draft, const Tenant& tenant, const ledger::Session& session, std::string_view rule) {
  if (!tenant.rules || !tenant.rules->has_forced() || session.visitor.empty()) return false;
  const auto records = reader_of(draft, tenant.handle, draft.now()).records(session.visitor);
  std::vector<std::string_view> ids{session.visitor.view()};
  if (records)
    for (const ledger::SessionPtr& record : *records) ids.push_back(id_of(*record));
  return tenant.rules->is_forced(rule, ids);
}

namespace {

// A decision about a visitor who was given two arms of the rule is counted as such with its goals (intake/goals.h).
bool may_be_mixed(Draft& draft, const Tenant& tenant, const ledger::Session& session, std::string_view rule,
                  bool shadow) {
  const auto records = reader_of(draft, tenant.handle, draft.now()).records(session.visitor);
  if (!records || records->size() < 2) return false;
  std::vector<std::span<const ledger::Spend>> exposures;
  for (const ledger::SessionPtr& record : *records) exposures.emplace_back(record->spends);
  return tenant.rules->is_mixed(rule, shadow, exposures);
}

void recount_if_mixed(Draft& draft, const Tenant* tenant, const ledger::PastDecision& past,
                      const ledger::Session& session) {
  if (!tenant || !tenant->rules || !tenant->rules->has_sticky() || session.visitor.empty()) return;
  const auto is_mixed = [&](std::string_view rule, std::string_view outcome, bool shadow) {
    return (outcome == "act" || outcome == "holdout") && tenant->rules->has_goal(rule) &&
           may_be_mixed(draft, *tenant, session, rule, shadow);
  };
  bool recounts = is_mixed(past.rule, past.outcome, false);
  for (const PastBeside& beside : past.beside)
    recounts = recounts || (beside.shadow && is_mixed(beside.rule, beside.outcome, true));
  if (recounts) draft.recount(tenant->handle, draft.places().sessions.digest(session.handle.view(), session.id.view()));
}

}  // namespace

void count_decision(Draft& draft, const Tenant* tenant, const ledger::DecisionRecord& record,
                    const ledger::Session& session) {
  const auto past = ledger::past_decision(record.past);
  if (!past) return;
  const std::string_view trigger = counted_trigger(tenant, past->trigger);
  draft.count({.handle = Handle{record.handle}, .trigger = std::string(trigger)}, Metric::kAsked);
  const auto counts = [&](std::string_view rule) { return !tenant || !is_forced(draft, *tenant, session, rule); };
  if ((past->outcome == "act" || past->outcome == "holdout") && counts(past->rule)) {
    const TallyKey key = tally_key(record.handle, trigger, past->rule, past->variant, past->outcome, false);
    draft.count(key, *metric_of(past->outcome));
    if (past->shown) draft.count(key, Metric::kShown);
  }
  // Rules that were held back are runners-up, even the first; a delayed rule has no runners-up.
  if (past->outcome == "suppressed" && past->beside.empty() && counts(past->rule))
    count_held(draft, tally_key(record.handle, trigger, past->rule, "", past->outcome, false), past->hold);
  for (const PastBeside& beside : past->beside) {
    const auto metric = metric_of(beside.outcome);
    if (!metric || !counts(beside.rule)) continue;
    const TallyKey key = tally_key(record.handle, trigger, beside.rule, beside.variant, beside.outcome, beside.shadow);
    *metric == Metric::kSuppressed ? count_held(draft, key, beside.hold) : draft.count(key, *metric);
  }
  recount_if_mixed(draft, tenant, *past, session);
}

void count_asked_only(Draft& draft, const Handle& handle, std::string_view trigger, std::int64_t n) {
  draft.count({.handle = handle, .trigger = std::string(trigger)}, Metric::kAsked, n);
}

}  // namespace beckon::commit
