#include "intake/outcomes.h"

#include <algorithm>

#include "commit/counting.h"
#include "ledger/codec.h"
#include "rules/language/field_path.h"

namespace beckon::intake {
namespace {

using ledger::PastBeside;
using ledger::PastDecision;
using ledger::Session;
using ledger::Signal;

std::optional<commit::Metric> metric_of_signal(std::string_view key) {
  if (key == "decision.shown") return commit::Metric::kShown;
  if (key == "decision.clicked") return commit::Metric::kClicked;
  if (key == "decision.dismissed") return commit::Metric::kDismissed;
  if (key == "decision.converted") return commit::Metric::kConverted;
  return std::nullopt;
}

// Whether a signal that `fits` came before this one was stored.
template <class Fits>
bool came_before(const Session& session, const Signal& signal, Fits fits) {
  for (std::size_t i = 0; i < session.window.size(); ++i) {
    if (session.window.key(i) != signal.key) continue;
    const Signal other = session.window[i];
    if (other.version < signal.version && fits(other)) return true;
  }
  return false;
}

bool has_goal(const commit::Tenant& tenant, std::string_view rule) {
  return tenant.rules && tenant.rules->has_goal(rule);
}

std::optional<PastDecision> opened(const decision::DecisionTokens& tokens, const commit::Tenant& tenant,
                                   const Session& session, std::string_view id) {
  auto token = tokens.open(tenant.handle.view(), session.id.view(), id);
  return token ? std::optional{std::move(token->decision)} : std::nullopt;
}

void count_word(commit::Draft& draft, const commit::Tenant& tenant, const decision::DecisionTokens& tokens,
                const Session& session, const Signal& signal, commit::Metric metric) {
  const auto kept = ledger::past_decisions(session.decisions);
  const auto found = std::ranges::find(kept, signal.value, &PastDecision::id);
  std::optional<PastDecision> decision;
  if (found != kept.end())
    decision = *found;
  else if (metric != commit::Metric::kShown)
    decision = opened(tokens, tenant, session, signal.value);
  if (!decision || decision->rule.empty() || decision->outcome == "suppressed") return;
  if (metric == commit::Metric::kShown && decision->shown) return;  // counted as it was recorded
  if (metric == commit::Metric::kConverted && has_goal(tenant, decision->rule)) return;
  if (came_before(session, signal, [&](const Signal& other) { return other.value == signal.value; })) return;
  draft.count(commit::tally_key(tenant.handle.view(), commit::counted_trigger(&tenant, decision->trigger),
                                decision->rule, decision->variant, decision->outcome, false),
              metric);
}

// The newest decision not behind the signal in which the rule acted or held out; null variant and outcome: none.
struct Aimed {
  const PastDecision* decision = nullptr;
  std::string_view variant, outcome;
};

Aimed newest(const std::vector<PastDecision>& kept, const rules::Aim& aim, Instant not_behind) {
  const auto aims = [](std::string_view outcome) { return outcome == "act" || outcome == "holdout"; };
  for (std::size_t i = kept.size(); i-- > 0;) {
    const PastDecision& past = kept[i];
    if (past.at >= not_behind) continue;
    if (!aim.shadow && past.rule == aim.rule && aims(past.outcome)) return {&past, past.variant, past.outcome};
    for (const PastBeside& beside : past.beside)
      if (aim.shadow && beside.shadow && beside.rule == aim.rule && aims(beside.outcome))
        return {&past, beside.variant, beside.outcome};
  }
  return {};
}

void count_goals(commit::Draft& draft, const commit::Tenant& tenant, const Session& session, const Signal& signal) {
  const auto aims = tenant.rules ? tenant.rules->aims(signal.key) : std::span<const rules::Aim>{};
  if (aims.empty() || session.decisions.count == 0) return;
  const auto kept = ledger::past_decisions(session.decisions);
  for (const rules::Aim& aim : aims) {
    const Aimed aimed = newest(kept, aim, signal.at);
    if (!aimed.decision || signal.at > aimed.decision->at + aim.within) continue;
    const auto reached = [&](const Signal& other) {
      return other.at > aimed.decision->at && other.at <= aimed.decision->at + aim.within;
    };
    if (came_before(session, signal, reached)) continue;
    const commit::TallyKey key =
        commit::tally_key(tenant.handle.view(), commit::counted_trigger(&tenant, aimed.decision->trigger), aim.rule,
                          aimed.variant, aimed.outcome, aim.shadow);
    draft.count(key, commit::Metric::kConverted);
    if (aim.value_field.empty()) continue;
    if (const auto value = rules::amount_in(signal.metadata, aim.value_field))
      draft.count(key, commit::Metric::kValue, *value);
  }
}

}  // namespace

void count_signal(commit::Draft& draft, const commit::Tenant& tenant, const decision::DecisionTokens& tokens,
                  const Session& session, const Signal& signal) {
  if (const auto metric = metric_of_signal(signal.key)) count_word(draft, tenant, tokens, session, signal, *metric);
  count_goals(draft, tenant, session, signal);
}

}  // namespace beckon::intake
