// A prefetched decision that was shown: recorded and spent, once. Contract section 4.
#pragma once
#include "commit/draft.h"
#include "decision/decision_token.h"

namespace beckon::decision {

// Behind the append of a `decision.shown`; `session` as it was staged, and is then. An id that is not of this server
// and session, or was shown already, is a plain signal.
//
// The exposure counts under the limit that the decision's rule has now; none if the rule is gone or no longer live. The
// runners-up (rules in shadow or held back) were not kept: they are judged again as of the instant of the prefetch, by
// the current rules, with everything known by now except what the prefetch itself said.
void record_shown(commit::Draft& draft, const DecisionTokens& tokens, const commit::Tenant& tenant,
                  const ledger::SessionDigest& digest, ledger::SessionPtr& session, const ledger::Signal& signal);

}  // namespace beckon::decision
