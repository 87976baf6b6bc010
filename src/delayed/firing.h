// A timer that is due, and what is written of it. Committing thread; confined to one plan.
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
  const Sight sight;  // from the session of the anchor; judged for the anchor's value
  const rules::Anchor anchor;
  const Instant due_at;  // when it should have fired: at the anchor's instant, or where closed hours put it off to

  const ledger::Session& session() const { return *sight.known.session; }
  rules::Facts facts(Instant now) const;
  Instant valid_until() const { return due_at + delayed.ttl; }
};

// A verdict as it is published and recorded: of a shadow rule, as the runner-up of a decision for nothing.
rules::Verdict as_told(const rules::Delayed& delayed, const rules::Verdict& verdict);

// What was judged of it now.
decision::Envelope envelope_of(const Firing& firing, const rules::Verdict& verdict);

// The decision is recorded, and what it took is spent. The session as it is then.
Result<ledger::SessionPtr> record(const Firing& firing, const decision::Envelope& envelope);

// The timer goes, and its anchor is done: it fires no more. `session` as it is by now.
void finish(const Firing& firing, ledger::SessionPtr session);

// chain.message.due: the envelope with its explanation, each delivery with its reason.
void add_due_event(const Firing& firing, const decision::Envelope& envelope);

}  // namespace beckon::delayed
