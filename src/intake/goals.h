// Counts how often the goals of rules were reached, over all sessions of a visitor, and visitors who were given two
// arms of a rule (mixed_arms.h): analytics.
//
// What goals count is a fold over what is known of a visitor (goal_fold.h). A commit counts the difference between the
// fold behind it and the fold before it, so that late signals, joins and splits of visitors come out as if all had been
// known at once: what came is counted once, a conversion may move to another decision, and a split takes away what the
// join had added. What leaves a window, expires or is erased in the meantime stays counted.
#pragma once
#include "commit/committer.h"

namespace beckon::intake {

// So many sessions of a visitor are looked at, the newest.
inline constexpr std::size_t kSessionsOfGoals = 100;

// Signals were stored in a session: asks for a count if one is of a goal's key, or shows a decision. Committing thread.
void goals_may_count(commit::Draft& draft, const commit::Tenant& tenant, const ledger::SessionDigest& digest,
                     std::span<const ledger::Signal> signals);

// Once all works of a commit are planned: counts again where goals_may_count asked for it, and where sessions or ids
// joined a visitor or left one (Draft::moves, Draft::regroups). Add it to the committer before all maintenance that
// drops sessions. Of a visitor that cannot be read, nothing is counted, and the log says so.
class GoalCounting final : public commit::Maintenance {
 public:
  void plan(commit::Draft& draft) override;
};

}  // namespace beckon::intake
