#include "delayed/timer_changes.h"

#include <algorithm>
#include <map>

#include "base/planted.h"
#include "commit/visitor.h"
#include "delayed/wait.h"
#include "rules/language/same.h"

namespace beckon::delayed {
namespace {

using ledger::SessionPtr;
using ledger::Signal;
using rules::Delayed;

// An unreadable session is left out: the timer is checked again when it is due.
Sight seen_from(commit::Draft& draft, const rules::RuleSet& rules, const SessionPtr& session, bool visitor) {
  auto sight = sight_of(draft, session, visitor, {.rules = &rules});
  if (sight) return std::move(*sight);
  commit::log_unreadable(session->handle, sight.error());
  return {.known = {.session = session}, .sessions = {session}};
}

// The newest signal of the kind ends the messages of earlier anchors: these were stored earlier, so none comes after
// it. For a rule with `same`, the newest of each value ends those of that value.
template <class IsOfTheKind>
void withdraw(commit::Draft& draft, const rules::RuleSet& rules, const Delayed& delayed, const Sight& sight,
              std::span<const Signal> signals, std::string_view why, IsOfTheKind is_of_the_kind) {
  if (delayed.shadow) return;
  std::map<std::string, const Signal*> newest;
  for (const Signal& signal : signals) {
    if (!is_of_the_kind(signal)) continue;
    const Signal*& came = newest[rules.value_of(delayed, signal)];
    if (!came || came->at <= signal.at) came = &signal;
  }
  if (newest.empty()) return;
  const auto words = [&](const Signal& came) {
    return std::string(why) + ": " + std::string(came.key) + " arrived at " + to_rfc3339(came.at);
  };
  for (const SessionPtr& session : sight.sessions) {
    commit::WithdrawReason ended{.handle = session->handle, .rule = RuleId{delayed.rule}, .session = session->id};
    for (const auto& [value, came] : newest) {
      if (delayed.by_value)
        ended.values.push_back({rules::same_key(value), came->at, words(*came)});
      else
        ended.anchor_until = came->at, ended.reason = words(*came);
    }
    draft.withdraw_reason(std::move(ended));
  }
}

// The signal that the rule missed has arrived.
void withdraw_untrue(commit::Draft& draft, const rules::RuleSet& rules, const Delayed& delayed, const Sight& sight,
                     std::span<const Signal> signals) {
  if (planted(Planted::kKeepUntrue)) return;
  withdraw(draft, rules, delayed, sight, signals, "the message is no longer true",
           [&](const Signal& signal) { return rules.ends(delayed, signal); });
}

// A newer anchor has arrived: the message will be about that one, after its own wait.
void withdraw_superseded(commit::Draft& draft, const rules::RuleSet& rules, const Delayed& delayed, const Sight& sight,
                         std::span<const Signal> signals) {
  withdraw(draft, rules, delayed, sight, signals, "superseded",
           [&](const Signal& signal) { return rules.feeds(delayed, signal) && !rules.ends(delayed, signal); });
}

// Sessions from which everything affected by the move can be seen: the moved one and, if it left, one of those that
// stay.
std::vector<SessionPtr> concerned(commit::Draft& draft, const commit::Draft::Move& move) {
  std::vector<SessionPtr> found;
  if (SessionPtr moved = draft.staged(move.session)) found.push_back(std::move(moved));
  const SessionPtr visitor = draft.staged(move.visitor);
  if (!visitor || visitor->sessions.empty() || (!found.empty() && !found[0]->visitor.empty())) return found;
  const ledger::Joined& newest = visitor->sessions.back();
  if (auto stays = draft.find(move.handle, newest.id, newest.digest).value_or(nullptr))
    found.push_back(std::move(stays));
  return found;
}

// For a rule that acted in several of the sessions recently enough that its messages may be pending, when two visitors
// turn out to be one.
void withdraw_joined(commit::Draft& draft, const Delayed& delayed, const Sight& sight) {
  if (delayed.shadow) return;
  const auto may_be_pending = [&](const ledger::PastDecision& past) {
    return past.trigger == kDueTrigger && past.rule == delayed.rule && past.outcome == "act" &&
           past.at + delayed.ttl > draft.now();
  };
  commit::WithdrawJoined joined{.handle = sight.known.session->handle, .rule = RuleId{delayed.rule}, .sessions = {}};
  for (const SessionPtr& session : sight.sessions)
    if (!session->done.empty() && std::ranges::any_of(ledger::past_decisions(session->decisions), may_be_pending))
      joined.sessions.push_back(session->id);
  if (joined.sessions.size() > 1) draft.withdraw_joined(std::move(joined));
}

// The visible sessions have changed: timers move, a message ends if the missed signal is in the other sessions, and of
// several identical messages to one visitor one stays.
void look_again(commit::Draft& draft, const commit::Tenant& tenant, const SessionPtr& session) {
  const rules::RuleSet& rules = *tenant.rules;
  const Sight sight = seen_from(draft, rules, session, true);
  std::vector<Signal> signals;
  for (std::size_t i = 0; i < sight.window().size(); ++i) signals.push_back(sight.window()[i]);
  for (const Delayed& delayed : rules.delayed()) {
    if (!delayed.visitor) continue;
    set_timers(draft, tenant, delayed, sight, Cause::kCompany);
    withdraw_untrue(draft, rules, delayed, sight, signals);
    withdraw_joined(draft, delayed, sight);
  }
}

// The visitor's time zone has changed: what waits for an opening is checked again.
void look_at_clock(commit::Draft& draft, const Handle& handle, const VisitorId& id) {
  const auto tenant = draft.places().tenants.find(handle.view());
  if (!tenant || std::ranges::none_of((*tenant)->rules->delayed(), &Delayed::local)) return;
  const auto sessions = commit::reader_of(draft, handle, draft.now()).sessions(id);
  if (!sessions) return commit::log_unreadable(handle, sessions.error());
  for (const Delayed& delayed : (*tenant)->rules->delayed()) {
    if (!delayed.local) continue;
    for (const SessionPtr& session : *sessions) {
      set_timers(draft, **tenant, delayed, seen_from(draft, *(*tenant)->rules, session, delayed.visitor),
                 Cause::kClock);
      if (delayed.visitor) break;  // they are all visible from the first
    }
  }
}

}  // namespace

// Uses the current rules, not those at the arrival of the signals: these may have been paused since.
void signals_came(commit::Draft& draft, const SessionPtr& session, std::span<const Signal> signals) {
  const commit::TenantPtr tenant = draft.tenant(session->handle.view());
  if (!tenant || !tenant->admitted) return;
  const rules::RuleSet& rules = *tenant->rules;
  for (const Delayed& delayed : rules.delayed()) {
    if (std::ranges::none_of(signals, [&](const Signal& signal) { return rules.feeds(delayed, signal); })) continue;
    const Sight sight = seen_from(draft, rules, session, delayed.visitor);
    set_timers(draft, *tenant, delayed, sight, Cause::kSignals, signals);
    withdraw_untrue(draft, rules, delayed, sight, signals);
    withdraw_superseded(draft, rules, delayed, sight, signals);
  }
}

void signals_imported(commit::Draft& draft, const SessionPtr& session, std::span<const Signal> signals) {
  const auto tenant = draft.places().tenants.find(session->handle.view());
  if (!tenant) return;
  const rules::RuleSet& rules = *(*tenant)->rules;
  for (const Delayed& delayed : rules.delayed())
    if (std::ranges::any_of(signals, [&](const Signal& signal) { return rules.ends(delayed, signal); }))
      withdraw_untrue(draft, rules, delayed, seen_from(draft, rules, session, delayed.visitor), signals);
}

void VisitorTimers::plan(commit::Draft& draft) {
  const auto look = [&](const Handle& handle, auto&& sessions) {
    const auto tenant = draft.places().tenants.find(handle.view());
    if (!tenant || std::ranges::none_of((*tenant)->rules->delayed(), &Delayed::visitor)) return;
    for (const SessionPtr& session : sessions()) look_again(draft, **tenant, session);
  };
  for (const commit::Draft::Move& move : draft.moves()) look(move.handle, [&] { return concerned(draft, move); });
  for (const auto& [handle, name] : draft.regroups())
    look(handle, [&] {
      const auto session = commit::reader_of(draft, handle, draft.now()).any_session(name).value_or(nullptr);
      return session ? std::vector{session} : std::vector<SessionPtr>{};
    });
  for (const auto& [handle, id] : draft.rezoned()) look_at_clock(draft, handle, id);
}

void rules_changed(commit::Draft& draft, const Handle& handle, const rules::RuleSet& before,
                   const rules::RuleSet& after) {
  auto puts = commit::changes_of<commit::RulePut>(draft.batch());
  for (const Delayed& was : before.delayed()) {
    const auto is_it = [&](const commit::RulePut& put) { return put.handle == handle && put.rule.view() == was.rule; };
    const auto put = std::ranges::find_if(puts, is_it);
    if (put == puts.end()) continue;
    const Delayed* now = find_delayed(after, was.rule);
    const bool goes_on = now && now->shadow == was.shadow && now->live_since == was.live_since;
    draft.set_timers_of_rule({handle, (*put).rule, goes_on ? std::optional(draft.now()) : std::nullopt});
    if (goes_on || was.shadow) continue;
    draft.withdraw_reason(
        commit::WithdrawReason{.handle = handle,
                               .rule = (*put).rule,
                               .reason = (*put).json.empty() ? "the rule was deleted" : "the rule is no longer live"});
  }
}

}  // namespace beckon::delayed
