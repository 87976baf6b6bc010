// Counts what signals say of decisions: shown, clicked, dismissed, converted. Contract section 8, analytics. Goals are
// counted by goals.h.
#pragma once
#include "commit/draft.h"
#include "commit/tenant.h"
#include "decision/decision_token.h"
#include "ledger/session.h"

namespace beckon::intake {

// A signal that was stored; `session` has it, and is what it becomes. Of a decision it is shown, clicked, dismissed and
// converted once each. `decision.converted` counts where the rule has no goal. What a rule asks about (the measure
// `decision`) is kept among the spends of the session and its visitor.
void count_signal(commit::Draft& draft, const commit::Tenant& tenant, const decision::DecisionTokens& tokens,
                  const ledger::SessionDigest& digest, ledger::SessionPtr& session, const ledger::Signal& signal);

}  // namespace beckon::intake
