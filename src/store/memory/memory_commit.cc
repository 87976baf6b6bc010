#include "store/memory/memory_commit.h"

#include <algorithm>
#include <utility>

#include "store/memory/memory_analytics.h"

namespace beckon::store {

using commit::Batch;
using commit::CommitFault;
using outbox::Delivery;
using outbox::DeliveryState;

namespace {

void erase_texts(outbox::Attempt& attempt) {
  attempt.request_headers = "{}";
  attempt.response_headers.clear();
  attempt.response_body.clear();
}

}  // namespace

void MemoryCommit::refuse_next(CommitFault fault) {
  const std::lock_guard lock(facts_.mutex);
  refusal_ = fault;
}

std::expected<commit::Receipt, CommitFault> MemoryCommit::write(const Batch& batch) {
  const std::lock_guard lock(facts_.mutex);
  if (refusal_) {
    const CommitFault fault = *refusal_;
    if (fault != CommitFault::kBroken) refusal_.reset();
    return unexpected(fault);
  }
  at_ = batch.at;
  if (!batch.journal.empty()) facts_.journal[++facts_.last_position] = {batch.at, batch.journal};
  for (const commit::Change& change : batch.changes) std::visit([&](const auto& one) { apply(one); }, change);
  return commit::Receipt{.position = facts_.last_position, .unfinished = std::exchange(unfinished_, {})};
}

void MemoryCommit::apply(const commit::SnapshotWrite& snapshot) {
  facts_.snapshots[{snapshot.handle, snapshot.session}] = {snapshot, facts_.last_position};
}

void MemoryCommit::apply(const commit::Checkpoint& checkpoint) {
  facts_.checkpoint = std::max(facts_.checkpoint, checkpoint.position);
  std::erase_if(facts_.denied, [&](const auto& wish) { return wish.second <= at_; });
}

void MemoryCommit::apply(const commit::SweepSnapshots& sweep) {
  std::vector<std::pair<Instant, std::pair<Handle, SessionId>>> gone;
  for (const auto& [key, row] : facts_.snapshots)
    if (row.snapshot.expires_at <= sweep.expired_by) gone.emplace_back(row.snapshot.expires_at, key);
  std::ranges::sort(gone);
  if (gone.size() > Batch::kSweep) gone.resize(Batch::kSweep);
  for (const auto& [at, key] : gone) facts_.snapshots.erase(key);
}

void MemoryCommit::apply(const commit::Erase& erase) {
  facts_.snapshots.erase({erase.handle, erase.session});
  facts_.erasures[{erase.digest, false}] = facts_.last_position;
  if (erase.denied_until) facts_.denied[erase.digest] = *erase.denied_until;
  erase_from_outbox(erase);
}

void MemoryCommit::apply(const commit::Reduce& reduce) {
  facts_.erasures[{reduce.digest, true}] = facts_.last_position;
}

void MemoryCommit::apply(const commit::ConsentAgain& consent) { facts_.denied.erase(consent.digest); }

void MemoryCommit::apply(const commit::JournalRewrite& row) {
  const auto found = facts_.journal.find(row.position);
  if (found == facts_.journal.end()) return;
  if (row.bytes.empty())
    facts_.journal.erase(found);
  else
    found->second.bytes = row.bytes;
}

void MemoryCommit::apply(const commit::ErasuresDone& done) {
  std::erase_if(facts_.erasures, [&](const auto& owed) { return owed.second <= done.up_to; });
}

void MemoryCommit::apply(const commit::SweepJournal& sweep) {
  auto row = facts_.journal.begin();
  for (int looked_at = 0; looked_at < Batch::kSweep && row != facts_.journal.end(); ++looked_at)
    row = row->second.at < sweep.before ? facts_.journal.erase(row) : std::next(row);
}

void MemoryCommit::apply(const outbox::Event& event) {
  if (facts_.events.try_emplace({event.handle, event.id}, event).second && !event.session.empty())
    facts_.events_of_session[{event.handle, event.session}].push_back(event.id);
}

void MemoryCommit::apply(const Delivery& given) {
  if (facts_.deliveries.find(given.id)) return;
  Delivery delivery = given;
  outbox::admit(delivery, facts_.standing(delivery.subscription), at_);
  facts_.deliveries.put(std::move(delivery));
}

// The texts of an attempt are the session's too: after an erasure none is kept.
void MemoryCommit::apply(const outbox::Settlement& settlement) {
  OwedDelivery* row = facts_.deliveries.find(settlement.delivery);
  if (!row) return;
  const outbox::Attempt& attempt = settlement.attempt;
  if (attempt.number > 0)
    if (const auto [place, is_new] = row->attempts.try_emplace(attempt.number, attempt); is_new && row->erased)
      erase_texts(place->second);
  change(settlement.delivery, [&](Delivery& one) {
    outbox::settle(one, facts_.standing(one.subscription), settlement, at_);
    return true;
  });
}

// One that was deleted does not come back.
void MemoryCommit::apply(const outbox::Subscription& subscription) {
  KnownSubscription& known = facts_.subscriptions[subscription.id];
  if (!known.deleted) known.subscription = subscription;
}

void MemoryCommit::apply(const commit::RemoveSubscription& removed) {
  const SubscriptionId& id = removed.subscription;
  if (const auto known = facts_.subscriptions.find(id); known != facts_.subscriptions.end())
    known->second.deleted = true;
  withdraw(bounded(facts_.deliveries.pending(id), id), outbox::kSubscriptionDeleted);
}

void MemoryCommit::apply(const commit::WithdrawSubscription& wish) {
  withdraw(bounded(facts_.deliveries.pending(wish.subscription), wish.subscription), wish.reason);
}

void MemoryCommit::apply(const commit::HoldSubscription& wish) {
  auto ids = facts_.deliveries.pending(wish.subscription);
  std::erase_if(ids, [&](const DeliveryId& id) {
    const Delivery& one = facts_.deliveries.find(id)->delivery;
    return (one.state == DeliveryState::kHeld) == wish.held || (wish.held && one.event_type == outbox::kTestEventType);
  });
  for (const DeliveryId& id : bounded(std::move(ids), wish.subscription))
    change(id,
           [&](Delivery& one) { return wish.held ? outbox::hold(one, wish.reason, at_) : outbox::release(one, at_); });
}

void MemoryCommit::apply(const commit::Requeue& wish) {
  const OwedDelivery* row = facts_.deliveries.find(wish.delivery);
  if (!row) return;
  change(wish.delivery,
         [&](Delivery& one) { return outbox::requeue(one, facts_.standing(one.subscription), row->erased, wish.at); });
}

void MemoryCommit::apply(const commit::WithdrawReason& ended) {
  withdraw(facts_.deliveries.pending(ended), ended.reason);
}

void MemoryCommit::apply(const commit::GiveUp& wish) {
  change(wish.delivery, [&](Delivery& one) { return outbox::give_up(one, wish.reason, at_); });
}

void MemoryCommit::apply(const commit::SetClockBack& set) {
  for (const auto& [id, known] : facts_.subscriptions)
    for (const DeliveryId& pending : facts_.deliveries.pending(id))
      change(pending, [&](Delivery& one) {
        const Instant due = std::exchange(one.next_attempt_at, outbox::earlier(one.next_attempt_at, set.by, at_));
        return one.state != DeliveryState::kHeld && one.next_attempt_at != due;
      });
}

void MemoryCommit::apply(const commit::TrimDelivery& trim) {
  const OwedDelivery* row = facts_.deliveries.find(trim.delivery);
  if (!row || !is_final(row->delivery.state)) return;
  const Handle handle = row->delivery.handle;
  const EventId event = row->delivery.event;
  facts_.deliveries.remove(trim.delivery);
  if (facts_.deliveries.of_event(handle, event).empty()) forget_event(handle, event);
}

void MemoryCommit::apply(const commit::TrimEvent& trim) {
  if (const auto event = facts_.events.find({trim.handle, trim.event});
      event != facts_.events.end() && event->second.unmatched)
    forget_event(trim.handle, trim.event);
}

void MemoryCommit::apply(const outbox::Replay& replay) { facts_.replays[{replay.handle, replay.id}] = replay; }

void MemoryCommit::apply(const commit::SweepReplays& sweep) {
  std::erase_if(facts_.replays, [&](const auto& one) {
    return one.second.state != outbox::ReplayState::kRunning && one.second.ended_at < sweep.before;
  });
}

void MemoryCommit::apply(const commit::Tallies& tallies) { add(facts_.tallies, tallies); }

void MemoryCommit::apply(const commit::SweepTallies& what) { sweep(facts_.tallies, what.before); }

void MemoryCommit::apply(const commit::RulePut& rule) {
  facts_.rules[{rule.handle, rule.rule}][rule.rules_version] = rule;
}

void MemoryCommit::change(const DeliveryId& id, const std::function<bool(Delivery&)>& transition) {
  const OwedDelivery* row = facts_.deliveries.find(id);
  if (!row) return;
  Delivery delivery = row->delivery;
  if (transition(delivery)) facts_.deliveries.put(std::move(delivery));
}

void MemoryCommit::withdraw(const std::vector<DeliveryId>& ids, std::string_view reason) {
  for (const DeliveryId& pending : ids)
    change(pending, [&](Delivery& one) { return outbox::withdraw(one, reason, at_); });
}

// The first kSweep of them; where there are as many, more may be left.
std::vector<DeliveryId> MemoryCommit::bounded(std::vector<DeliveryId> ids, const SubscriptionId& of) {
  if (ids.size() < Batch::kSweep) return ids;
  ids.resize(Batch::kSweep);
  unfinished_.push_back(of);
  return ids;
}

void MemoryCommit::erase_from_outbox(const commit::Erase& erase) {
  const auto found = facts_.events_of_session.find({erase.handle, erase.session});
  if (found == facts_.events_of_session.end()) return;
  for (const EventId& id : found->second) {
    outbox::Event& event = facts_.events.at({erase.handle, id});
    event.session = SessionId{};
    event.cause = event.body = "{}";
    for (const DeliveryId& owed : facts_.deliveries.of_event(erase.handle, id)) {
      OwedDelivery& row = *facts_.deliveries.find(owed);
      row.erased = true;
      for (auto& [number, attempt] : row.attempts) erase_texts(attempt);
      Delivery delivery = row.delivery;
      outbox::erase(delivery, erase.reason, at_);
      facts_.deliveries.put(std::move(delivery));
    }
  }
  facts_.events_of_session.erase(found);
}

void MemoryCommit::forget_event(const Handle& handle, const EventId& id) {
  const auto found = facts_.events.find({handle, id});
  if (found == facts_.events.end()) return;
  if (const auto of = facts_.events_of_session.find({handle, found->second.session});
      of != facts_.events_of_session.end())
    std::erase(of->second, id);
  facts_.events.erase(found);
}

}  // namespace beckon::store
