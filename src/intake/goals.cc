#include "intake/goals.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "commit/visitor.h"
#include "intake/goal_fold.h"
#include "intake/mixed_arms.h"
#include "ledger/codec.h"

namespace beckon::intake {
namespace {

using ledger::PastDecision;
using ledger::Session;
using ledger::SessionDigest;
using ledger::SessionPtr;
using ledger::Signal;
using ledger::Window;

constexpr std::string_view kShownKey = "decision.shown";

// A session before and after the commit, and the parts of it that goals consider.
struct Both {
  SessionPtr before, after;                         // null if it did not exist yet, or was deleted
  std::vector<std::pair<Decided, bool>> decisions;  // with whether it was there before
  std::vector<std::pair<Signal, bool>> signals;
};

// One side of the commit: the sessions and ids as of then.
class View {
 public:
  View(commit::FindSession find, const commit::Sessions& digests, const Handle& handle, Instant now)
      : find_(find), reader_(std::move(find), digests, handle, now), handle_(handle), now_(now) {}

  Result<SessionPtr> session(const SessionId& id, const SessionDigest& digest) const {
    auto found = find_(handle_, id, digest);
    if (found && *found && (*found)->expires_at <= now_) return SessionPtr{};
    return found;
  }
  Result<std::vector<SessionPtr>> records(const VisitorId& id) const { return reader_.records(id); }

  // The session's visitor; a session without one counts as a visitor of its own.
  Result<std::string> party(const Session& session) {
    if (session.visitor.empty()) return std::string(session.id.view());
    std::string& name = names_[session.visitor.text];
    if (!name.empty()) return name;
    const auto found = reader_.name(session.visitor);
    if (!found) return unexpected(found.error());
    return name = std::string{ledger::kVisitorMark} + found->text;  // which no session id starts with
  }

 private:
  commit::FindSession find_;
  commit::VisitorReader reader_;
  const Handle& handle_;
  const Instant now_;
  std::unordered_map<std::string, std::string> names_;
};

// The changes by one commit to the counts of a handle's visitors.
class Recount {
 public:
  Recount(commit::Draft& draft, const commit::Tenant& tenant)
      : draft_(draft),
        tenant_(tenant),
        sessions_(draft.places().sessions),
        before_([this](const auto&... of) { return sessions_.find(of...); }, sessions_, tenant.handle, draft.now()),
        after_([this](const auto&... of) { return draft_.find(of...); }, sessions_, tenant.handle, draft.now()) {}

  std::optional<Fault> add(const SessionPtr& session, const SessionDigest& digest) { return see(session->id, digest); }
  void add(const VisitorId& id) { ids_.push_back(id); }
  void joins() { joins_ = true; }

  std::optional<Fault> count() {
    if (auto fault = gather()) return fault;
    GoalChanges changes;
    if (auto fault = fold(changes)) return fault;
    if (joins_ && tenant_.rules->has_sticky())
      for (const bool behind : {false, true})
        for (const auto& [name, records] : groups_[behind])
          fold_mixed(tenant_, records, behind ? 1 : -1, changes.tallies);
    for (const auto& [key, counts] : changes.tallies)
      for (std::size_t metric = 0; metric < counts.size(); ++metric)
        if (counts[metric] != 0) draft_.count(key, static_cast<commit::Metric>(metric), counts[metric]);
    for (auto& [key, counts] : changes.goals) {
      std::erase_if(counts.revenue, [](const auto& one) { return one.second == commit::Revenue{}; });
      std::erase_if(counts.times, [](const auto& one) { return one.second == 0; });
      if (!counts.revenue.empty() || !counts.times.empty()) draft_.count(key, counts);
    }
    return std::nullopt;
  }

 private:
  std::optional<Fault> fold(GoalChanges& changes) {
    if (std::ranges::none_of(seen_, [](const auto& one) { return one.second.after->decisions.count > 0; }))
      return std::nullopt;
    std::map<std::string, GoalFacts> before, after;
    for (auto& [digest, both] : seen_) {
      read(both);
      auto now = after_.party(*both.after);
      if (!now) return now.error();
      lay(both, false, after[*now]);
      if (!both.before) continue;
      auto then = before_.party(*both.before);
      if (!then) return then.error();
      lay(both, true, before[*then]);
    }
    for (const bool behind : {false, true})
      for (auto& [name, facts] : behind ? after : before) {
        if (name.starts_with(ledger::kVisitorMark)) facts.ids.push_back(std::string_view(name).substr(1));
        for (const SessionPtr& record : groups_[behind][name]) {
          facts.ids.push_back(commit::id_of(*record));
          facts.exposures.emplace_back(record->spends);
        }
        fold_goals(tenant_, std::move(facts), draft_.now(), behind ? 1 : -1, changes);
      }
    return std::nullopt;
  }

  // A session that was deleted, or whose visitor was forgotten, subtracts nothing: counts identify no one.
  std::optional<Fault> see(const SessionId& id, const SessionDigest& digest) {
    if (seen_.contains(digest) || gone_.contains(digest)) return std::nullopt;
    auto before = before_.session(id, digest), after = after_.session(id, digest);
    if (!before) return before.error();
    if (!after) return after.error();
    if (!*after || (*before && !(*before)->visitor.empty() && (*after)->visitor.empty())) {
      gone_.insert(digest);
      return std::nullopt;
    }
    for (const SessionPtr& session : {*before, *after})
      if (session && !session->visitor.empty()) ids_.push_back(session->visitor);
    seen_.emplace(digest, Both{std::move(*before), std::move(*after), {}, {}});
    return std::nullopt;
  }

  // All sessions of every affected visitor, before and after the commit.
  std::optional<Fault> gather() {
    std::set<std::string> done[2];
    while (!ids_.empty()) {
      const VisitorId id = std::move(ids_.back());
      ids_.pop_back();
      for (View* view : {&before_, &after_}) {
        const bool behind = view == &after_;
        auto& known = done[behind];
        if (!known.insert(id.text).second) continue;
        auto records = view->records(id);
        if (!records) return records.error();
        std::vector<ledger::Joined> sessions;
        for (const SessionPtr& record : *records) {
          const VisitorId one{commit::id_of(*record)};
          if (known.insert(one.text).second) ids_.push_back(one);
          sessions.insert(sessions.end(), record->sessions.begin(), record->sessions.end());
        }
        std::ranges::stable_sort(sessions, std::ranges::greater{}, &ledger::Joined::at);
        if (sessions.size() > kSessionsOfGoals) sessions.resize(kSessionsOfGoals);
        for (const ledger::Joined& joined : sessions)
          if (auto fault = see(joined.id, joined.digest)) return fault;
        if (records->empty()) continue;
        const std::string_view name = commit::id_of(*records->front());
        groups_[behind].emplace(ledger::own_record(name).text, std::move(*records));
      }
    }
    return std::nullopt;
  }

  void read(Both& both) const {
    read_decisions(both);
    read_signals(both);
  }

  void read_decisions(Both& both) const {
    std::vector<PastDecision> then;
    if (both.before && both.before != both.after) then = ledger::past_decisions(both.before->decisions);
    const auto was_there = [&](const PastDecision& past) {
      return both.before == both.after || std::ranges::find(then, past.id, &PastDecision::id) != then.end();
    };
    const auto add = [&](PastDecision past, bool old) {
      const Instant at = past.shown ? shown_at(both, past) : past.at;
      both.decisions.emplace_back(Decided{std::move(past), at}, old);
    };
    std::vector<PastDecision> now = ledger::past_decisions(both.after->decisions);
    // Decisions that left the log in this commit are still considered.
    for (PastDecision& past : then)
      if (std::ranges::find(now, past.id, &PastDecision::id) == now.end()) add(past, true);
    for (PastDecision& past : now) {
      const bool old = was_there(past);
      add(std::move(past), old);
    }
  }

  // When the decision was shown, if that is still in the window.
  static Instant shown_at(const Both& both, const PastDecision& past) {
    std::uint64_t version = 0;
    Instant at = past.at;
    for (const SessionPtr& session : {both.before, both.after}) {
      if (!session) continue;
      const Window& window = session->window;
      for (std::size_t i = 0; i < window.size(); ++i) {
        if (window.key(i) != kShownKey) continue;
        const Signal signal = window[i];
        if (signal.value != past.id || (version != 0 && signal.version >= version)) continue;
        version = signal.version;
        at = signal.at;
      }
    }
    return at;
  }

  void read_signals(Both& both) const {
    const bool same = both.before == both.after;
    std::vector<std::uint64_t> now;  // versions
    const std::uint64_t version = both.before ? both.before->version : 0;
    for_each_of_goals(both.after->window, [&](const Signal& signal) {
      if (!same) now.push_back(signal.version);
      both.signals.emplace_back(signal, signal.version <= version);
    });
    if (same || !both.before) return;
    // Signals that left the window in this commit are still considered.
    std::ranges::sort(now);
    for_each_of_goals(both.before->window, [&](const Signal& signal) {
      if (!std::ranges::binary_search(now, signal.version)) both.signals.emplace_back(signal, true);
    });
  }

  template <class Take>
  void for_each_of_goals(const Window& window, Take take) const {
    for (std::size_t number = 0; number < window.key_count(); ++number) {
      const auto places = window.of_key(number);
      if (places.empty() || tenant_.rules->aims(window.key(places.front())).empty()) continue;
      for (const std::size_t i : places) take(window[i]);
    }
  }

  static void lay(const Both& both, bool only_old, GoalFacts& to) {
    for (const auto& [decision, old] : both.decisions)
      if (old || !only_old) to.decisions.push_back(&decision);
    for (const auto& [signal, old] : both.signals)
      if (old || !only_old) to.signals.push_back(&signal);
  }

  commit::Draft& draft_;
  const commit::Tenant& tenant_;
  commit::Sessions& sessions_;
  View before_, after_;
  std::map<SessionDigest, Both> seen_;
  std::set<SessionDigest> gone_;
  std::map<std::string, std::vector<SessionPtr>> groups_[2];  // own records by party, before and after the commit
  bool joins_ = false;
  std::vector<VisitorId> ids_;  // whose sessions are still to be read
};

// Whether counts can change when the session joins or leaves a visitor.
bool concerns_counts(const rules::RuleSet& rules, const Session& session) {
  if (session.decisions.count > 0) return true;
  const Window& window = session.window;
  for (std::size_t number = 0; number < window.key_count(); ++number)
    if (const auto places = window.of_key(number); !places.empty() && !rules.aims(window.key(places.front())).empty())
      return true;
  return false;
}

}  // namespace

void goals_may_count(commit::Draft& draft, const commit::Tenant& tenant, const SessionDigest& digest,
                     std::span<const Signal> signals) {
  if (!tenant.rules || !tenant.rules->has_goals()) return;
  if (std::ranges::any_of(signals, [&](const Signal& signal) {
        return signal.key == kShownKey || !tenant.rules->aims(signal.key).empty();
      }))
    draft.recount(tenant.handle, digest);
}

void GoalCounting::plan(commit::Draft& draft) {
  struct OfHandle {
    commit::TenantPtr tenant;  // null if none of its rules has a goal or sticky arms
    std::optional<Recount> recount;
  };
  std::map<std::string, OfHandle, std::less<>> handles;
  const auto of = [&](const Handle& handle) -> OfHandle& {
    const auto [place, is_new] = handles.try_emplace(handle.text);
    OfHandle& one = place->second;
    if (!is_new) return one;
    const auto tenant = draft.places().tenants.find(handle.view());
    if (tenant && (*tenant)->rules && ((*tenant)->rules->has_goals() || (*tenant)->rules->has_sticky())) {
      one.tenant = *tenant;
      one.recount.emplace(draft, *one.tenant);
    }
    return one;
  };
  const auto unreadable = [&](const Handle& handle, const std::optional<Fault>& fault) {
    if (fault) commit::log_unreadable(handle, *fault);
  };
  for (const auto& [handle, digest] : draft.recounts())
    if (OfHandle& one = of(handle); one.recount)
      if (const SessionPtr session = draft.staged(digest)) unreadable(handle, one.recount->add(session, digest));
  for (const auto& [handle, digest, visitor] : draft.moves())
    if (OfHandle& one = of(handle); one.recount)
      if (const SessionPtr session = draft.staged(digest); session && concerns_counts(*one.tenant->rules, *session)) {
        one.recount->joins();
        unreadable(handle, one.recount->add(session, digest));
      }
  for (const auto& [handle, name] : draft.regroups())
    if (OfHandle& one = of(handle); one.recount) {
      one.recount->joins();
      one.recount->add(name);
    }
  for (auto& [name, one] : handles)
    if (one.recount) unreadable(one.tenant->handle, one.recount->count());
}

}  // namespace beckon::intake
