// Counts what signals report about decisions: shown, clicked, dismissed, converted. Contract section 8, analytics.
// Goals are counted by goals.h.
#pragma once
#include "commit/draft.h"
#include "commit/tenant.h"
#include "decision/decision_token.h"
#include "ledger/session.h"

namespace beckon::intake {

// Call for a stored signal; `session` includes it, and is updated. For one decision, shown, clicked, dismissed and
// converted count once each. `decision.converted` counts if the rule has no goal. What a rule reads (the measure
// `decision`) is stored among the exposures of the session and its visitor.
void count_signal(commit::Draft& draft, const commit::Tenant& tenant, const decision::DecisionTokens& tokens,
                  const ledger::SessionDigest& digest, ledger::SessionPtr& session, const ledger::Signal& signal);

}  // namespace beckon::intake
