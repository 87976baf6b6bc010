// Plays groups of sessions against both sets of rules. Several lanes run side by side; a group is in one of them.
#pragma once
#include <atomic>
#include <optional>
#include <unordered_set>
#include <vector>

#include "hindsight/differences.h"
#include "hindsight/stretch.h"
#include "hindsight/what_if_report.h"

namespace beckon::hindsight {

// Confined to one thread at a time. What it is given outlives it.
class Lane {
 public:
  // `tried`, `live`: the handle with these rules.
  Lane(const commit::Sessions& digests, const WhatIfRequest& request, commit::TenantPtr tried, commit::TenantPtr live);

  // Plays the groups of lane `number`; stretches are played in the journal's order. Ends early if `cancelled`.
  void play(const Stretch& stretch, const Groups& groups, std::size_t number, const std::atomic<bool>& cancelled);
  // After the last stretch: fires what is due in the rest of the span.
  void finish(const Groups& groups, std::uint64_t last_step);

  std::size_t bytes() const { return then_.bytes(); }
  void forget_expired(Instant now) { then_.forget_expired(now); }
  // The other lane takes over a session or own record. Not while one of them plays.
  void give(const ledger::SessionDigest& digest, Lane& to);

  void add(Lane& more);  // takes its results over
  WhatIf result();       // once

 private:
  // Stored signals, until their consequences (a visitor's record) are played too.
  struct Pending {
    ledger::SessionDigest digest;
    std::uint64_t step = 0;
    Instant at{};
    std::vector<const rules::Delayed*> tried, live;
    std::vector<const WhatIfRequest::Ask*> asks;
  };

  void enter(const Groups& groups, const ledger::SessionDigest& digest);
  void enter_rest();
  void leave();
  void rewind();
  void advance(const Stretch& stretch, std::uint64_t to);
  void settle();
  void settle_last(const Groups& groups);  // of the stretch before
  void fire(std::uint64_t step, Instant until);

  void see(const Stretch::Entry& entry, const ledger::Record& record);
  void take(const Stretch::Entry& entry, const ledger::AppendRecord& append);
  void take(const Stretch::Entry& entry, const ledger::FilledRecord& filled);
  void take(const Stretch::Entry& entry, const ledger::DecisionRecord& decision);
  void take(const Stretch::Entry& entry, const ledger::VisitorRecord& visit);
  void take(const Stretch::Entry& entry, const ledger::IdentityRecord& identity);
  void take(const Stretch::Entry& entry, const ledger::MarkRecord& reaction);
  void is_within(const ledger::SessionDigest& digest);
  void ask(const ledger::SessionDigest& digest, const ledger::DecisionRecord& decision);
  void ask(const WhatIfRequest::Ask& ask, const ledger::SessionPtr& session, const Pending& came);
  void ask(const AskedAt& asked);

  const WhatIfRequest& request_;
  // If the tried rules read keys that the live ones do not: signals with them are read from the start.
  std::shared_ptr<const rules::RuleSet> reads_more_;
  Playback then_;
  Trial tried_, live_;
  std::optional<Pending> pending_;
  std::uint64_t next_step_ = 0;  // of the group that is played: timers that are set now fire then, or later
  PlayedAt when_;                // likewise
  std::vector<ledger::SessionDigest> members_;
  Differences differences_;
  AskedTriggers asked_;
  std::unordered_set<ledger::SessionDigest> within_;  // sessions with a signal or a decision in the span
  std::optional<ledger::SessionDigest> latest_within_;
  WhatIf result_;
};

}  // namespace beckon::hindsight
