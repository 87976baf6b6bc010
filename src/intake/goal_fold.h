// What goals count of one visitor: a fold over their decisions and signals, whatever the order in which these came.
//
// A signal of a goal's key converts the rule's newest act or holdout before it, if it comes within the goal's time; of
// two signals with one id of the client, the earlier alone. A decision is converted once, by the first such signal, or,
// where the goal counts each, by every one. Each rule counts for itself.
#pragma once
#include <span>

#include "commit/tally.h"
#include "commit/tenant.h"
#include "ledger/session.h"

namespace beckon::intake {

// So long after a goal's time is over are late signals and joins of visitors still counted.
inline constexpr Duration kGoalsSettle = std::chrono::hours{24};

struct Decided {
  ledger::PastDecision past;
  Instant at{};  // of the act, of the showing of a prefetched one, or of the firing
};

// Of one visitor, in any order. What it points to is the caller's.
struct GoalFacts {
  std::vector<const Decided*> decisions;
  std::vector<const ledger::Signal*> signals;  // of keys that some goal has
  std::vector<std::string_view> ids;           // the visitor's: rules that give them an arm by name count nothing
};

struct GoalChanges {
  commit::Tallies tallies;
  commit::GoalTallies goals;
};

// Adds `times` times what the goals of the tenant's rules count of the visitor; what is settled by `now` is left out.
// Conversions of more than one live rule are counted in the row without rule and trigger. The hours stay empty. A value
// whose currency the signal does not name is in that of the tenant's settings as they are now.
void fold_goals(const commit::Tenant& tenant, GoalFacts facts, Instant now, std::int64_t times, GoalChanges& to);

}  // namespace beckon::intake
