#include "delayed/wait.h"

#include <algorithm>

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
  if (visitor) sight.sessions = sight.known.seen;
  if (sight.sessions.empty()) sight.sessions.push_back(session);
  return sight;
}

Result<Sight> sight_of(commit::Draft& draft, const SessionPtr& session, bool visitor, decision::Wanted wanted) {
  return sight_of([&draft](const auto&... of) { return draft.find(of...); }, draft.places().sessions, session, visitor,
                  wanted, draft.now());
}

std::optional<Wait> wait_of(commit::Draft& draft, const commit::Tenant& tenant, const Delayed& delayed,
                            const Sight& sight) {
  return wait_of(tenant, delayed, sight, draft.now(), [&](const ledger::Session& session, std::uint64_t version) {
    return session.done_anchor(delayed.rule) == version;
  });
}

std::optional<Wait> wait_of(const commit::Tenant& tenant, const Delayed& delayed, const Sight& sight, Instant now,
                            const IsDone& is_done) {
  const auto anchor = [&](const ledger::Window& window) {
    return tenant.rules->anchor(delayed, window, now, tenant.settings.retention);
  };
  const auto found = anchor(sight.window());
  if (!found || found->received < delayed.live_since) return std::nullopt;
  const bool overdue = found->due <= found->received;
  const Instant due = overdue ? found->received + tenant.settings.due_grace : found->due;
  // Versions are of a session: where several are seen, the anchor is in the newest that has it.
  for (auto session = sight.sessions.rbegin(); session != sight.sessions.rend(); ++session) {
    const std::optional<Anchor> own = sight.sessions.size() == 1 ? found : anchor((*session)->window);
    if (!own || own->at != found->at || own->version != found->version || own->place != found->place) continue;
    if (is_done(**session, found->version)) return std::nullopt;
    return Wait{*found, due, *session};
  }
  return std::nullopt;
}

void set_timer(commit::Draft& draft, const commit::Tenant& tenant, const Delayed& delayed, const Sight& sight,
               Cause cause) {
  const auto wait = wait_of(draft, tenant, delayed, sight);
  for (const SessionPtr& session : sight.sessions) {
    commit::TimerChange change{.handle = tenant.handle, .session = session->id, .rule = RuleId{delayed.rule}};
    if (wait && wait->session == session) {
      if (cause == Cause::kCompany && wait->due <= draft.now()) continue;
      change.due_at = wait->due;
      change.anchor = wait->anchor.version;
    }
    draft.set_timer(std::move(change));
  }
}

}  // namespace beckon::delayed
