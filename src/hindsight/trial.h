// One set of rules in simulated time: it is asked, its delayed rules fire, and it spends, all in counts of its own.
// Confined to one simulation.
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

// What a rule came to.
struct RuleCount {
  std::int64_t acted = 0, suppressed = 0, held_out = 0;
  std::map<std::string, std::int64_t, std::less<>> variants;  // of those in which it acted
  std::unordered_set<ledger::SessionDigest> sessions;         // in which it acted or held out
};

using RuleCounts = std::map<std::string, RuleCount, std::less<>>;

// A moment of asking.
struct AskedAt {
  const decision::Known& known;  // its session alone: what rules read beyond it is gathered here
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
  // `then`: the sessions of simulated time, which outlive the trial.
  Trial(commit::TenantPtr tenant, const Playback& then) : tenant_(std::move(tenant)), then_(then) {}

  rules::Verdict ask(const AskedAt& asked);

  // Delayed rules that a signal feeds, to be looked at by `wait` once the whole commit is there.
  std::vector<const rules::Delayed*> fed_by(std::span<const ledger::Signal> signals) const;
  void wait(const ledger::SessionPtr& session, std::span<const rules::Delayed* const> fed, Instant now);
  // A session joined its visitor: rules of scope visitor see others than before.
  void joined(const ledger::SessionPtr& session, const ledger::SessionDigest& digest, const ledger::SessionDigest& own,
              Instant now);
  // Ids joined a visitor or left one, whose name this is, or was.
  void regrouped(const VisitorId& id, Instant now);
  // What stands among the spends of the session and its visitor from now on.
  void keep(const ledger::Spend& spend, const VisitorId& visitor, const ledger::SessionDigest& digest);
  void left(const ledger::SessionDigest& own, std::uint64_t session);  // SessionDigest::low, as spends have it
  void forget(const ledger::SessionDigest& digest);

  // Fires what is due up to `until`, in the order of time.
  void fire(Instant until, const std::function<void(const FiredAt&)>& fired);

  // By rule; of every rule that came to anything.
  const RuleCounts& counts() const { return counts_; }

 private:
  using Place =
      std::tuple<ledger::SessionDigest, std::uint32_t, std::uint64_t>;  // a session, Delayed::index, Wait::same
  struct Timer {
    Instant at{};
    bool put_off = false;  // to the opening of closed hours
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
      spends_;                           // of sessions, and of visitors' own records
  std::map<Place, std::uint64_t> done_;  // version of the anchor that is done
  std::map<Place, Timer> timers_;
  std::set<std::pair<Instant, Place>> queue_;  // of the timers
  std::vector<ledger::Spend> both_;            // a visitor's and a session's, while it is asked
  RuleCounts counts_;
};

}  // namespace beckon::hindsight
