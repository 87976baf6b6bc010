// The port through which all facts are written: a Batch is on disk completely or not at all.
#pragma once
#include <cstdint>
#include <expected>
#include <limits>
#include <optional>
#include <ranges>
#include <string>
#include <variant>
#include <vector>

#include "base/audit.h"
#include "base/id.h"
#include "base/instant.h"
#include "commit/tally.h"
#include "commit/traits.h"
#include "ledger/ledger.h"
#include "outbox/delivery.h"
#include "outbox/replay.h"
#include "outbox/subscription.h"
#include "rules/rule_store.h"

namespace beckon::commit {

// A session's snapshot, written when it goes idle or leaves memory, or when the journal's tail is too long. It includes
// the batch's own journal row, whose position the driver stores with it (ledger::StoredSnapshot::as_of).
struct SnapshotWrite {
  Handle handle;
  SessionId session;
  VisitorId visitor;
  Instant created{};
  Instant last_received{};
  Instant expires_at{};
  std::uint64_t version = 0;
  ledger::Position began = 0;  // ledger::Session
  std::string bytes;           // ledger/codec.h
};

// Erases a session: its snapshot and the bodies of its deliveries at once, its journal rows in the background. Does not
// affect later changes of the batch.
struct Erase {
  Handle handle;
  SessionId session;
  ledger::SessionDigest digest;
  std::optional<Instant> denied_until;  // until when consent is denied; std::nullopt if only erased
  std::string reason;                   // why its pending deliveries are withdrawn: "consent denied", "erased"
  ledger::Position since = 0;           // the first journal row that may contain it; 0 if unknown
  bool only_this_life = false;          // keeps the log of earlier sessions of this id: they were others'
};

// A session has expired: its snapshot is deleted at once, its journal rows in the background. The log of its deliveries
// stays; until that is trimmed, the session is remembered as its visitor's (ledger::PastSession).
struct Expire {
  Handle handle;
  SessionId session;
  VisitorId visitor;
  ledger::SessionDigest digest;
  ledger::Position since = 0, up_to = 0;  // the journal rows that may contain it; `since` is 0 if unknown
};

// Erases from the delivery log one expired session of an id, the one whose last event is `last`
// (ledger::PastSession).
struct ErasePast {
  Handle handle;
  SessionId session;
  EventId last;
  std::string reason;
  bool to_end = false;  // no session of the id exists now: if `last` is the newest, later events are erased too
};

// Consent is denied again for a session of which only the denial is stored: extends it to `until`.
struct Deny {
  ledger::SessionDigest digest;
  Instant until{};
};

// Removes metadata and visitor from a stored session (consent became basic): at once from the bodies of its events
// (outbox::reduced_body), later from journal rows. Erases the responses too; pending deliveries send the new bodies.
struct Reduce {
  Handle handle;
  SessionId session;
  ledger::SessionDigest digest;
  ledger::Position since = 0;  // as in Erase
};

// Withdraws the pending deliveries of a subscription, at most Batch::kSweep of them (Receipt::unfinished).
struct WithdrawSubscription {
  SubscriptionId subscription;
  std::string reason;
};

// Holds the pending deliveries of a subscription (it was disabled) or queues them again, at most Batch::kSweep of them
// (Receipt::unfinished).
struct HoldSubscription {
  SubscriptionId subscription;
  bool held = true;
  std::string reason;
};

// Withdraws pending deliveries of a delayed rule whose reason no longer applies.
struct WithdrawReason {
  Handle handle;
  RuleId rule;
  SessionId session;                      // empty for all sessions
  Instant anchor_until = Instant::max();  // only deliveries with an anchor up to this instant
  std::string reason;                     // shown to the operator
  // For a rule with `same`: only the deliveries of these values, each with its own reason.
  struct OfValue {
    std::uint64_t same = 0;  // rules::same_key
    Instant anchor_until{};
    std::string reason;
  };
  std::vector<OfValue> values = {};
};

// Sessions turned out to be the same visitor's: withdraws all but the earliest of their pending messages of a delayed
// rule (outbox::all_but_the_earliest).
struct WithdrawJoined {
  Handle handle;
  RuleId rule;
  std::vector<SessionId> sessions;
};

// Sets, moves or cancels the timer of a delayed rule in a session.
struct TimerChange {
  Handle handle;
  SessionId session;
  RuleId rule;                    // empty cancels all timers of the session
  std::optional<Instant> due_at;  // std::nullopt cancels it
  std::uint64_t anchor = 0;       // version of the signal that started the wait
  std::uint64_t same = 0;         // rules::same_key of the anchor's value; 0 if the rule has no `same`
};

// Replaces all timers of a rule with `same` in a session.
struct TimersOfValues {
  enum class How : std::uint8_t {
    kSet,
    kElseKept,  // an existing timer with the same anchor stays as it is
    kOnlyKept,  // likewise, and a missing one is not created
  };
  struct One {
    std::uint64_t same = 0;
    Instant due_at{};
    std::uint64_t anchor = 0;
    How how = How::kSet;
  };
  Handle handle;
  SessionId session;
  RuleId rule;
  std::vector<One> all;  // one for each value
};

// Cancels all timers of a rule (it is no longer live), or makes them due by `look_at` at the latest (it has changed).
struct TimersOfRule {
  Handle handle;
  RuleId rule;
  std::optional<Instant> look_at;  // std::nullopt cancels them
};

// Queues an ended or waiting delivery again: its retry schedule restarts, attempt numbers continue.
struct Requeue {
  DeliveryId delivery;
  Instant at{};
  SubscriptionId subscription = {};  // the delivery's, for dispatch to check
};

// A held delivery ends as failed. No effect if it is no longer held.
struct GiveUp {
  DeliveryId delivery;
  std::string reason;
};

struct RulePut {
  Handle handle;
  RuleId rule;
  std::uint64_t rules_version = 0;  // the version that this change creates
  std::string json;                 // the rule as saved; empty if it is deleted
  Instant at{};
  Instant live_since{};           // rules::StoredRule::live_since
  std::string zone_version = {};  // rules::RulesVersion::zone_version
  std::string actor = {};         // rules::RulesVersion::actor
};

// A rule waits for windows to be filled before it is in force (rules::FillingRule), or no longer does.
struct FillingPut {
  Handle handle;
  rules::FillingRule rule;  // without text if it no longer waits
};

// Deletes versions of a handle's rules before `first`. `texts`: what no later version needs
// (rules::RuleStore::superseded), or a part of it.
struct ForgetRules {
  Handle handle;
  std::uint64_t first = 0;
  std::vector<rules::SupersededRule> texts;
};

// A journal row rewritten without erased data; empty bytes delete the row.
struct JournalRewrite {
  ledger::Position position = 0;
  std::string bytes;
};

// Everything up to this position is in snapshots.
struct Checkpoint {
  ledger::Position position = 0;
};

// A session that had denied consent has given it again.
struct ConsentAgain {
  ledger::SessionDigest digest;
};

// The journal has been rewritten for these erasures, at most Batch::kSweep. An erasure that was requested again
// meanwhile with a larger range stays pending.
struct ErasuresDone {
  std::vector<ledger::Ledger::Erasure> done;
  bool all = true;  // the pass is complete
};

// Deletes a subscription. Its log stays; its pending deliveries are withdrawn, at most Batch::kSweep of them
// (Receipt::unfinished).
struct RemoveSubscription {
  SubscriptionId subscription;
};

// The clock was set back: pending attempts become due earlier by this much, but not before the batch's instant.
struct SetClockBack {
  Duration by{};
};

// Removes an ended delivery and its attempts from the log; its event is removed with the last of its deliveries.
struct TrimDelivery {
  DeliveryId delivery;
};

// Removes an event without a subscriber from the log.
struct TrimEvent {
  Handle handle;
  EventId event;
};

// Sweeps delete old rows, at most Batch::kSweep.
struct SweepDenials {
  Instant ended_by{};  // denials whose `until` is not after this
};
struct SweepJournal {
  Instant before{};                                                   // deletes the oldest rows written before this
  ledger::Position up_to = std::numeric_limits<std::int64_t>::max();  // later rows stay: they are not in snapshots yet
};
struct SweepReplays {
  Instant before{};  // those that ended before this
};
// Deletes audit events written before an instant, except those that describe current state (base/audit.h).
struct SweepAudit {
  Instant before{};
};
// Of those exceptions, deletes the ones replaced before an instant; for a deleted counter, the last one as well.
struct SweepReplacedAudit {
  Instant before{};
};
struct SweepTallies {
  Instant before{};  // hours that began before this
};

// Events and deliveries are always new. Subscriptions, rules and replays are created or changed. Tallies are added to
// the stored counts.
using Change =
    std::variant<SnapshotWrite, Checkpoint, Erase, ErasePast, Expire, Deny, Reduce, ConsentAgain, JournalRewrite,
                 ErasuresDone, SweepDenials, SweepJournal, outbox::Event, outbox::Delivery, outbox::Settlement,
                 outbox::Subscription, RemoveSubscription, WithdrawSubscription, HoldSubscription, Requeue,
                 WithdrawReason, WithdrawJoined, GiveUp, SetClockBack, TrimDelivery, TrimEvent, outbox::Replay,
                 SweepReplays, TimerChange, TimersOfValues, TimersOfRule, Tallies, GoalTallies, SweepTallies, RulePut,
                 FillingPut, ForgetRules, TraitPut, CounterPut, AuditEntry, SweepAudit, SweepReplacedAudit>;

// One commit: the journal row is written first, then each change in order, on top of the ones before it.
struct Batch {
  static constexpr int kSweep = 200;  // rows that one change may affect, so that a commit stays short

  Instant at{};
  std::string journal;  // ledger/codec.h records; empty if there is no journal row
  std::vector<Change> changes;

  bool empty() const { return journal.empty() && changes.empty(); }

  // Whether it adds data, which a full disk refuses. Other batches only record what happened to existing data (results
  // of attempts and their consequences, withdrawals, erasures): a driver that keeps reserve space writes them even when
  // the disk is full.
  bool brings_something_in() const;
};

// The changes of one type, in order.
template <class T>
auto changes_of(const Batch& batch) {
  return batch.changes | std::views::filter([](const Change& one) { return std::holds_alternative<T>(one); }) |
         std::views::transform([](const Change& one) -> const T& { return std::get<T>(one); });
}

// A visitor made of lambdas: one for each relevant type of change, and one that takes `const auto&` for the rest.
template <class... Lambdas>
struct Cases final : Lambdas... {
  using Lambdas::operator()...;
};

enum class CommitFault {
  kFull,    // no space: nothing was written; later commits may succeed
  kBusy,    // another process holds the file: nothing was written
  kBroken,  // a write or sync failed: what is on disk is unknown until recovery; the process must stop
};

struct Receipt {
  ledger::Position position = 0;  // of the journal row; of the latest row if the batch had none
  // Subscriptions of which kSweep deliveries were withdrawn, held or requeued, so that more may be left. The next batch
  // must repeat the change.
  std::vector<SubscriptionId> unfinished = {};
};

// Confined to the committing thread. On SQLite: one transaction, one sync. outbox/transitions.h decides the states of
// deliveries.
class Commit {
 public:
  virtual ~Commit() = default;
  virtual std::expected<Receipt, CommitFault> write(const Batch& batch) = 0;
  // After a write failed with kFull: whether there seems to be space again for data to be added.
  virtual bool has_room() { return true; }
};

}  // namespace beckon::commit
