// Counts what signals say of decisions: shown, clicked, dismissed, converted, and goals that were reached. Contract
// section 8, analytics.
#pragma once
#include "commit/draft.h"
#include "commit/tenant.h"
#include "decision/decision_token.h"
#include "ledger/session.h"

namespace beckon::intake {

// A signal that was stored; `session` has it. Of a decision it is shown, clicked, dismissed and converted once each. A
// rule's goal is reached once a decision: by the first signal of its key within its time behind the newest act or
// holdout of the rule in the session. `decision.converted` counts where the rule has no goal.
void count_signal(commit::Draft& draft, const commit::Tenant& tenant, const decision::DecisionTokens& tokens,
                  const ledger::Session& session, const ledger::Signal& signal);

}  // namespace beckon::intake
