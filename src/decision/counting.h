// Counts what decisions, and the signals behind them, come to: into the batch of the commit that stores them. Contract
// section 8, analytics. What is counted stays when sessions go: it names none.
#pragma once
#include "decision/commit.h"
#include "decision/decision_token.h"
#include "decision/tenant.h"
#include "ledger/record.h"

namespace beckon::decision {

// A trigger as it is counted: itself where a rule names it, else empty, so that what strangers ask makes no rows.
std::string_view counted_trigger(const Tenant* tenant, std::string_view trigger);

// A decision that is recorded. `tenant`: whose; null: it is gone.
void count_decision(Batch& batch, const Tenant* tenant, const ledger::DecisionRecord& record);

// Moments of asking that were only counted.
void count_asked_only(Batch& batch, const Handle& handle, std::string_view trigger, std::int64_t n);

// A signal that was stored; `session` has it. Of a decision it is shown, clicked, dismissed and converted once each. A
// rule's goal is reached once a decision: by the first signal of its key within its time behind the newest act or
// holdout of the rule in the session. `decision.converted` counts where the rule has no goal.
void count_signal(Batch& batch, const Tenant& tenant, const DecisionTokens& tokens, const ledger::Session& session,
                  const ledger::Signal& signal);

}  // namespace beckon::decision
