// Counts decisions, in the commit that stores them. Contract section 8, analytics. What is counted stays
// when sessions go: it names none.
#pragma once
#include "commit/draft.h"
#include "commit/tenant.h"
#include "ledger/record.h"

namespace beckon::commit {

// A trigger as it is counted: itself where a rule names it, else empty, so that what strangers ask makes no rows.
std::string_view counted_trigger(const Tenant* tenant, std::string_view trigger);

// Whom an outcome counts for. `rule` acted, or held out, or was held back.
TallyKey tally_key(std::string_view handle, std::string_view trigger, std::string_view rule, std::string_view variant,
                   std::string_view outcome, bool shadow);

// Whether the rule gives the session's visitor an arm by name: then nothing of the two is counted.
bool is_forced(Draft& draft, const Tenant& tenant, const ledger::Session& session, std::string_view rule);

// A decision that is recorded; `session` has it. `tenant`: whose; null: it is gone.
void count_decision(Draft& draft, const Tenant* tenant, const ledger::DecisionRecord& record,
                    const ledger::Session& session);

// Moments of asking that were only counted.
void count_asked_only(Draft& draft, const Handle& handle, std::string_view trigger, std::int64_t n);

}  // namespace beckon::commit
