// Delayed rules need no request: the server evaluates them once the missed signal has been missing for long enough.
// rules.md, "absent" and "Late is wrong".
//
//   a signal fits `after` ──▶ timer ──▶ due ──▶ judged ──▶ act                  recorded, chain.message.due scheduled
//        (the anchor)           │        │         ├─────▶ holdout, suppressed  recorded
//                               │        │         └─────▶ does not match       nothing
//                               │        ├─ closed: the timer moves to the opening
//                               │        └─ overdue by more than the ttl: nothing
//                               └─ what was missed comes, consent is denied, the rule is no longer live: cancelled
//
// An anchor that is already due when it arrives waits HandleSettings::due_grace: more signals may follow at once.
//
// Whenever a timer ends without being canceled, its anchor is done and fires no more (ledger::DoneRecord). Deliveries
// carry their reason (rule, anchor); the commit that ends the reason, or starts a newer anchor, withdraws them.
//
// This file: how other plans change timers. check_timers.h handles due timers, alarm.h watches for them.
#pragma once
#include <span>

#include "commit/committer.h"

namespace beckon::delayed {

// Committing thread only: planned into the draft of the causing change.

// Signals were stored in a session, now `session`: sets, moves and cancels timers, and withdraws messages that have
// lost their reason.
void signals_came(commit::Draft& draft, const ledger::SessionPtr& session, std::span<const ledger::Signal> signals);

// The same for imported signals: they cause no message, so they set no timer.
void signals_imported(commit::Draft& draft, const ledger::SessionPtr& session, std::span<const ledger::Signal> signals);

// Runs once all works of a commit are planned: sessions joined or left their visitors (Draft::moves), or ids did
// (Draft::regroups), so that rules of scope visitor see other sessions. Add it to the committer before all other
// maintenance.
class VisitorTimers final : public commit::Maintenance {
 public:
  void plan(commit::Draft& draft) override;
};

// The rules of a handle changed in the draft (Draft::put): rules no longer live lose their timers and pending
// deliveries, and changed ones are checked again.
void rules_changed(commit::Draft& draft, const Handle& handle, const rules::RuleSet& before,
                   const rules::RuleSet& after);

}  // namespace beckon::delayed
