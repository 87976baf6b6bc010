#include "store/memory/memory_commit.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "outbox/reduced_body.h"
#include "store/memory/memory_analytics.h"

namespace beckon::store {

using commit::Batch;
using commit::CommitFault;
using outbox::Delivery;
using outbox::DeliveryState;

namespace {

void erase_response(outbox::Attempt& attempt) {
  attempt.response_headers.clear();
  attempt.response_body.clear();
}

void erase_texts(outbox::Attempt& attempt) {
  attempt.request_headers = "{}";
  erase_response(attempt);
}

}  // namespace

void MemoryCommit::refuse_next(CommitFault fault) {
  const std::lock_guard lock(facts_.mutex);
  refusal_ = fault;
}

void MemoryCommit::number_from(ledger::Position position) {
  const std::lock_guard lock(facts_.mutex);
  facts_.last_position = position - 1;
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
}

void MemoryCommit::apply(const commit::SweepDenials& sweep) {
  int gone = 0;
  std::erase_if(facts_.denied,
                [&](const auto& wish) { return wish.second <= sweep.ended_by && gone++ < Batch::kSweep; });
}

void MemoryCommit::apply(const commit::Deny& wish) { facts_.denied[wish.digest] = wish.until; }

void MemoryCommit::schedule_erasure(const ledger::Ledger::Erasure& erasure) {
  const auto [place, is_new] = facts_.erasures.try_emplace({erasure.digest, erasure.reduce}, erasure);
  place->second.since = std::min(place->second.since, erasure.since);
  place->second.up_to = std::max(place->second.up_to, erasure.up_to);
}

void MemoryCommit::apply(const commit::Erase& erase) {
  facts_.snapshots.erase({erase.handle, erase.session});
  EventId behind;
  if (erase.only_this_life)
    behind = facts_.end_of_former_lives(erase.handle, erase.session);
  else
    facts_.past_sessions.erase({erase.handle, erase.session});
  schedule_erasure({.digest = erase.digest, .up_to = facts_.last_position, .since = erase.since});
  if (erase.denied_until) facts_.denied[erase.digest] = *erase.denied_until;
  erase_from_outbox(erase.handle, erase.session, erase.reason, behind, {});
}

void MemoryCommit::apply(const commit::ErasePast& erase) {
  EventId behind;
  bool is_last = true;
  if (const auto lives = facts_.past_sessions.find({erase.handle, erase.session});
      lives != facts_.past_sessions.end()) {
    const auto next = lives->second.lower_bound(erase.last);
    if (next != lives->second.begin()) behind = std::prev(next)->first;
    is_last = lives->second.upper_bound(erase.last) == lives->second.end();
    lives->second.erase(erase.last);
  }
  erase_from_outbox(erase.handle, erase.session, erase.reason, behind,
                    erase.to_end && is_last ? EventId{} : erase.last);
}

void MemoryCommit::apply(const commit::Expire& gone) {
  facts_.snapshots.erase({gone.handle, gone.session});
  schedule_erasure({.digest = gone.digest, .up_to = gone.up_to, .since = gone.since});
  const auto events = facts_.events_of_session.find({gone.handle, gone.session});
  if (events == facts_.events_of_session.end() || events->second.empty()) return;
  facts_.past_sessions[{gone.handle, gone.session}].try_emplace(*std::ranges::max_element(events->second),
                                                                gone.visitor);
}

void MemoryCommit::apply(const commit::Reduce& reduce) {
  schedule_erasure({.digest = reduce.digest, .up_to = facts_.last_position, .reduce = true, .since = reduce.since});
  const auto events = facts_.events_of_session.find({reduce.handle, reduce.session});
  if (events == facts_.events_of_session.end()) return;
  const EventId former = facts_.end_of_former_lives(reduce.handle, reduce.session);
  for (const EventId& id : events->second) {
    outbox::Event& event = facts_.events.at({reduce.handle, id});
    auto reduced = id > former ? outbox::reduced_body(event.body, event.cause) : std::nullopt;
    if (!reduced) continue;
    event.body = std::move(*reduced);
    for (const DeliveryId& owed : facts_.deliveries.of_event(reduce.handle, id))
      for (auto& [number, attempt] : facts_.deliveries.find(owed)->attempts) erase_response(attempt);
  }
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
  for (const ledger::Ledger::Erasure& one : done.done)
    if (const auto owed = facts_.erasures.find({one.digest, one.reduce});
        owed != facts_.erasures.end() && owed->second.up_to <= one.up_to)
      facts_.erasures.erase(owed);
}

void MemoryCommit::apply(const commit::SweepJournal& sweep) {
  auto row = facts_.journal.begin();
  for (int looked_at = 0; looked_at < Batch::kSweep && row != facts_.journal.end(); ++looked_at)
    row = row->second.at < sweep.before && row->first <= sweep.up_to ? facts_.journal.erase(row) : std::next(row);
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

// The texts of an attempt belong to the session: none are stored after an erasure.
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

// A deleted subscription does not come back.
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
  for (const auto& [id, reason] : facts_.deliveries.pending(ended)) withdraw({id}, reason);
}

void MemoryCommit::apply(const commit::WithdrawJoined& joined) {
  withdraw(outbox::all_but_the_earliest(facts_.deliveries.pending(joined)), outbox::kJoined);
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
  const SessionId session = row->delivery.session;
  facts_.deliveries.remove(trim.delivery);
  if (facts_.deliveries.of_event(handle, event).empty()) forget_event(handle, event);
  forget_past(handle, session);
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

void MemoryCommit::apply(const commit::GoalTallies& goals) { add(facts_.goals, goals); }

void MemoryCommit::apply(const commit::SweepTallies& what) { sweep(facts_, what.before); }

void MemoryCommit::apply(const commit::RulePut& rule) {
  facts_.rules[{rule.handle, rule.rule}][rule.rules_version] = rule;
}

void MemoryCommit::apply(const commit::FillingPut& filling) {
  auto& rules = facts_.filling_rules[filling.handle];
  if (filling.rule.json.empty())
    rules.erase(filling.rule.id);
  else
    rules.insert_or_assign(filling.rule.id, filling.rule);
}

void MemoryCommit::apply(const commit::ForgetRules& old) {
  for (const rules::SupersededRule& text : old.texts) {
    const auto versions = facts_.rules.find({old.handle, text.rule});
    if (versions == facts_.rules.end()) continue;
    versions->second.erase(text.rules_version);
    if (versions->second.empty()) facts_.rules.erase(versions);
  }
  std::uint64_t& first = facts_.rules_kept[old.handle];
  first = std::max(first, old.first);
}

namespace {

template <class Put>
void put(std::map<Handle, commit::TraitStore::Stored>& all, const Put& one) {
  commit::TraitStore::Stored& stored = all[one.handle];
  if (!one.json.empty())
    stored.insert_or_assign(one.name, one.json);
  else
    stored.erase(one.name);
}

}  // namespace

void MemoryCommit::apply(const commit::TraitPut& trait) { put(facts_.traits, trait); }
void MemoryCommit::apply(const commit::CounterPut& counter) { put(facts_.counters, counter); }

void MemoryCommit::apply(const commit::SweepAudit& sweep) {
  int gone = 0;
  for (auto& [handle, entries] : facts_.audit)
    std::erase_if(entries, [&](const auto& one) {
      return one.first.first < sweep.before && !says_what_holds(one.second) && gone++ < Batch::kSweep;
    });
}

void MemoryCommit::apply(const commit::SweepReplacedAudit& sweep) {
  int gone = 0;
  for (auto& [handle, entries] : facts_.audit) {
    // The settings and counter entries from before that instant in order, by target.
    std::map<std::pair<bool, std::string>, std::vector<std::pair<Instant, AuditId>>> old;
    for (const auto& [key, entry] : entries)
      if (key.first < sweep.before && says_what_holds(entry))
        old[{entry.action == "settings.put", entry.target}].push_back(key);
    for (auto& [about, keys] : old) {
      const bool is_gone = keys.size() == 1 && entries.at(keys.front()).action == "counter.delete";
      if (!is_gone) keys.pop_back();
      for (const auto& key : keys)
        if (gone++ < Batch::kSweep) entries.erase(key);
    }
  }
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

// The first kSweep of them; if there are that many, more may be left.
std::vector<DeliveryId> MemoryCommit::bounded(std::vector<DeliveryId> ids, const SubscriptionId& of) {
  if (ids.size() < Batch::kSweep) return ids;
  ids.resize(Batch::kSweep);
  unfinished_.push_back(of);
  return ids;
}

void MemoryCommit::erase_from_outbox(const Handle& handle, const SessionId& session, std::string_view reason,
                                     const EventId& behind, const EventId& last) {
  const auto found = facts_.events_of_session.find({handle, session});
  if (found == facts_.events_of_session.end()) return;
  const auto is_meant = [&](const EventId& id) { return id > behind && (last.empty() || id <= last); };
  for (const EventId& id : found->second) {
    if (!is_meant(id)) continue;
    outbox::Event& event = facts_.events.at({handle, id});
    event.session = SessionId{};
    event.cause = event.body = "{}";
    for (const DeliveryId& owed : facts_.deliveries.of_event(handle, id)) {
      OwedDelivery& row = *facts_.deliveries.find(owed);
      row.erased = true;
      for (auto& [number, attempt] : row.attempts) erase_texts(attempt);
      Delivery delivery = row.delivery;
      outbox::erase(delivery, reason, at_);
      facts_.deliveries.put(std::move(delivery));
    }
  }
  std::erase_if(found->second, is_meant);
  if (found->second.empty()) facts_.events_of_session.erase(found);
}

void MemoryCommit::forget_past(const Handle& handle, const SessionId& session) {
  const auto events = facts_.events_of_session.find({handle, session});
  if (events == facts_.events_of_session.end() || events->second.empty())
    facts_.past_sessions.erase({handle, session});
  else if (const auto lives = facts_.past_sessions.find({handle, session}); lives != facts_.past_sessions.end())
    lives->second.erase(lives->second.begin(), lives->second.lower_bound(*std::ranges::min_element(events->second)));
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
