// Delayed rules need no request: the server evaluates them once what was missed has been missing for long enough.
// rules.md, "absent" and "Late is wrong".
//
//   a signal fits `after` ──▶ timer ──▶ due ──▶ judged ──▶ act                  recorded, chain.message.due scheduled
//        (the anchor)           │        │         ├─────▶ holdout, suppressed  recorded
//                               │        │         └─────▶ does not hold        nothing
//                               │        ├─ closed: the timer moves to the opening
//                               │        └─ overdue by more than the ttl: nothing
//                               └─ what was missed comes, consent is denied, the rule is no longer live: cancelled
//
// An anchor that is due as it arrives waits HandleSettings::due_grace: what followed it may arrive right behind it.
//
// However a timer ends by itself, its anchor is done: it fires no more (ledger::DoneRecord). Deliveries born of it
// carry their reason (rule, anchor); the commit that ends the reason withdraws them, as does that of a newer anchor.
//
// Here: how what others plan changes timers. check_timers.h looks at what is due, alarm.h knows when that is.
#pragma once
#include <span>

#include "commit/committer.h"

namespace beckon::delayed {

// Committing thread, all of them: planned into the draft of what causes it.

// Signals were stored in a session, which is `session` now: sets, moves and cancels timers, and withdraws what has lost
// its reason.
void signals_came(commit::Draft& draft, const ledger::SessionPtr& session, std::span<const ledger::Signal> signals);

// The same for signals of the past: they cause no message, so they set no timer.
void signals_imported(commit::Draft& draft, const ledger::SessionPtr& session, std::span<const ledger::Signal> signals);

// Once all works of a commit are planned: sessions joined their visitors or left them (Draft::moves), or ids did
// (Draft::regroups), and rules of scope visitor see others than before. Add it to the committer before all other
// maintenance.
class VisitorTimers final : public commit::Maintenance {
 public:
  void plan(commit::Draft& draft) override;
};

// The rules of a handle change, as the draft has been given them (Draft::put): what is no longer live loses its timers
// and its pending deliveries, and what has changed is looked at again.
void rules_changed(commit::Draft& draft, const Handle& handle, const rules::RuleSet& before,
                   const rules::RuleSet& after);

}  // namespace beckon::delayed
