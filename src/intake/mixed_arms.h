// Visitors who were given two arms of one rule, before their ids were known to be of one visitor: of these they keep
// the first, and an experiment tells how many there are.
#pragma once
#include <span>

#include "commit/tally.h"
#include "commit/tenant.h"
#include "ledger/session.h"

namespace beckon::intake {

// Adds `times` for each rule of which the visitor was given two arms, in its row without an arm, as Metric::kAsked.
// `records`: the own records of all their ids.
void fold_mixed(const commit::Tenant& tenant, std::span<const ledger::SessionPtr> records, std::int64_t times,
                commit::Tallies& to);

}  // namespace beckon::intake
