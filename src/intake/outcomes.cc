#include "intake/outcomes.h"

#include <algorithm>

#include "commit/counting.h"
#include "ledger/codec.h"
#include "system/log.h"

namespace beckon::intake {
namespace {

using ledger::PastDecision;
using ledger::Session;
using ledger::Signal;

constexpr std::string_view kAboutDecisions = "decision.";

std::optional<commit::Metric> metric_of_signal(std::string_view key) {
  if (key == "decision.shown") return commit::Metric::kShown;
  if (key == "decision.clicked") return commit::Metric::kClicked;
  if (key == "decision.dismissed") return commit::Metric::kDismissed;
  if (key == "decision.converted") return commit::Metric::kConverted;
  return std::nullopt;
}

// Whether the same was reported of the decision before this signal was stored.
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

// The signal itself is stored: it was accepted before this check.
void keep_reaction(commit::Draft& draft, const commit::Tenant& tenant, const ledger::SessionDigest& digest,
                   ledger::SessionPtr& session, const Signal& signal, const PastDecision& decision) {
  if (!tenant.rules || decision.outcome != "act") return;
  const std::uint64_t key = tenant.rules->mark_of(decision.rule, signal.key.substr(kAboutDecisions.size()));
  if (key == 0) return;
  auto marked = draft.mark(digest, session,
                           {.handle = tenant.handle.view(),
                            .session = session->id.view(),
                            .mark = {.key = key, .at = std::min(signal.at, draft.now()), .session = digest.low}});
  if (!marked) return void(log::error("reaction_not_kept").add("why", marked.error().message));
  session = std::move(*marked);
}

void count_word(commit::Draft& draft, const commit::Tenant& tenant, const Session& session,
                const PastDecision& decision, commit::Metric metric) {
  if (metric == commit::Metric::kShown && decision.shown) return;  // counted when it was recorded
  if (metric == commit::Metric::kConverted && has_goal(tenant, decision.rule)) return;
  if (commit::is_forced(draft, tenant, session, decision.rule)) return;
  draft.count(commit::tally_key(tenant.handle.view(), commit::counted_trigger(&tenant, decision.trigger), decision.rule,
                                decision.variant, decision.outcome, false),
              metric);
}

// The session's decision that the signal refers to.
std::optional<PastDecision> decision_of(const decision::DecisionTokens& tokens, const commit::Tenant& tenant,
                                        const Session& session, const Signal& signal, commit::Metric metric) {
  const auto kept = ledger::past_decisions(session.decisions);
  const auto found = std::ranges::find(kept, signal.value, &PastDecision::id);
  if (found != kept.end()) return *found;
  if (metric == commit::Metric::kShown) return std::nullopt;
  return opened(tokens, tenant, session, signal.value);
}

}  // namespace

void count_signal(commit::Draft& draft, const commit::Tenant& tenant, const decision::DecisionTokens& tokens,
                  const ledger::SessionDigest& digest, ledger::SessionPtr& session, const ledger::Signal& signal) {
  const auto metric = metric_of_signal(signal.key);
  if (!metric) return;
  const auto decision = decision_of(tokens, tenant, *session, signal, *metric);
  if (!decision || decision->rule.empty() || decision->outcome == "suppressed") return;
  if (came_before(*session, signal)) return;
  count_word(draft, tenant, *session, *decision, *metric);
  keep_reaction(draft, tenant, digest, session, signal, *decision);
}

}  // namespace beckon::intake
