// The one port through which facts are written: a Batch is on disk whole, or not at all.
#pragma once
#include <cstdint>
#include <expected>
#include <limits>
#include <optional>
#include <ranges>
#include <string>
#include <type_traits>
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

// A session's snapshot, written when it goes idle, leaves memory, or the journal's tail grows too long. It reflects the
// batch's own journal row, whose position the driver stores with it (ledger::StoredSnapshot::as_of).
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

// A session's data is erased: its snapshot and the bodies of its deliveries at once, its journal rows in the
// background. Changes later in the batch belong to what came afterwards, and stay.
struct Erase {
  Handle handle;
  SessionId session;
  ledger::SessionDigest digest;
  std::optional<Instant> denied_until;  // consent is denied until then; std::nullopt if merely erased
  std::string reason;                   // what its pending deliveries are withdrawn for: "consent denied", "erased"
  ledger::Position since = 0;           // the first journal row that can hold it; 0: not known
  bool only_this_life = false;          // the log of former lives of its id stays: they were others'
};

// A session has expired: its snapshot goes at once, its journal rows in the background. The log of its deliveries
// stays; while it does, the session is remembered as one of its visitor's (ledger::PastSession).
struct Expire {
  Handle handle;
  SessionId session;
  VisitorId visitor;
  ledger::SessionDigest digest;
  ledger::Position since = 0, up_to = 0;  // the journal rows that can hold it; `since` 0: not known
};

// What the log holds of a session that has expired is erased: of this life of its id, which `last` names
// (ledger::PastSession).
struct ErasePast {
  Handle handle;
  SessionId session;
  EventId last;
  std::string reason;
  bool to_end = false;  // the id lives no more: what came behind its last life is of that one too
};

// Consent is denied again, where nothing is kept but the wish: it is remembered until then.
struct Deny {
  ledger::SessionDigest digest;
  Instant until{};
};

// Metadata and visitor leave what is stored of a session (consent basic): its journal rows in the background; at once
// the bodies of its events (outbox::reduced_body) and what came back to those. Its pending deliveries go on with these.
struct Reduce {
  Handle handle;
  SessionId session;
  ledger::SessionDigest digest;
  ledger::Position since = 0;  // as in Erase
};

// The pending deliveries of a subscription end as withdrawn, at most Batch::kSweep of them (Receipt::unfinished).
struct WithdrawSubscription {
  SubscriptionId subscription;
  std::string reason;
};

// The pending deliveries of a subscription become held (it was disabled), or queued again, at most Batch::kSweep of
// them (Receipt::unfinished).
struct HoldSubscription {
  SubscriptionId subscription;
  bool held = true;
  std::string reason;
};

// Pending deliveries of a delayed rule end as withdrawn: the reason they were sent for has ended.
struct WithdrawReason {
  Handle handle;
  RuleId rule;
  SessionId session;                      // empty for every session
  Instant anchor_until = Instant::max();  // only those whose anchor is not after this
  std::string reason;                     // in words
  // Of a rule with `same`: only those of these values, and each by its own words.
  struct OfValue {
    std::uint64_t same = 0;  // rules::same_key
    Instant anchor_until{};
    std::string reason;
  };
  std::vector<OfValue> values = {};
};

// Pending messages of a delayed rule in sessions that turn out to be one visitor's: all but the earliest end as
// withdrawn (outbox::all_but_the_earliest).
struct WithdrawJoined {
  Handle handle;
  RuleId rule;
  std::vector<SessionId> sessions;
};

// The timer of a delayed rule in a session is set, moved or cancelled.
struct TimerChange {
  Handle handle;
  SessionId session;
  RuleId rule;                    // empty if all timers of the session are cancelled
  std::optional<Instant> due_at;  // std::nullopt if it is cancelled
  std::uint64_t anchor = 0;       // version of the signal that started the wait
  std::uint64_t same = 0;         // rules::same_key of the anchor's value; 0: the rule has no `same`
};

// The timers of a rule with `same` in a session: these and no others.
struct TimersOfValues {
  enum class How : std::uint8_t {
    kSet,
    kElseKept,  // one that is there from the same anchor stays as it is
    kOnlyKept,  // and where there is none, none is set
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

// All timers of a rule are cancelled (it is no longer live), or are due by `look_at` at the latest (it has changed).
struct TimersOfRule {
  Handle handle;
  RuleId rule;
  std::optional<Instant> look_at;  // std::nullopt if they are cancelled
};

// An ended delivery, or one that waits, is queued again: its schedule starts again, attempt numbers go on.
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
  std::string json;                 // the rule as saved; empty if it is deleted
  Instant at{};
  Instant live_since{};           // rules::StoredRule::live_since
  std::string zone_version = {};  // rules::RulesVersion::zone_version
};

// Versions of a handle's rules before `first` are kept no longer. `texts`: what no later version needs
// (rules::RuleStore::superseded), or a part of it.
struct ForgetRules {
  Handle handle;
  std::uint64_t first = 0;
  std::vector<rules::SupersededRule> texts;
};

// A journal row rewritten without what was erased; empty bytes delete the row.
struct JournalRewrite {
  ledger::Position position = 0;
  std::string bytes;
};

// Everything up to this position is in snapshots now.
struct Checkpoint {
  ledger::Position position = 0;
};

// A denied session consents again.
struct ConsentAgain {
  ledger::SessionDigest digest;
};

// The journal has been rewritten for these, at most Batch::kSweep. One that was asked for again meanwhile, and reaches
// further now, stays.
struct ErasuresDone {
  std::vector<ledger::Ledger::Erasure> done;
  bool all = true;  // of this pass: none is left to be named
};

// A subscription is deleted. Its log stays; its pending deliveries end as withdrawn, at most Batch::kSweep of them
// (Receipt::unfinished).
struct RemoveSubscription {
  SubscriptionId subscription;
};

// The clock was set back: pending attempts are due earlier by as much, none before the batch's instant.
struct SetClockBack {
  Duration by{};
};

// A delivery that has ended leaves the log with its attempts; its event goes with the last of its deliveries.
struct TrimDelivery {
  DeliveryId delivery;
};

// An event without a subscriber leaves the log.
struct TrimEvent {
  Handle handle;
  EventId event;
};

// Sweeps delete what is old, at most Batch::kSweep rows.
struct SweepDenials {
  Instant ended_by{};  // wishes whose `until` is not after this
};
struct SweepJournal {
  Instant before{};                                                   // of the oldest rows, those written before this
  ledger::Position up_to = std::numeric_limits<std::int64_t>::max();  // none behind it: no snapshot has them yet
};
struct SweepReplays {
  Instant before{};  // all that ended before this
};
// Audit events of before an instant; not those that say what holds (base/audit.h).
struct SweepAudit {
  Instant before{};
};
// Of those, the ones that were replaced by another before an instant; and of a deleted counter the last one, too.
struct SweepReplacedAudit {
  Instant before{};
};
struct SweepTallies {
  Instant before{};  // hours that began before this
};

// An event and a delivery are new. A subscription, a rule and a replay are created or changed. Tallies are added to
// what was counted before.
using Change =
    std::variant<SnapshotWrite, Checkpoint, Erase, ErasePast, Expire, Deny, Reduce, ConsentAgain, JournalRewrite,
                 ErasuresDone, SweepDenials, SweepJournal, outbox::Event, outbox::Delivery, outbox::Settlement,
                 outbox::Subscription, RemoveSubscription, WithdrawSubscription, HoldSubscription, Requeue,
                 WithdrawReason, WithdrawJoined, GiveUp, SetClockBack, TrimDelivery, TrimEvent, outbox::Replay,
                 SweepReplays, TimerChange, TimersOfValues, TimersOfRule, Tallies, SweepTallies, RulePut, ForgetRules,
                 TraitPut, CounterPut, AuditEntry, SweepAudit, SweepReplacedAudit>;

static_assert(std::is_nothrow_move_constructible_v<Change>, "a growing batch moves its changes, and copies none");

// One commit: the journal row is written first, then each change in order, to what those before it have left.
struct Batch {
  static constexpr int kSweep = 200;  // rows that one change affects where there may be many, so that a commit is short

  Instant at{};
  std::string journal;  // ledger/codec.h records; empty if there is no journal row
  std::vector<Change> changes;

  bool empty() const { return journal.empty() && changes.empty(); }

  // Whether it adds data, which a full disk refuses. Other batches only record what became of data that is there
  // (results of attempts with what follows from them, withdrawals, erasures): a driver that has kept space in reserve
  // writes them even then.
  bool brings_something_in() const;
};

// The changes of one type, in order.
template <class T>
auto changes_of(const Batch& batch) {
  return batch.changes | std::views::filter([](const Change& one) { return std::holds_alternative<T>(one); }) |
         std::views::transform([](const Change& one) -> const T& { return std::get<T>(one); });
}

// A visitor made of lambdas: one for each type of change that matters, and one that takes `const auto&` for the rest.
template <class... Lambdas>
struct Cases final : Lambdas... {
  using Lambdas::operator()...;
};

inline bool Batch::brings_something_in() const {
  if (!journal.empty()) return true;
  bool lasting = false, brings = false, settles = false;
  for (const Change& change : changes)
    std::visit(
        Cases{[&](const SnapshotWrite&) { lasting = true; }, [&](const RulePut&) { lasting = true; },
              [&](const TraitPut&) { lasting = true; }, [&](const CounterPut&) { lasting = true; },
              [&](const outbox::Settlement&) { settles = true; }, [&](const outbox::Subscription&) { brings = true; },
              [&](const outbox::Event&) { brings = true; }, [&](const outbox::Delivery&) { brings = true; },
              [&](const Tallies&) { brings = true; }, [](const auto&) {}},
        change);
  return lasting || (brings && !settles);
}

enum class CommitFault {
  kFull,    // no space: nothing was written; later commits may succeed
  kBusy,    // another process holds the file; nothing was written
  kBroken,  // a write or sync failed: what is on disk is unknown until recovery. The process must stop.
};

struct Receipt {
  ledger::Position position = 0;  // of the journal row; of the last one if the batch had none
  // Subscriptions of which kSweep deliveries were withdrawn, held or queued again, so that there may be more. The next
  // batch must repeat the change.
  std::vector<SubscriptionId> unfinished = {};
};

// Confined to the committing thread. On SQLite: one transaction, one sync. What becomes of deliveries is decided by
// outbox/transitions.h.
class Commit {
 public:
  virtual ~Commit() = default;
  virtual std::expected<Receipt, CommitFault> write(const Batch& batch) = 0;
  // After a write that was refused as full: whether there seems to be space again for what adds data.
  virtual bool has_room() { return true; }
};

}  // namespace beckon::commit
