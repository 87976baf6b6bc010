#include "store/memory/memory_commit.h"

#include <algorithm>

#include "store/memory/memory_analytics.h"

namespace beckon::store {

using commit::Batch;
using commit::CommitFault;
using outbox::Delivery;
using outbox::DeliveryState;

namespace {

// The first kSweep of them; where there are as many, more may be left.
std::vector<DeliveryId> bounded(std::vector<DeliveryId> ids, const SubscriptionId& of,
                                std::vector<SubscriptionId>& unfinished) {
  if (ids.size() < Batch::kSweep) return ids;
  ids.resize(Batch::kSweep);
  unfinished.push_back(of);
  return ids;
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
  commit::Receipt receipt;
  write_ledger(batch);
  write_outbox(batch, receipt.unfinished);
  write_log(batch);
  for (const auto& change : batch.timers) facts_.timers.apply(change);
  for (const auto& wish : batch.timers_of_rules) facts_.timers.apply(wish);
  count(facts_.tallies, batch);
  write_control(batch);
  receipt.position = facts_.last_position;
  return receipt;
}

void MemoryCommit::write_ledger(const Batch& batch) {
  Facts& f = facts_;
  if (!batch.journal.empty()) f.journal[++f.last_position] = {batch.at, batch.journal};
  if (batch.expired_before) {
    std::vector<std::pair<Instant, std::pair<Handle, SessionId>>> gone;
    for (const auto& [key, snapshot] : f.snapshots)
      if (snapshot.expires_at <= *batch.expired_before) gone.emplace_back(snapshot.expires_at, key);
    std::ranges::sort(gone);
    if (gone.size() > Batch::kSweep) gone.resize(Batch::kSweep);
    for (const auto& [at, key] : gone) f.snapshots.erase(key);
  }
  for (const auto& session : batch.erased) f.snapshots.erase({session.handle, session.session});
  for (const auto& snapshot : batch.snapshots) f.snapshots[{snapshot.handle, snapshot.session}] = snapshot;
  if (batch.checkpoint) {
    f.checkpoint = std::max(f.checkpoint, *batch.checkpoint);
    std::erase_if(f.denied, [&](const auto& wish) { return wish.second <= batch.at; });
  }
  for (const auto& digest : batch.consented) f.denied.erase(digest);
  if (batch.rewritten_up_to)
    std::erase_if(f.erasures, [&](const auto& owed) { return owed.second <= *batch.rewritten_up_to; });
  for (const auto& session : batch.erased) {
    f.erasures[{session.digest, false}] = f.last_position;
    if (session.denied_until) f.denied[session.digest] = *session.denied_until;
  }
  for (const auto& session : batch.reduced) f.erasures[{session.digest, true}] = f.last_position;
  for (const auto& row : batch.rewritten) {
    const auto found = f.journal.find(row.position);
    if (found == f.journal.end()) continue;
    if (row.bytes.empty()) {
      f.journal.erase(found);
    } else {
      found->second.bytes = row.bytes;
    }
  }
  if (!batch.journal_before) return;
  auto row = f.journal.begin();
  for (int looked_at = 0; looked_at < Batch::kSweep && row != f.journal.end(); ++looked_at)
    row = row->second.at < *batch.journal_before ? f.journal.erase(row) : std::next(row);
}

void MemoryCommit::erase(const commit::Erase& erase, Instant at) {
  const auto found = facts_.events_of_session.find({erase.handle, erase.session});
  if (found == facts_.events_of_session.end()) return;
  for (const EventId& id : found->second) {
    outbox::Event& event = facts_.events.at({erase.handle, id});
    event.session = SessionId{};
    event.cause = event.body = "{}";
    for (const DeliveryId& owed : facts_.deliveries.of_event(erase.handle, id)) {
      OwedDelivery& row = *facts_.deliveries.find(owed);
      row.erased = true;
      for (auto& [number, attempt] : row.attempts) {
        attempt.request_headers = "{}";
        attempt.response_body.clear();
      }
      Delivery delivery = row.delivery;
      outbox::erase(delivery, erase.reason, at);
      facts_.deliveries.put(std::move(delivery));
    }
  }
  facts_.events_of_session.erase(found);
}

void MemoryCommit::write_outbox(const Batch& batch, std::vector<SubscriptionId>& unfinished) {
  Facts& f = facts_;
  for (const auto& subscription : batch.subscriptions) {
    KnownSubscription& known = f.subscriptions[subscription.id];
    if (!known.deleted) known.subscription = subscription;
  }
  for (const auto& id : batch.removed_subscriptions)
    if (const auto known = f.subscriptions.find(id); known != f.subscriptions.end()) known->second.deleted = true;
  if (batch.set_back) come_earlier(*batch.set_back, batch.at);
  std::size_t events = 0, deliveries = 0;
  const auto owe_up_to = [&](std::size_t last_event, std::size_t last_delivery) {
    for (; events < last_event; ++events) add(batch.events[events]);
    for (; deliveries < last_delivery; ++deliveries) add(batch.deliveries[deliveries], batch.at);
  };
  for (const auto& session : batch.erased) {
    owe_up_to(session.events, session.deliveries);
    erase(session, batch.at);
  }
  owe_up_to(batch.events.size(), batch.deliveries.size());
  for (const auto& settlement : batch.settlements) settle_one(settlement, batch.at);
  for (const auto& wish : batch.given_up)
    change(wish.delivery, [&](Delivery& one) { return outbox::give_up(one, wish.reason, batch.at); });
  const auto withdraw_some = [&](const SubscriptionId& id, std::string_view reason) {
    withdraw(bounded(f.deliveries.pending(id), id, unfinished), reason, batch.at);
  };
  for (const auto& wish : batch.withdrawn) withdraw_some(wish.subscription, wish.reason);
  for (const auto& id : batch.removed_subscriptions) withdraw_some(id, outbox::kSubscriptionDeleted);
  for (const auto& wish : batch.held) {
    auto ids = f.deliveries.pending(wish.subscription);
    std::erase_if(ids, [&](const DeliveryId& id) {
      const Delivery& one = f.deliveries.find(id)->delivery;
      return (one.state == DeliveryState::kHeld) == wish.held ||
             (wish.held && one.event_type == outbox::kTestEventType);
    });
    for (const DeliveryId& id : bounded(std::move(ids), wish.subscription, unfinished))
      change(id, [&](Delivery& one) {
        return wish.held ? outbox::hold(one, wish.reason, batch.at) : outbox::release(one, batch.at);
      });
  }
  for (const auto& wish : batch.requeued)
    if (const OwedDelivery* row = f.deliveries.find(wish.delivery))
      change(wish.delivery,
             [&](Delivery& one) { return outbox::requeue(one, f.standing(one.subscription), row->erased, wish.at); });
  for (const auto& ended : batch.ended_reasons) withdraw(f.deliveries.pending(ended), ended.reason, batch.at);
}

void MemoryCommit::come_earlier(Duration by, Instant at) {
  for (const auto& [id, known] : facts_.subscriptions)
    for (const DeliveryId& pending : facts_.deliveries.pending(id)) {
      change(pending, [&](Delivery& one) {
        const Instant due = std::exchange(one.next_attempt_at, outbox::earlier(one.next_attempt_at, by, at));
        return one.state != DeliveryState::kHeld && one.next_attempt_at != due;
      });
    }
}

void MemoryCommit::add(const outbox::Event& event) {
  if (facts_.events.try_emplace({event.handle, event.id}, event).second && !event.session.empty())
    facts_.events_of_session[{event.handle, event.session}].push_back(event.id);
}

void MemoryCommit::add(Delivery delivery, Instant at) {
  if (facts_.deliveries.find(delivery.id)) return;
  outbox::admit(delivery, facts_.standing(delivery.subscription), at);
  facts_.deliveries.put(std::move(delivery));
}

void MemoryCommit::add(OwedDelivery& row, const outbox::Attempt& attempt) {
  const auto [place, is_new] = row.attempts.try_emplace(attempt.number, attempt);
  if (!is_new || !row.erased) return;
  place->second.request_headers = "{}";
  place->second.response_body.clear();
}

void MemoryCommit::write_log(const Batch& batch) {
  Facts& f = facts_;
  for (const DeliveryId& id : batch.trimmed) {
    const OwedDelivery* row = f.deliveries.find(id);
    if (!row || !is_final(row->delivery.state)) continue;
    const Handle handle = row->delivery.handle;
    const EventId event = row->delivery.event;
    f.deliveries.remove(id);
    if (f.deliveries.of_event(handle, event).empty()) forget_event(handle, event);
  }
  for (const auto& [handle, id] : batch.trimmed_events)
    if (const auto event = f.events.find({handle, id}); event != f.events.end() && event->second.unmatched)
      forget_event(handle, id);
  for (const outbox::Replay& replay : batch.replays) f.replays[{replay.handle, replay.id}] = replay;
  if (batch.replays_before)
    std::erase_if(f.replays, [&](const auto& one) {
      return one.second.state != outbox::ReplayState::kRunning && one.second.ended_at < *batch.replays_before;
    });
}

void MemoryCommit::forget_event(const Handle& handle, const EventId& id) {
  const auto found = facts_.events.find({handle, id});
  if (found == facts_.events.end()) return;
  if (const auto of = facts_.events_of_session.find({handle, found->second.session});
      of != facts_.events_of_session.end())
    std::erase(of->second, id);
  facts_.events.erase(found);
}

void MemoryCommit::settle_one(const outbox::Settlement& settlement, Instant at) {
  OwedDelivery* row = facts_.deliveries.find(settlement.delivery);
  if (!row) return;
  if (settlement.attempt.number > 0) add(*row, settlement.attempt);
  change(settlement.delivery, [&](Delivery& one) {
    outbox::settle(one, facts_.standing(one.subscription), settlement, at);
    return true;
  });
}

void MemoryCommit::change(const DeliveryId& id, const std::function<bool(Delivery&)>& transition) {
  const OwedDelivery* row = facts_.deliveries.find(id);
  if (!row) return;
  Delivery delivery = row->delivery;
  if (transition(delivery)) facts_.deliveries.put(std::move(delivery));
}

void MemoryCommit::withdraw(const std::vector<DeliveryId>& ids, std::string_view reason, Instant at) {
  for (const DeliveryId& pending : ids)
    change(pending, [&](Delivery& one) { return outbox::withdraw(one, reason, at); });
}

void MemoryCommit::write_control(const Batch& batch) {
  for (const auto& rule : batch.rules) facts_.rules[{rule.handle, rule.rule}][rule.rules_version] = rule;
  for (const auto& entry : batch.audit) facts_.add_audit(entry);
}

}  // namespace beckon::store
