#include "delayed/check_timers.h"

#include <algorithm>

#include "delayed/firing.h"
#include "system/log.h"

namespace beckon::delayed {
namespace {

using rules::Delayed;
using rules::Hold;
using rules::Outcome;

// When the rule would have opened, had it been checked in time.
std::optional<Instant> was_put_off(const Firing& firing) {
  const auto then = firing.tenant->rules->judge_due(firing.delayed, firing.facts(firing.due_at));
  if (then.hold != Hold::kClosed || then.opens_at == Instant::max()) return std::nullopt;
  return then.opens_at;
}

void log_expired(const Firing& firing) {
  log::warn("due_expired")
      .add("handle", firing.timer.handle.view())
      .add("rule", firing.timer.rule.view())
      .add("lateMs", (firing.draft.now() - firing.due_at).count());
}

}  // namespace

void CheckTimers::plan(commit::Draft& draft) {
  for (const Timer& timer : timers_) {
    switch (look(draft, timer)) {
      case End::kKept:
      case End::kNotDue:
      case End::kPutOff: break;
      case End::kExpired: ++expired_; break;
      case End::kOwed: ++owed_; [[fallthrough]];
      case End::kJudged: ++fired_; break;
    }
  }
}

CheckTimers::End CheckTimers::look(commit::Draft& draft, const Timer& timer) {
  const auto tenant = draft.places().tenants.find(timer.handle.view());
  const Delayed* delayed = tenant ? find_delayed(*(*tenant)->rules, timer.rule.view()) : nullptr;
  if (!delayed) return cancel(draft, timer);
  const auto digest = draft.places().sessions.digest(timer.handle.view(), timer.session.view());
  const auto session = draft.find(timer.handle, timer.session, digest);
  if (!session) return keep(session.error());
  if (!*session) return cancel(draft, timer);

  auto sight = sight_of(draft, *session, delayed->visitor, decision::wanted_when_due(*(*tenant)->rules));
  if (!sight) return keep(sight.error());
  const auto wait = wait_for(waits_of(draft, **tenant, *delayed, *sight), timer.same);
  if (!wait || wait->session != *session || wait->due > draft.now()) {
    cancel(draft, timer);
    set_timers(draft, **tenant, *delayed, *sight, Cause::kSignals);
    return End::kNotDue;
  }
  Instant due_at = wait->anchor.due;
  if (timer.anchor == wait->anchor.version && timer.due_at > wait->due) due_at = timer.due_at;  // it was put off
  sight->known.tells_sensitive = true;  // a message goes to the operator's own receivers
  sight->known.same = wait->anchor.same;
  return fire({draft, timer, *tenant, *delayed, std::move(*sight), wait->anchor, due_at});
}

CheckTimers::End CheckTimers::fire(const Firing& firing) {
  commit::Draft& draft = firing.draft;
  if (draft.now() >= firing.valid_until()) {
    const auto opened = was_put_off(firing);
    if (opened && *opened + firing.delayed.ttl > draft.now()) return put_off(draft, firing.timer, *opened);
    log_expired(firing);
    delayed::finish(firing, firing.sight.known.session);
    return End::kExpired;
  }
  const auto due = firing.tenant->rules->judge_due(firing.delayed, firing.facts(draft.now()));
  if (due.hold == Hold::kClosed && due.opens_at != Instant::max())
    return put_off(draft, firing.timer, std::max(due.opens_at, draft.now() + Duration{1}));
  if (due.verdict.outcome == Outcome::kNone) {
    delayed::finish(firing, firing.sight.known.session);
    return End::kJudged;
  }
  const decision::Envelope envelope = envelope_of(firing, due.verdict);
  auto session = record(firing, envelope);
  if (!session) return keep(session.error());
  delayed::finish(firing, std::move(*session));
  if (envelope.verdict.outcome != Outcome::kAct) return End::kJudged;
  add_due_event(firing, envelope);
  return End::kOwed;
}

CheckTimers::End CheckTimers::put_off(commit::Draft& draft, const Timer& timer, Instant to) {
  draft.set_timer({timer.handle, timer.session, timer.rule, to, timer.anchor, timer.same});
  return End::kPutOff;
}

CheckTimers::End CheckTimers::cancel(commit::Draft& draft, const Timer& timer) {
  draft.set_timer({.handle = timer.handle, .session = timer.session, .rule = timer.rule, .same = timer.same});
  return End::kNotDue;
}

CheckTimers::End CheckTimers::keep(const Fault& fault) {
  fault_ = fault;
  return End::kKept;
}

void CheckTimers::finish(const std::optional<Fault>& fault) {
  if (!fault) {
    counts_.fired.fetch_add(fired_, std::memory_order_relaxed);
    counts_.owed.fetch_add(owed_, std::memory_order_relaxed);
    counts_.expired.fetch_add(expired_, std::memory_order_relaxed);
  }
  done_(fault ? fault : fault_);
}

}  // namespace beckon::delayed
