#include "delayed/wait.h"

#include <algorithm>

#include "rules/language/same.h"

namespace beckon::delayed {

using ledger::SessionPtr;
using rules::Anchor;
using rules::Delayed;

const Delayed* find_delayed(const rules::RuleSet& rules, std::string_view rule) {
  const auto all = rules.delayed();
  const auto found = std::ranges::find(all, rule, &Delayed::rule);
  return found == all.end() ? nullptr : &*found;
}

Result<Sight> sight_of(const decision::FindSession& find, const commit::Sessions& digests, const SessionPtr& session,
                       bool visitor, decision::Wanted wanted, Instant now) {
  Sight sight{.known = {.session = session}};
  wanted.visitor = wanted.visitor || visitor;
  const auto digest = digests.digest(session->handle.view(), session->id.view());
  if (const auto found = gather(find, digests, session->handle, digest, wanted, now, sight.known); !found)
    return unexpected(found.error());
  if (visitor) sight.sessions = sight.known.merged.sessions;
  if (sight.sessions.empty()) sight.sessions.push_back(session);
  return sight;
}

Result<Sight> sight_of(commit::Draft& draft, const SessionPtr& session, bool visitor, decision::Wanted wanted) {
  return sight_of([&draft](const auto&... of) { return draft.find(of...); }, draft.places().sessions, session, visitor,
                  wanted, draft.now());
}

std::uint64_t same_of(const Anchor& anchor) { return anchor.same.empty() ? 0 : rules::same_key(anchor.same); }

std::vector<Wait> waits_of(commit::Draft& draft, const commit::Tenant& tenant, const Delayed& delayed,
                           const Sight& sight) {
  return waits_of(tenant, delayed, sight, draft.now(), [&](const ledger::Session& session, const Anchor& anchor) {
    return session.is_done(delayed.rule, anchor.version);
  });
}

bool has(const ledger::Window& window, const Anchor& anchor) {
  for (std::size_t i = window.size(); i-- > 0 && window.at(i) >= anchor.at;) {
    if (window.at(i) != anchor.at) continue;
    const ledger::Signal signal = window[i];
    if (signal.version == anchor.version && signal.place == anchor.place) return true;
  }
  return false;
}

std::vector<Wait> waits_of(const commit::Tenant& tenant, const Delayed& delayed, const Sight& sight, Instant now,
                           const IsDone& is_done) {
  std::vector<Wait> waits;
  for (Anchor& anchor : tenant.rules->anchors(delayed, sight.window(), now, tenant.settings.retention)) {
    if (anchor.received < delayed.live_since) continue;
    // Versions count within a session: if several are visible, the anchor is in the newest that has it.
    const auto where = std::find_if(sight.sessions.rbegin(), sight.sessions.rend(),
                                    [&](const SessionPtr& session) { return has(session->window, anchor); });
    if (where == sight.sessions.rend() || is_done(**where, anchor)) continue;
    const bool overdue = anchor.due <= anchor.received;
    const Instant due = overdue ? anchor.received + tenant.settings.due_grace : anchor.due;
    waits.push_back({std::move(anchor), due, *where});
  }
  return waits;
}

std::optional<Wait> wait_for(std::vector<Wait> waits, std::uint64_t same) {
  const auto found = std::ranges::find(waits, same, &Wait::same);
  return found == waits.end() ? std::nullopt : std::optional(std::move(*found));
}

void set_timers(commit::Draft& draft, const commit::Tenant& tenant, const Delayed& delayed, const Sight& sight,
                Cause cause, std::span<const ledger::Signal> came) {
  const std::vector<Wait> waits = waits_of(draft, tenant, delayed, sight);
  if (!delayed.by_value) {
    for (const SessionPtr& session : sight.sessions) {
      commit::TimerChange change{.handle = tenant.handle, .session = session->id, .rule = RuleId{delayed.rule}};
      if (!waits.empty() && waits.front().session == session) {
        if (cause == Cause::kCompany && waits.front().due <= draft.now()) continue;
        change.due_at = waits.front().due;
        change.anchor = waits.front().anchor.version;
      }
      draft.set_timer(std::move(change));
    }
    return;
  }
  std::vector<std::string> renewed;
  for (const ledger::Signal& signal : came) renewed.push_back(tenant.rules->value_of(delayed, signal));
  const auto how = [&](const Wait& wait) {
    const bool is_over = wait.due <= draft.now();
    if (cause == Cause::kCompany && is_over) return commit::TimersOfValues::How::kOnlyKept;
    const bool is_other = std::ranges::find(renewed, wait.anchor.same) == renewed.end();
    return cause == Cause::kSignals && is_other ? commit::TimersOfValues::How::kElseKept
                                                : commit::TimersOfValues::How::kSet;
  };
  for (const SessionPtr& session : sight.sessions) {
    commit::TimersOfValues change{tenant.handle, session->id, RuleId{delayed.rule}, {}};
    for (const Wait& wait : waits) {
      if (wait.session != session) continue;
      change.all.push_back({wait.same(), wait.due, wait.anchor.version, how(wait)});
    }
    draft.set_timers(std::move(change));
  }
}

}  // namespace beckon::delayed
