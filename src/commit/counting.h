// Counts decisions in the commit that stores them. Contract section 8, analytics. Counts remain when sessions are
// deleted, since they identify no one.
#pragma once
#include "commit/draft.h"
#include "commit/tenant.h"
#include "ledger/record.h"

namespace beckon::commit {

// The trigger to count under: itself if a rule names it, otherwise empty, so that arbitrary requests create no rows.
std::string_view counted_trigger(const Tenant* tenant, std::string_view trigger);

// The row for an outcome. `rule` acted, held out or was held back.
TallyKey tally_key(std::string_view handle, std::string_view trigger, std::string_view rule, std::string_view variant,
                   std::string_view outcome, bool shadow);

// Whether the rule gives the session's visitor an arm by name; if so, the rule counts nothing for that visitor.
bool is_forced(Draft& draft, const Tenant& tenant, const ledger::Session& session, std::string_view rule);

// Counts a recorded decision, which `session` contains. `tenant`: the decision's; null if it no longer exists.
void count_decision(Draft& draft, const Tenant* tenant, const ledger::DecisionRecord& record,
                    const ledger::Session& session);

// Counts requests for which no decision was recorded.
void count_asked_only(Draft& draft, const Handle& handle, std::string_view trigger, std::int64_t n);

}  // namespace beckon::commit
