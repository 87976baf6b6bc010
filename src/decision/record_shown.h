// Records a prefetched decision that was shown, with its exposures, once. Contract section 4.
#pragma once
#include "commit/draft.h"
#include "decision/decision_token.h"

namespace beckon::decision {

// Call after the append of a `decision.shown`; `session` is the staged one, and is updated. An id that is not of this
// server and session, or was already shown, is an ordinary signal.
//
// The exposure counts toward the limit that the decision's rule has now; toward none if the rule is gone or no longer
// live. The runners-up (rules in shadow or held back) were not stored: they are re-evaluated as of the prefetch, by the
// current rules, with everything known by now except what the prefetch itself said.
void record_shown(commit::Draft& draft, const DecisionTokens& tokens, const commit::Tenant& tenant,
                  const ledger::SessionDigest& digest, ledger::SessionPtr& session, const ledger::Signal& signal);

}  // namespace beckon::decision
