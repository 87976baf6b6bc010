#include "commit/draft.h"

#include <algorithm>

#include "base/check.h"
#include "base/planted.h"
#include "commit/counting.h"
#include "outbox/event_body.h"
#include "outbox/transitions.h"

namespace beckon::commit {

using ledger::SessionDigest;
using ledger::SessionPtr;

namespace {

ledger::Consent consent_after(const SessionPtr& before, const ledger::DecisionRecord& record) {
  if (before) return before->consent;
  return record.basic ? ledger::Consent::kBasic : ledger::Consent::kFull;
}

}  // namespace

Draft::Draft(const Places& places, Instant now, bool lean) : places_(places), lean_(lean) { batch_.at = now; }

// Expired or not.
Result<SessionPtr> Draft::kept(const Handle& handle, const SessionId& id, const SessionDigest& digest) {
  if (const auto staged = staged_.find(digest); staged != staged_.end()) return staged->second;
  return places_.sessions.find(handle, id, digest);
}

Result<SessionPtr> Draft::find(const Handle& handle, const SessionId& id, const SessionDigest& digest) {
  auto session = kept(handle, id, digest);
  if (session && *session && (*session)->expires_at <= now()) session->reset();
  return session;
}

bool Draft::denied(const SessionDigest& digest) const {
  const auto said = denied_.find(digest);
  return said != denied_.end() ? said->second : places_.sessions.denied(digest);
}

void Draft::stage(const SessionDigest& digest, SessionPtr session) {
  const auto [place, added] = staged_.insert_or_assign(digest, std::move(session));
  if (added) order_.push_back(digest);
}

SessionPtr Draft::staged(const SessionDigest& digest) const {
  const auto found = staged_.find(digest);
  return found == staged_.end() ? nullptr : found->second;
}

// What was staged before stands in the way of changing it in place; the caller is about to stage what comes of it.
void Draft::release(const SessionDigest& digest) {
  if (const auto staged = staged_.find(digest); staged != staged_.end()) staged->second = nullptr;
}

Result<SessionPtr> Draft::append(const SessionDigest& digest, SessionPtr before, const ledger::AppendRecord& record,
                                 std::size_t* evicted) {
  // Half of the retention may have passed since the visitor's own record was last prolonged.
  const bool long_lived = before && now() - before->created >= (record.expires_at - now()) / 2;
  auto visit = this->visit(Handle{record.handle}, before, record.consent, record.visitor, long_lived);
  if (!visit) return unexpected(visit.error());
  ledger::append_record(batch_.journal, digest, record);
  tell(record);
  release(digest);
  SessionPtr session = ledger::applied(std::move(before), record, evicted);
  stage(digest, session);
  follow(std::move(*visit), digest, *session, record.expires_at, {});
  return session;
}

Result<SessionPtr> Draft::decide(const SessionDigest& digest, SessionPtr before, const ledger::DecisionRecord& record) {
  auto visit =
      this->visit(Handle{record.handle}, before, consent_after(before, record), record.visitor, !record.spends.empty());
  if (!visit) return unexpected(visit.error());
  ledger::append_record(batch_.journal, digest, record);
  release(digest);
  SessionPtr session = ledger::applied(std::move(before), record);
  stage(digest, session);
  count(record);
  follow(std::move(*visit), digest, *session, record.expires_at, record.spends);
  return session;
}

SessionPtr Draft::done(const SessionDigest& digest, SessionPtr before, const ledger::DoneRecord& record) {
  ledger::append_record(batch_.journal, digest, record);
  release(digest);
  SessionPtr session = ledger::applied(std::move(before), record);
  stage(digest, session);
  return session;
}

void Draft::record_late(std::string_view records) {
  ledger::JournalReader reader(records);
  while (const auto item = reader.next()) {
    const auto record = ledger::decode_record(item->bytes);
    CHECK(record.has_value());
    record_one(*item, std::get<ledger::DecisionRecord>(*record));
  }
}

void Draft::count(const ledger::DecisionRecord& record) {
  const auto tenant = places_.tenants.find(record.handle);
  count_decision(batch_, tenant ? tenant->get() : nullptr, record);
}

void Draft::record_one(const ledger::JournalReader::Item& item, const ledger::DecisionRecord& record) {
  if (denied(item.digest)) return;
  SessionPtr before;
  if (const auto staged = staged_.find(item.digest); staged != staged_.end()) {
    before = std::move(staged->second);
    staged->second = nullptr;
  } else {
    before = places_.sessions.in_memory(item.digest);
    if (!before)
      before = places_.sessions.find(Handle{record.handle}, SessionId{record.session}, item.digest).value_or(nullptr);
    if (before && before->expires_at <= now()) before = nullptr;
  }
  if (record.seen && !before) return;
  auto visit =
      this->visit(Handle{record.handle}, before, consent_after(before, record), record.visitor, !record.spends.empty());
  if (!visit) return;
  // The consent may have become basic since: then nobody was said.
  if (!record.visitor.empty() && consent_after(before, record) != ledger::Consent::kFull) {
    ledger::DecisionRecord reduced = record;
    reduced.visitor = {};
    ledger::append_record(batch_.journal, item.digest, reduced);
  } else {
    batch_.journal += item.bytes;
  }
  SessionPtr session = ledger::applied(std::move(before), record);
  stage(item.digest, session);
  count(record);
  follow(std::move(*visit), item.digest, *session, record.expires_at, record.spends);
}

void Draft::erase(const Handle& handle, const SessionId& id, const SessionDigest& digest, std::string reason,
                  std::optional<Instant> denied_until) {
  ledger::append_record(batch_.journal, ledger::ForgetRecord{digest});
  batch_.erased.push_back(
      {handle, id, digest, denied_until, std::move(reason), batch_.events.size(), batch_.deliveries.size()});
  if (!ledger::is_own_record(id.view())) batch_.timers.push_back({.handle = handle, .session = id});
  std::erase_if(changes_, [&](const auto& staged) { return staged.handle == handle && session_of(staged.what) == id; });
  stage(digest, nullptr);
  if (denied_until) denied_[digest] = true;
}

void Draft::consent(const SessionDigest& digest) {
  batch_.consented.push_back(digest);
  for (Erase& erase : batch_.erased)  // said before it in this commit
    if (erase.digest == digest) erase.denied_until.reset();
  denied_[digest] = false;
}

bool Draft::owe(const Tenant& tenant, std::string_view type, Instant occurred_at, std::string_view session,
                const std::function<std::string()>& cause, const std::function<std::string()>& payload) {
  const auto list = places_.subscriptions.of(tenant.handle);
  if (std::ranges::none_of(*list, [&](const auto& one) { return outbox::wants(*one, type); })) return false;
  const bool reused = planted(Planted::kReuseEventId) && !batch_.events.empty();
  const EventId event{reused ? batch_.events.back().id.text : make_ulid("evt_", now(), places_.random)};
  batch_.events.push_back({.id = event,
                           .handle = tenant.handle,
                           .type = std::string(type),
                           .occurred_at = occurred_at,
                           .session = SessionId{session},
                           .cause = cause(),
                           .body = outbox::event_body(event, type, tenant.handle, occurred_at, payload())});
  owe_each(*list);
  return true;
}

void Draft::owe_own(const Tenant& tenant, const EventId& id, std::string_view type, std::string cause,
                    std::string_view payload) {
  if (planted(Planted::kDropUnmatched) &&
      std::ranges::none_of(*places_.subscriptions.of(tenant.handle),
                           [&](const auto& one) { return outbox::wants(*one, type); }))
    return;
  own_events_.emplace(id, batch_.events.size());
  batch_.events.push_back({.id = id,
                           .handle = tenant.handle,
                           .type = std::string(type),
                           .occurred_at = now(),
                           .cause = std::move(cause),
                           .body = outbox::event_body(id, type, tenant.handle, now(), payload)});
  const auto list = places_.subscriptions.of(tenant.handle);
  batch_.events.back().unmatched = owe_each(*list) == 0;
}

const outbox::Event* Draft::own_event(const EventId& id) const {
  const auto found = own_events_.find(id);
  return found == own_events_.end() ? nullptr : &batch_.events[found->second];
}

// A delivery of the newest event for each subscription that wants it; how many.
std::size_t Draft::owe_each(const std::vector<outbox::SubscriptionPtr>& list) {
  const outbox::Event& event = batch_.events.back();
  std::size_t owed = 0;
  for (const outbox::SubscriptionPtr& subscription : list) {
    if (!outbox::wants(*subscription, event.type) || (owed == 1 && planted(Planted::kOweFirstOnly))) continue;
    ++owed;
    batch_.deliveries.push_back(
        outbox::scheduled(DeliveryId{make_ulid("dlv_", now(), places_.random)}, event, *subscription, now()));
    tell(batch_.deliveries.back());
  }
  return owed;
}

outbox::Delivery Draft::owe_one(const outbox::Subscription& subscription, std::string_view type, std::string cause,
                                std::string_view payload) {
  const EventId event{make_ulid("evt_", now(), places_.random)};
  batch_.events.push_back({.id = event,
                           .handle = subscription.handle,
                           .type = std::string(type),
                           .occurred_at = now(),
                           .cause = std::move(cause),
                           .body = outbox::event_body(event, type, subscription.handle, now(), payload)});
  batch_.deliveries.push_back(outbox::scheduled(DeliveryId{make_ulid("dlv_", now(), places_.random)},
                                                batch_.events.back(), subscription, now()));
  tell(batch_.deliveries.back());
  return batch_.deliveries.back();
}

void Draft::tell(const ledger::AppendRecord& record) {
  if (!places_.changes) return;
  for (const ledger::Signal& signal : record.signals)
    changes_.push_back({Handle{record.handle}, SignalSeen{.session = SessionId{record.session},
                                                          .key = std::string(signal.key),
                                                          .value = std::string(signal.value),
                                                          .has_value = signal.has_value,
                                                          .version = signal.version,
                                                          .at = signal.at}});
}

void Draft::requeue(const outbox::Delivery& ended) {
  batch_.requeued.push_back({ended.id, now(), ended.subscription});
  const auto subscription = places_.subscriptions.find(ended.subscription);
  const auto standing = subscription ? standing_of(*subscription) : outbox::Standing::kDeleted;
  outbox::Delivery queued = ended;
  if (outbox::requeue(queued, standing, false, now())) tell(std::move(queued));
}

void Draft::tell(outbox::Delivery delivery) {
  if (!places_.changes) return;
  Handle handle = delivery.handle;
  changes_.push_back({std::move(handle), std::make_shared<const outbox::Delivery>(std::move(delivery))});
}

void Draft::audit(const Handle& handle, std::string_view actor, std::string_view action, std::string_view target,
                  std::string detail) {
  batch_.audit.push_back({.id = AuditId{make_ulid("aud_", now(), places_.random)},
                          .handle = handle,
                          .at = now(),
                          .actor = std::string(actor),
                          .action = std::string(action),
                          .target = std::string(target),
                          .detail = std::move(detail)});
}

void Draft::publish(ledger::Position position) {
  for (const SessionDigest& digest : order_) places_.sessions.publish(digest, std::move(staged_[digest]), position);
  for (const auto& [digest, denied] : denied_)
    denied ? places_.sessions.deny(digest) : places_.sessions.consent(digest);
  for (auto& then : after_) then();
  if (!places_.changes || (changes_.empty() && batch_.erased.empty())) return;
  std::vector<std::pair<Handle, SessionId>> erased;
  for (const Erase& erase : batch_.erased) erased.emplace_back(erase.handle, erase.session);
  places_.changes->put(std::move(changes_), erased);
}

bool Batch::empty() const {
  return journal.empty() && snapshots.empty() && !checkpoint && !expired_before && erased.empty() && reduced.empty() &&
         consented.empty() && rewritten.empty() && !rewritten_up_to && !journal_before && events.empty() &&
         deliveries.empty() && settlements.empty() && subscriptions.empty() && removed_subscriptions.empty() &&
         withdrawn.empty() && held.empty() && requeued.empty() && ended_reasons.empty() && given_up.empty() &&
         !set_back && trimmed.empty() && trimmed_events.empty() && replays.empty() && !replays_before &&
         timers.empty() && timers_of_rules.empty() && tallies.empty() && !tallies_before && rules.empty() &&
         audit.empty();
}

}  // namespace beckon::commit
