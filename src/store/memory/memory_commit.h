// commit::Commit over containers: a batch is applied under the lock, or refused as a whole if a test asked for it.
#pragma once
#include <functional>
#include <optional>

#include "store/memory/facts.h"

namespace beckon::store {

class MemoryCommit final : public commit::Commit {
 public:
  explicit MemoryCommit(Facts& facts) : facts_(facts) {}
  std::expected<commit::Receipt, commit::CommitFault> write(const commit::Batch& batch) override;

  // The next journal row has this position: for whoever numbers them himself. Later than all before.
  void number_from(ledger::Position position);

  // The next write fails and writes nothing; after kBroken all writes fail. Thread-safe.
  void refuse_next(commit::CommitFault fault);

 private:
  void apply(const commit::SnapshotWrite& snapshot);
  void apply(const commit::Checkpoint& checkpoint);
  void apply(const commit::SweepDenials& sweep);
  void apply(const commit::Erase& erase);
  void apply(const commit::ErasePast& erase);
  void apply(const commit::Expire& gone);
  void apply(const commit::Deny& wish);
  void apply(const commit::Reduce& reduce);
  void apply(const commit::ConsentAgain& consent);
  void apply(const commit::JournalRewrite& row);
  void apply(const commit::ErasuresDone& done);
  void apply(const commit::SweepJournal& sweep);
  void apply(const outbox::Event& event);
  void apply(const outbox::Delivery& given);
  void apply(const outbox::Settlement& settlement);
  void apply(const outbox::Subscription& subscription);
  void apply(const commit::RemoveSubscription& removed);
  void apply(const commit::WithdrawSubscription& wish);
  void apply(const commit::HoldSubscription& wish);
  void apply(const commit::Requeue& wish);
  void apply(const commit::WithdrawReason& ended);
  void apply(const commit::WithdrawJoined& joined);
  void apply(const commit::GiveUp& wish);
  void apply(const commit::SetClockBack& set);
  void apply(const commit::TrimDelivery& trim);
  void apply(const commit::TrimEvent& trim);
  void apply(const outbox::Replay& replay);
  void apply(const commit::SweepReplays& sweep);
  void apply(const commit::TimerChange& change) { facts_.timers.apply(change); }
  void apply(const commit::TimersOfValues& change) { facts_.timers.apply(change); }
  void apply(const commit::TimersOfRule& change) { facts_.timers.apply(change); }
  void apply(const commit::Tallies& tallies);
  void apply(const commit::GoalTallies& goals);
  void apply(const commit::SweepTallies& what);
  void apply(const commit::RulePut& rule);
  void apply(const commit::FillingPut& filling);
  void apply(const commit::ForgetRules& old);
  void apply(const commit::TraitPut& trait);
  void apply(const commit::CounterPut& counter);
  void apply(const commit::SweepAudit& sweep);
  void apply(const commit::SweepReplacedAudit& sweep);
  void apply(const AuditEntry& entry) { facts_.add_audit(entry); }

  void change(const DeliveryId& id, const std::function<bool(outbox::Delivery&)>& transition);
  void withdraw(const std::vector<DeliveryId>& ids, std::string_view reason);
  std::vector<DeliveryId> bounded(std::vector<DeliveryId> ids, const SubscriptionId& of);
  void schedule_erasure(const ledger::Ledger::Erasure& erasure);
  // Of the events after `behind` up to `last`; if `last` is empty, of all.
  void erase_from_outbox(const Handle& handle, const SessionId& session, std::string_view reason, const EventId& behind,
                         const EventId& last);
  void forget_past(const Handle& handle, const SessionId& session);  // of lives without any events left
  void forget_event(const Handle& handle, const EventId& id);

  Facts& facts_;
  std::optional<commit::CommitFault> refusal_;  // this and the following guarded by the facts' lock
  Instant at_{};                                // of the batch being applied
  std::vector<SubscriptionId> unfinished_;      // by the batch being applied
};

}  // namespace beckon::store
