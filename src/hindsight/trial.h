// One set of rules in simulated time: it decides, its delayed rules fire, and its exposures are its own. Confined to
// one simulation.
#pragma once
#include <functional>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "delayed/wait.h"
#include "hindsight/playback.h"

namespace beckon::hindsight {

// The results of a rule.
struct RuleCount {
  std::int64_t acted = 0, suppressed = 0, held_out = 0;
  std::map<std::string, std::int64_t, std::less<>> variants;  // of the times it acted
  std::unordered_set<ledger::SessionDigest> sessions;         // in which it acted
};

using RuleCounts = std::map<std::string, RuleCount, std::less<>>;
void add(RuleCounts& all, RuleCounts more);

// A decision request.
struct AskedAt {
  const decision::Known& known;  // only its session: data that rules read beyond it is gathered here
  const SessionId& id;
  const ledger::SessionDigest& digest;
  const ledger::Context& context;
  std::string_view trigger;
  Instant at{}, spent_at{};
};

// A delayed rule has fired.
struct FiredAt {
  const rules::Delayed& delayed;
  const ledger::Session& session;
  const ledger::SessionDigest& digest;
  std::uint64_t anchor = 0;
  const rules::Verdict& verdict;
  Instant at{};
};

class Trial {
 public:
  // `then`: the sessions at simulated time; outlives the trial.
  Trial(commit::TenantPtr tenant, const Playback& then) : tenant_(std::move(tenant)), then_(then) {}

  rules::Verdict ask(const AskedAt& asked);

  // Delayed rules that a signal feeds; pass them to `wait` once the whole commit is applied.
  std::vector<const rules::Delayed*> fed_by(std::span<const ledger::Signal> signals) const;
  void wait(const ledger::SessionPtr& session, std::span<const rules::Delayed* const> fed, Instant now);
  // A session joined its visitor: rules of scope visitor see other sessions than before.
  void joined(const ledger::SessionPtr& session, const ledger::SessionDigest& digest, const ledger::SessionDigest& own,
              Instant now);
  // Ids joined or left a visitor; `id` is, or was, the visitor's name.
  void regrouped(const VisitorId& id, Instant now);
  // Adds an exposure to the session and its visitor.
  void keep(const ledger::Spend& spend, const VisitorId& visitor, const ledger::SessionDigest& digest);
  void left(const ledger::SessionDigest& own, std::uint64_t session);  // SessionDigest::low, as in exposures
  void forget(const ledger::SessionDigest& digest);

  // Timers fire while their sessions are played: from enter() to leave(). Between rewind() and the next one, each
  // timer is entered once, with its session or at last with all that are left.
  void enter(std::span<const ledger::SessionDigest> sessions);
  void enter_rest() { queue_.swap(waiting_); }
  void leave() { played_.merge(queue_); }
  void rewind();

  // Of the timers that were entered: when the first is due; Instant::max() if there is none.
  Instant due() const { return queue_.empty() ? Instant::max() : queue_.begin()->first; }
  bool has_timers() const { return !timers_.empty(); }
  // Fires what is due up to `until`, in order of time.
  void fire(Instant until, const std::function<void(const FiredAt&)>& fired);

  // The other trial takes over all that it has of the session or own record, except counts.
  void give(const ledger::SessionDigest& digest, Trial& to);

  // By rule; only rules with any result.
  RuleCounts& counts() { return counts_; }

 private:
  using Place = std::tuple<ledger::SessionDigest, std::uint32_t, std::uint64_t>;  // session, Delayed::index, Wait::same
  struct Timer {
    Instant at{};
    bool put_off = false;  // to the next opening
  };

  rules::Facts facts(const decision::Known& known, const AskedAt& asked);
  const std::vector<ledger::Spend>& spends_of(const ledger::SessionDigest& digest) const;
  void spend(const rules::Verdict& verdict, const VisitorId& visitor, const ledger::SessionDigest& digest, Instant at);
  void count(const rules::Verdict& verdict, const ledger::SessionDigest& digest);
  std::vector<delayed::Wait> waits_of(const rules::Delayed& delayed, const delayed::Sight& sight, Instant now) const;
  void set(const Place& place, std::optional<Timer> timer);
  void look(const rules::Delayed& delayed, const delayed::Sight& sight, delayed::Cause cause, Instant now);
  void fire(const Place& place, const Timer& timer, const std::function<void(const FiredAt&)>& fired);
  bool is_overdue(const rules::Delayed& delayed, const delayed::Sight& sight, Instant due, AskedAt asked);
  ledger::SessionDigest digest_of(const ledger::Session& session) const;

  const commit::TenantPtr tenant_;
  const Playback& then_;
  std::unordered_map<ledger::SessionDigest, std::vector<ledger::Spend>>
      spends_;                           // of sessions and of visitors' own records
  std::map<Place, std::uint64_t> done_;  // version of the anchor that is done
  std::map<Place, Timer> timers_;
  // The timers by time: those that were entered, those that were not, and those that were left.
  std::set<std::pair<Instant, Place>> queue_, waiting_, played_;
  std::vector<ledger::Spend> both_;  // a visitor's and a session's, during an evaluation
  RuleCounts counts_;
};

}  // namespace beckon::hindsight
