#include "intake/outcomes.h"

#include <algorithm>

#include "commit/counting.h"
#include "ledger/codec.h"

namespace beckon::intake {
namespace {

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

// Whether the same was said of the decision before this signal was stored.
bool came_before(const Session& session, const Signal& signal) {
  for (std::size_t i = 0; i < session.window.size(); ++i) {
    if (session.window.key(i) != signal.key) continue;
    const Signal other = session.window[i];
    if (other.version < signal.version && other.value == signal.value) return true;
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
  if (came_before(session, signal) || commit::is_forced(draft, tenant, session, decision->rule)) return;
  draft.count(commit::tally_key(tenant.handle.view(), commit::counted_trigger(&tenant, decision->trigger),
                                decision->rule, decision->variant, decision->outcome, false),
              metric);
}

}  // namespace

void count_signal(commit::Draft& draft, const commit::Tenant& tenant, const decision::DecisionTokens& tokens,
                  const Session& session, const Signal& signal) {
  if (const auto metric = metric_of_signal(signal.key)) count_word(draft, tenant, tokens, session, signal, *metric);
}

}  // namespace beckon::intake
