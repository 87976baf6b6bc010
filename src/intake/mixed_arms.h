// Visitors who were given two arms of one rule before their ids were known to belong together. They keep the first arm,
// and the experiment reports how many there are.
#pragma once
#include <span>

#include "commit/tally.h"
#include "commit/tenant.h"
#include "ledger/session.h"

namespace beckon::intake {

// Adds `times`, as Metric::kAsked, to the row without an arm of each rule that gave the visitor two arms. `records`:
// the own records of all the visitor's ids.
void fold_mixed(const commit::Tenant& tenant, std::span<const ledger::SessionPtr> records, std::int64_t times,
                commit::Tallies& to);

}  // namespace beckon::intake
