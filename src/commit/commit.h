// The one port through which facts are written: a Batch is on disk whole, or not at all.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "base/audit.h"
#include "base/id.h"
#include "base/instant.h"
#include "commit/tally.h"
#include "ledger/ledger.h"
#include "outbox/delivery.h"
#include "outbox/replay.h"
#include "outbox/subscription.h"

namespace beckon::commit {

// A session's snapshot, written when it goes idle, leaves memory, or the journal's tail grows too long.
struct SnapshotWrite {
  Handle handle;
  SessionId session;
  VisitorId visitor;
  Instant created{};
  Instant last_received{};
  Instant expires_at{};
  std::uint64_t version = 0;
  std::string bytes;  // ledger/codec.h
};

// A session's data goes: its snapshot at once, its journal rows behind, the bodies of its deliveries too.
struct Erase {
  Handle handle;
  SessionId session;
  ledger::SessionDigest digest;
  std::optional<Instant> denied_until;  // remember the wish until then; nothing: merely erased
  std::string reason;                   // what its pending deliveries are withdrawn for: "consent denied", "erased"
  // How many of the batch's own events and deliveries were planned before it and go too. Those behind them, and a
  // snapshot of the batch, are of what came afterwards, and stay.
  std::size_t events = 0, deliveries = 0;
};

// Metadata and visitor leave what is stored of a session (consent basic): its journal rows are rewritten behind, and
// the session's pending deliveries go on.
struct Reduce {
  Handle handle;
  SessionId session;
  ledger::SessionDigest digest;
};

// All that is pending of a subscription ends as withdrawn: of many, Batch::kSweep with this batch
// (Receipt::unfinished).
struct WithdrawSubscription {
  SubscriptionId subscription;
  std::string reason;
};

// The pending deliveries of a subscription become held (its subscription was disabled), or queued again: of many,
// Batch::kSweep with this batch (Receipt::unfinished).
struct HoldSubscription {
  SubscriptionId subscription;
  bool held = true;
  std::string reason;
};

// Pending deliveries born of a delayed rule end as withdrawn: their reason has ended.
struct WithdrawReason {
  Handle handle;
  RuleId rule;
  SessionId session;                       // empty: of every session
  Instant anchor_before = Instant::max();  // only those whose anchor is before this
  std::string reason;                      // in words
};

// The timer of a delayed rule in a session is set, moved or cancelled. Applied in their order.
struct TimerChange {
  Handle handle;
  SessionId session;
  RuleId rule;                    // empty: all of the session's are cancelled
  std::optional<Instant> due_at;  // nothing: cancelled
  std::uint64_t anchor = 0;       // version of the signal that it waits from
};

// All timers of a rule are cancelled (it is no longer live), or, where it has changed, looked at again by `look_at`.
struct TimersOfRule {
  Handle handle;
  RuleId rule;
  std::optional<Instant> look_at;  // nothing: cancelled
};

// An ended delivery is queued again: its schedule starts again, attempt numbers go on.
struct Requeue {
  DeliveryId delivery;
  Instant at{};
  SubscriptionId subscription = {};  // of the delivery: whom dispatch is to look at
};

// A held delivery ends as failed. One that is not held any more is left alone.
struct GiveUp {
  DeliveryId delivery;
  std::string reason;
};

struct RulePut {
  Handle handle;
  RuleId rule;
  std::uint64_t rules_version = 0;  // the version that this change makes
  std::string json;                 // the rule as saved; empty: deleted
  Instant at{};
  Instant live_since{};  // rules::StoredRule::live_since
};

// A journal row rewritten without what was erased; empty bytes delete the row.
struct JournalRewrite {
  ledger::Position position = 0;
  std::string bytes;
};

struct Batch {
  static constexpr int kSweep = 200;  // rows that one batch sweeps, so that it stays short

  Instant at{};
  std::string journal;  // ledger/codec.h records; empty: no journal row
  std::vector<SnapshotWrite> snapshots;
  std::optional<ledger::Position> checkpoint;  // everything up to here is in snapshots now
  std::optional<Instant> expired_before;  // snapshots whose expires_at is not after this go, at most kSweep of them
  std::vector<Erase> erased;              // in the order of planning
  std::vector<Reduce> reduced;
  std::vector<ledger::SessionDigest> consented;  // a denied session consents again: the wish is forgotten
  std::vector<JournalRewrite> rewritten;
  std::optional<ledger::Position> rewritten_up_to;  // erasures whose up_to is not beyond this are done
  std::optional<Instant> journal_before;  // the oldest journal rows, if written before this, go: at most kSweep

  std::vector<outbox::Event> events;
  std::vector<outbox::Delivery> deliveries;
  std::vector<outbox::Settlement> settlements;
  std::vector<outbox::Subscription> subscriptions;    // created or changed
  std::vector<SubscriptionId> removed_subscriptions;  // deleted; the log stays
  std::vector<WithdrawSubscription> withdrawn;
  std::vector<HoldSubscription> held;
  std::vector<Requeue> requeued;
  std::vector<WithdrawReason> ended_reasons;
  std::vector<GiveUp> given_up;
  // The clock was, by so much: the attempts of earlier batches that lie ahead come earlier by it, none before `at`.
  std::optional<Duration> set_back;
  std::vector<DeliveryId>
      trimmed;  // leave the log if they have ended, with their attempts; an event goes with its last
  std::vector<std::pair<Handle, EventId>> trimmed_events;  // those that nobody wanted
  std::vector<outbox::Replay> replays;                     // begun, or as far as they have come
  std::optional<Instant> replays_before;                   // those that ended before this go

  std::vector<TimerChange> timers;
  std::vector<TimersOfRule> timers_of_rules;  // behind `timers`

  Tallies tallies;                        // added to what was counted before
  std::optional<Instant> tallies_before;  // hours that began before this go, at most kSweep rows

  std::vector<RulePut> rules;
  std::vector<AuditEntry> audit;

  bool empty() const;

  // What a full disk must refuse. The others tell what became of what is there already, and are written out of the
  // store's reserve: results of attempts with what follows from them, and what was ended.
  bool brings_something_in() const {
    return !journal.empty() || !snapshots.empty() || !rules.empty() ||
           (settlements.empty() &&
            (!subscriptions.empty() || !events.empty() || !deliveries.empty() || !tallies.empty()));
  }
};

enum class CommitFault {
  kFull,    // no space: nothing was written; later commits may succeed
  kBusy,    // another process holds the file; nothing was written
  kBroken,  // a write or sync failed: what is on disk is unknown until recovery. The process must stop.
};

struct Receipt {
  ledger::Position position = 0;  // of the journal row, or of the last one where the batch had none
  // Of what was withdrawn, held or queued again: subscriptions that may have more of it. Say it again.
  std::vector<SubscriptionId> unfinished = {};
};

// Confined to the committing thread. On SQLite: one transaction, one sync.
// Settlements: an attempt is recorded always; the state moves only from a state that is not final, but for one case:
// a delivery that was withdrawn while its last attempt was under way becomes delivered if that attempt succeeded.
// One withdrawn for its reason is not queued again.
class Commit {
 public:
  virtual ~Commit() = default;
  virtual std::expected<Receipt, CommitFault> write(const Batch& batch) = 0;
};

}  // namespace beckon::commit
