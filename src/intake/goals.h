// Analytics: counts how often the goals of rules were reached, over all sessions of a visitor, and visitors who were
// given two arms of a rule (mixed_arms.h).
//
// What goals count is a fold over the data of a visitor (goal_fold.h). A commit counts the difference between the fold
// after it and the fold before it, so late signals, joins and splits of visitors have the same result as if everything
// had been known at once: each arrival is counted once, a conversion may move to another decision, and a split
// subtracts what the join had added. What leaves a window, expires or is erased meanwhile stays counted.
#pragma once
#include "commit/committer.h"

namespace beckon::intake {

// How many of a visitor's sessions are considered, the newest ones.
inline constexpr std::size_t kSessionsOfGoals = 100;

// Signals were stored in a session: requests a count if one has a goal's key or shows a decision. Committing thread.
void goals_may_count(commit::Draft& draft, const commit::Tenant& tenant, const ledger::SessionDigest& digest,
                     std::span<const ledger::Signal> signals);

// Runs once all works of a commit are planned: recounts where goals_may_count requested it, and where sessions or ids
// joined or left a visitor (Draft::moves, Draft::regroups). Add it to the committer before any maintenance that drops
// sessions. For a visitor that cannot be read, nothing is counted, and this is logged.
class GoalCounting final : public commit::Maintenance {
 public:
  void plan(commit::Draft& draft) override;
};

}  // namespace beckon::intake
