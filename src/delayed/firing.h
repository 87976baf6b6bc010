// A due timer, and what is written for it. Committing thread; confined to one plan.
#pragma once
#include "decision/envelope.h"
#include "delayed/timers.h"
#include "delayed/wait.h"

namespace beckon::delayed {

struct Firing {
  commit::Draft& draft;
  const Timer& timer;
  const commit::TenantPtr tenant;
  const rules::Delayed& delayed;
  const Sight sight;  // from the anchor's session; evaluated for the anchor's value
  const rules::Anchor anchor;
  const Instant due_at;  // when it should have fired: the anchor's instant, or the opening it was moved to

  const ledger::Session& session() const { return *sight.known.session; }
  rules::Facts facts(Instant now) const;
  Instant valid_until() const { return due_at + delayed.ttl; }
};

// A verdict as published and recorded: of a shadow rule, as the runner-up of a decision with outcome none.
rules::Verdict as_told(const rules::Delayed& delayed, const rules::Verdict& verdict);

// The result of evaluating it now.
decision::Envelope envelope_of(const Firing& firing, const rules::Verdict& verdict);

// Records the decision and its exposures. Returns the session after it.
Result<ledger::SessionPtr> record(const Firing& firing, const decision::Envelope& envelope);

// Removes the timer and marks its anchor as done: it does not fire again. `session` is the current one.
void finish(const Firing& firing, ledger::SessionPtr session);

// Publishes chain.message.due: the envelope with its explanation, each delivery with its reason.
void add_due_event(const Firing& firing, const decision::Envelope& envelope);

}  // namespace beckon::delayed
