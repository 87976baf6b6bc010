// What goals count for one visitor: a fold over the visitor's decisions and signals, regardless of their order.
//
// A signal with a goal's key converts the rule's newest act or holdout before it, if it comes within the goal's time;
// of several signals with the same client id, only the first counts. A decision is converted once, by the first such
// signal, or, if the goal counts each, by every one. Each rule counts separately.
#pragma once
#include <span>

#include "commit/tally.h"
#include "commit/tenant.h"
#include "ledger/session.h"

namespace beckon::intake {

// How long after the end of a goal's time late signals and joins of visitors are still counted.
inline constexpr Duration kGoalsSettle = std::chrono::hours{24};

struct Decided {
  ledger::PastDecision past;
  Instant at{};  // of the act, of showing a prefetched decision, or of the firing
};

// Of one visitor, in any order. The caller owns what it points to.
struct GoalFacts {
  std::vector<const Decided*> decisions;
  std::vector<const ledger::Signal*> signals;  // with keys of goals
  std::vector<std::string_view> ids;           // the visitor's; a rule that assigns one of them an arm counts nothing
  std::vector<std::span<const ledger::Spend>> exposures;  // of the own records of these ids
};

struct GoalChanges {
  commit::Tallies tallies;
  commit::GoalTallies goals;
};

// Adds what the tenant's goals count for the visitor, multiplied by `times`, except what is settled by `now`. A
// conversion of more than one live rule is also counted in the row without rule and trigger. Other hours stay empty. A
// value whose signal names no currency has that of the tenant's current settings. Counts of visitors who were given two
// arms of a rule are of the hour in which the decision or the conversion was counted, so that they are a part of it.
void fold_goals(const commit::Tenant& tenant, GoalFacts facts, Instant now, std::int64_t times, GoalChanges& to);

}  // namespace beckon::intake
