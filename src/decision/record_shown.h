// A prefetched decision that was shown: recorded and spent, once. Contract section 4.
#pragma once
#include "commit/draft.h"
#include "decision/decision_token.h"

namespace beckon::decision {

// Behind the append of a `decision.shown`; `session` as it was staged, and is then. An id that is not of this server
// and session, or was shown already, is a plain signal.
//
// What is spent is the key that the decision's rule has now; where the rule is gone or no longer live, nothing. What
// stood beside it (rules in shadow or held back) was not kept: it is judged anew at the instant of the prefetch, by the
// rules of now, with all that is known by now but for what the prefetch itself said.
void record_shown(commit::Draft& draft, const DecisionTokens& tokens, const commit::Tenant& tenant,
                  const ledger::SessionDigest& digest, ledger::SessionPtr& session, const ledger::Signal& signal);

}  // namespace beckon::decision
