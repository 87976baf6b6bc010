#include "commit/draft.h"

#include <algorithm>
#include <iterator>

#include "base/check.h"
#include "base/hour.h"
#include "base/planted.h"
#include "commit/counting.h"
#include "outbox/event_body.h"
#include "outbox/traced_cause.h"
#include "outbox/transitions.h"
#include "rules/language/decimal.h"

namespace beckon::commit {

using ledger::SessionDigest;
using ledger::SessionPtr;

namespace {

// In bits: more signals than a commit can store, and room for 10^12 commits.
constexpr int kPlacesPerCommit = 24;
constexpr std::size_t kChangesExpected = 64;  // of a commit under load; more make the list grow

ledger::Consent consent_after(const SessionPtr& before, const ledger::DecisionRecord& record) {
  if (before) return before->consent;
  return record.basic ? ledger::Consent::kBasic : ledger::Consent::kFull;
}

}  // namespace

Draft::Draft(const Places& places, Instant now, ledger::Position after, bool lean)
    : places_(places), row_(after + 1), next_place_(row_ << kPlacesPerCommit), lean_(lean) {
  batch_.at = now;
}

Result<SessionPtr> Draft::kept(const Handle& handle, const SessionId& id, const SessionDigest& digest) {
  if (const auto staged = staged_.find(digest); staged != staged_.end()) return staged->second;
  return places_.sessions.find(handle, id, digest);
}

Result<SessionPtr> Draft::find(const Handle& handle, const SessionId& id, const SessionDigest& digest) {
  auto session = kept(handle, id, digest);
  if (session) hide_expired(digest, *session);
  return session;
}

SessionPtr Draft::at_hand(const SessionDigest& digest) {
  const auto staged = staged_.find(digest);
  SessionPtr session = staged != staged_.end() ? staged->second : places_.sessions.in_memory(digest);
  hide_expired(digest, session);
  return session;
}

Result<SessionPtr> Draft::glance(const Handle& handle, const SessionId& id, const SessionDigest& digest) {
  if (auto session = at_hand(digest)) return session;
  return find(handle, id, digest);
}

TenantPtr Draft::tenant(std::string_view handle) const {
  if (!tenant_ || tenant_->handle.view() != handle) tenant_ = places_.tenants.known(handle);
  return tenant_;
}

std::shared_ptr<const rules::RuleSet> Draft::rules_of(const Handle& handle) const {
  if (const auto put = rules_.find(handle); put != rules_.end()) return put->second;
  const TenantPtr tenant = this->tenant(handle.view());
  return tenant ? tenant->rules : nullptr;
}

void Draft::hide_expired(const SessionDigest& digest, SessionPtr& session) {
  if (!session || session->expires_at > now()) return;
  expired_.insert_or_assign(digest, std::move(session));
  session = nullptr;
}

void Draft::end_former_life(const SessionDigest& digest) {
  if (expired_.empty()) return;
  const auto found = expired_.find(digest);
  if (found == expired_.end()) return;
  const SessionPtr former = std::move(found->second);
  expired_.erase(found);
  const Handle& handle = former->handle;
  fold(handle, former->id, former->visitor, digest);
  // Its snapshot must not lack what leaves the journal (Housekeeping::expire).
  if (!former->visitor.empty())
    renew(places_.sessions.digest(handle.view(), ledger::own_record(former->visitor.view()).view()));
  if (!ledger::is_own_record(former->id.view())) set_timer({.handle = handle, .session = former->id});
  plan(Expire{handle, former->id, former->visitor, digest, former->began, after()});
}

bool Draft::denied(const SessionDigest& digest) const {
  const auto said = denied_.find(digest);
  return said != denied_.end() ? said->second.has_value() : places_.sessions.denied(digest, now());
}

void Draft::stage(const SessionDigest& digest, SessionPtr session) {
  const auto [place, added] = staged_.insert_or_assign(digest, std::move(session));
  if (added) order_.push_back(digest);
}

SessionPtr Draft::staged(const SessionDigest& digest) const {
  const auto found = staged_.find(digest);
  return found == staged_.end() ? nullptr : found->second;
}

// The previously staged version would prevent changing it in place; the caller is about to stage the result.
void Draft::release(const SessionDigest& digest) {
  if (const auto staged = staged_.find(digest); staged != staged_.end()) staged->second = nullptr;
}

Result<SessionPtr> Draft::append(const SessionDigest& digest, SessionPtr before, const ledger::AppendRecord& record,
                                 std::size_t* evicted) {
  // Half of the retention may have passed since the visitor's own record was last extended.
  const bool long_lived = before && now() - before->created >= (record.expires_at - now()) / 2;
  auto counted = counts_of(record, before);
  auto waiting = this->waiting(before ? before->window : ledger::Window(), record);
  if (counted.empty() && waiting.empty()) return append_counted(digest, std::move(before), record, long_lived, evicted);
  ledger::AppendRecord with = record;
  with.counted.insert(with.counted.end(), counted.begin(), counted.end());
  with.waiting = std::move(waiting);
  return append_counted(digest, std::move(before), with, long_lived || !counted.empty(), evicted);
}

std::vector<std::uint64_t> Draft::waiting(const ledger::Window& window, const ledger::AppendRecord& record) const {
  std::vector<std::uint64_t> versions;
  if (!window.loses_read(record.signals.size())) return versions;
  const auto rules = rules_of(Handle{record.handle});
  if (!rules || !rules->has_waits()) return versions;
  const ledger::Window all = window.overfilled({}, record.signals);
  for (const std::size_t i : rules->waiting(all)) versions.push_back(all[i].version);
  std::ranges::sort(versions);
  return versions;
}

void Draft::fill(const SessionDigest& digest, SessionPtr before, const ledger::FilledRecord& record) {
  ledger::append_record(batch_.journal, digest, record);
  release(digest);
  stage(digest, ledger::applied(std::move(before), record));
}

Result<SessionPtr> Draft::append_counted(const SessionDigest& digest, SessionPtr before,
                                         const ledger::AppendRecord& record, bool touches, std::size_t* evicted) {
  std::optional<Visit> visit;  // none of a session that is nobody's and stays so, as many are
  if (!record.visitor.empty() || (before && !before->visitor.empty())) {
    auto planned = this->visit(Handle{record.handle}, before, record.consent, record.visitor, touches);
    if (!planned) return unexpected(planned.error());
    visit = std::move(*planned);
  }
  if (!before) end_former_life(digest);
  ledger::append_record(batch_.journal, digest, record);
  notify_watchers(record);
  release(digest);
  SessionPtr session = ledger::applied(std::move(before), record, row_, evicted);
  stage(digest, session);
  if (visit) follow(std::move(*visit), digest, *session, record.expires_at, {}, record.counted);
  return session;
}

Result<SessionPtr> Draft::decide(const SessionDigest& digest, SessionPtr before, const ledger::DecisionRecord& record) {
  auto visit =
      this->visit(Handle{record.handle}, before, consent_after(before, record), record.visitor, !record.spends.empty());
  if (!visit) return unexpected(visit.error());
  if (!before) end_former_life(digest);
  ledger::append_record(batch_.journal, digest, record);
  release(digest);
  SessionPtr session = ledger::applied(std::move(before), record, row_);
  stage(digest, session);
  count(record, *session);
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

Result<SessionPtr> Draft::mark(const SessionDigest& digest, SessionPtr before, const ledger::MarkRecord& record) {
  auto visit = this->visit(before->handle, before, before->consent, {}, true);
  if (!visit) return unexpected(visit.error());
  ledger::append_record(batch_.journal, digest, record);
  const Instant expires_at = before->expires_at;
  release(digest);
  SessionPtr session = ledger::applied(std::move(before), record);
  stage(digest, session);
  follow(std::move(*visit), digest, *session, expires_at, {record.mark});
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

void Draft::count(const ledger::DecisionRecord& record, const ledger::Session& session) {
  const TenantPtr tenant = this->tenant(record.handle);
  count_decision(*this, tenant && tenant->admitted ? tenant.get() : nullptr, record, session);
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
    hide_expired(item.digest, before);
  }
  if (record.seen && !before) return;
  auto visit =
      this->visit(Handle{record.handle}, before, consent_after(before, record), record.visitor, !record.spends.empty());
  if (!visit) return;
  if (!before) end_former_life(item.digest);
  // If consent has become basic meanwhile, no visitor may be named.
  if ((!record.visitor.empty() || !record.anonymous.empty()) &&
      consent_after(before, record) != ledger::Consent::kFull) {
    ledger::DecisionRecord reduced = record;
    reduced.visitor = reduced.anonymous = {};
    ledger::append_record(batch_.journal, item.digest, reduced);
  } else {
    batch_.journal += item.bytes;
  }
  SessionPtr session = ledger::applied(std::move(before), record, row_);
  stage(item.digest, session);
  count(record, *session);
  follow(std::move(*visit), item.digest, *session, record.expires_at, record.spends);
}

void Draft::erase(const Handle& handle, const SessionId& id, const SessionDigest& digest, std::string reason,
                  std::optional<Instant> denied_until, ledger::Position since, bool only_this_life) {
  ledger::append_record(batch_.journal, ledger::ForgetRecord{digest});
  plan(Erase{handle, id, digest, denied_until, std::move(reason), since, only_this_life});
  if (!ledger::is_own_record(id.view())) set_timer({.handle = handle, .session = id});
  std::erase_if(changes_, [&](const auto& staged) { return staged.handle == handle && session_of(staged.what) == id; });
  stage(digest, nullptr);
  if (denied_until) denied_[digest] = denied_until;
}

void Draft::deny(const SessionDigest& digest, Instant until) {
  plan(Deny{digest, until});
  denied_[digest] = until;
}

void Draft::consent(const SessionDigest& digest) {
  plan(ConsentAgain{digest});
  denied_[digest] = std::nullopt;
}

void Draft::reduce(const Handle& handle, const SessionId& id, const SessionDigest& digest) {
  const auto known = kept(handle, id, digest);
  plan(Reduce{handle, id, digest, known && *known ? (*known)->began : 0});
}

void Draft::expire(Expire session) {
  if (staged_.contains(session.digest)) return;
  fold(session.handle, session.session, session.visitor, session.digest);
  stage(session.digest, nullptr);
  if (!ledger::is_own_record(session.session.view())) set_timer({.handle = session.handle, .session = session.session});
  plan(std::move(session));
}

void Draft::plan_event(outbox::Event event) {
  if (trace_ && !trace_->empty()) event.cause = outbox::traced_cause(std::move(event.cause), *trace_);
  event_ = batch_.changes.size();
  plan(std::move(event));
}

bool Draft::add_event(const Tenant& tenant, std::string_view type, Instant occurred_at, std::string_view session,
                      const std::function<std::string()>& cause, const std::function<std::string()>& payload,
                      const DeliveryReason& reason) {
  const auto list = places_.subscriptions.of(tenant.handle);
  if (std::ranges::none_of(*list, [&](const auto& one) { return outbox::wants(*one, type); })) return false;
  const bool reused = planted(Planted::kReuseEventId) && event_;
  const EventId event{reused ? newest_event().id.text : make_ulid("evt_", now(), places_.random)};
  plan_event({.id = event,
              .handle = tenant.handle,
              .type = std::string(type),
              .occurred_at = occurred_at,
              .session = SessionId{session},
              .cause = cause(),
              .body = outbox::event_body(event, type, tenant.handle, occurred_at, payload())});
  schedule_deliveries(*list, reason);
  return true;
}

void Draft::add_own_event(const Tenant& tenant, const EventId& id, std::string_view type, std::string cause,
                          std::string_view payload) {
  const auto list = places_.subscriptions.of(tenant.handle);
  const auto wanted = [&](const outbox::SubscriptionPtr& one) { return outbox::wants(*one, type); };
  const bool unmatched = std::ranges::none_of(*list, wanted);
  if (planted(Planted::kDropUnmatched) && unmatched) return;
  plan_event({.id = id,
              .handle = tenant.handle,
              .type = std::string(type),
              .occurred_at = now(),
              .cause = std::move(cause),
              .body = outbox::event_body(id, type, tenant.handle, now(), payload),
              .unmatched = unmatched});
  own_events_.emplace(id, *event_);
  schedule_deliveries(*list, {});
}

const outbox::Event* Draft::own_event(const EventId& id) const {
  const auto found = own_events_.find(id);
  return found == own_events_.end() ? nullptr : &std::get<outbox::Event>(batch_.changes[found->second]);
}

// For the newest event, to each matching subscription.
void Draft::schedule_deliveries(const std::vector<outbox::SubscriptionPtr>& list, const DeliveryReason& reason) {
  bool first = true;
  for (const outbox::SubscriptionPtr& subscription : list) {
    if (!outbox::wants(*subscription, newest_event().type)) continue;
    if (std::exchange(first, false) || !planted(Planted::kOweFirstOnly)) schedule_delivery(*subscription, reason);
  }
}

void Draft::schedule_delivery(const outbox::Subscription& subscription, const DeliveryReason& reason) {
  const auto changed = subscriptions_.find(subscription.id);
  const bool is_changed = changed != subscriptions_.end() && changed->second;
  outbox::Delivery delivery = outbox::scheduled(DeliveryId{make_ulid("dlv_", now(), places_.random)}, newest_event(),
                                                is_changed ? *changed->second : subscription, now());
  delivery.rule = reason.rule;
  delivery.anchor_at = reason.anchor_at;
  delivery.same = reason.same;
  delivery.valid_until = reason.valid_until;
  if (places_.changes) notify_watchers(delivery);
  plan(std::move(delivery));
}

outbox::Delivery Draft::add_event_for(const outbox::Subscription& subscription, std::string_view type,
                                      std::string cause, std::string_view payload, const SessionId& session) {
  const EventId event{make_ulid("evt_", now(), places_.random)};
  plan_event({.id = event,
              .handle = subscription.handle,
              .type = std::string(type),
              .occurred_at = now(),
              .session = session,
              .cause = std::move(cause),
              .body = outbox::event_body(event, type, subscription.handle, now(), payload)});
  schedule_delivery(subscription, {});
  return std::get<outbox::Delivery>(batch_.changes.back());
}

void Draft::put_subscription(outbox::Subscription subscription) {
  auto shared = std::make_shared<const outbox::Subscription>(subscription);
  subscriptions_.insert_or_assign(subscription.id, std::move(shared));
  plan(std::move(subscription));
}

void Draft::remove_subscription(const SubscriptionId& id) {
  subscriptions_.insert_or_assign(id, nullptr);
  plan(RemoveSubscription{id});
}

outbox::SubscriptionPtr Draft::find_subscription(const SubscriptionId& id) const {
  const auto changed = subscriptions_.find(id);
  return changed == subscriptions_.end() ? places_.subscriptions.find(id) : changed->second;
}

void Draft::count(TallyKey key, Metric metric, std::int64_t n) {
  if (key.hour == Instant{}) key.hour = hour_of(now());
  std::int64_t& counted = tallies_[std::move(key)][static_cast<std::size_t>(metric)];
  counted = rules::added(counted, n);
}

void Draft::count(TallyKey key, const GoalCounts& counts) {
  key.hour = hour_of(now());
  tallies_.try_emplace(key);  // so that readers find a row of counts for it, even if nothing else has changed
  add(goals_[std::move(key)], counts);
}

const Batch& Draft::seal() {
  auto& changes = batch_.changes;
  if (set_back_) {
    for (Change& change : changes)
      if (auto* settled = std::get_if<outbox::Settlement>(&change); settled && settled->reckoned_at > now())
        settled->next_attempt_at = outbox::earlier(settled->next_attempt_at, settled->reckoned_at - now(), now());
    changes.emplace(changes.begin(), SetClockBack{*set_back_});
  }
  std::ranges::move(last_, std::back_inserter(changes));
  if (!tallies_.empty()) plan(std::move(tallies_));
  if (!goals_.empty()) plan(std::move(goals_));
  return batch_;
}

void Draft::notify_watchers(const ledger::AppendRecord& record) {
  if (!places_.changes) return;
  if (changes_.empty()) changes_.reserve(kChangesExpected);
  for (const ledger::Signal& signal : record.signals)
    changes_.push_back({Handle{record.handle}, SignalSeen{.session = SessionId{record.session},
                                                          .key = std::string(signal.key),
                                                          .value = std::string(signal.value),
                                                          .has_value = signal.has_value,
                                                          .version = signal.version,
                                                          .at = signal.at}});
}

void Draft::requeue(const outbox::Delivery& ended) {
  plan(Requeue{ended.id, now(), ended.subscription});
  const auto subscription = find_subscription(ended.subscription);
  const auto standing = subscription ? standing_of(*subscription) : outbox::Standing::kDeleted;
  outbox::Delivery queued = ended;
  if (outbox::requeue(queued, standing, false, now())) notify_watchers(std::move(queued));
}

void Draft::notify_watchers(outbox::Delivery delivery) {
  if (!places_.changes) return;
  Handle handle = delivery.handle;
  changes_.push_back({std::move(handle), std::make_shared<const outbox::Delivery>(std::move(delivery))});
}

void Draft::publish(ledger::Position position) {
  for (const SessionDigest& digest : order_) places_.sessions.publish(digest, std::move(staged_[digest]), position);
  for (const auto& [digest, until] : denied_)
    until ? places_.sessions.deny(digest, *until) : places_.sessions.consent(digest);
  for (auto& [id, subscription] : subscriptions_)
    subscription ? places_.subscriptions.put(std::move(subscription)) : places_.subscriptions.remove(id);
  for (auto& then : after_) then();
  if (!places_.changes) return;
  std::vector<std::pair<Handle, SessionId>> erased;
  for (const Erase& erase : changes_of<Erase>(batch_)) erased.emplace_back(erase.handle, erase.session);
  for (const ErasePast& erase : changes_of<ErasePast>(batch_))
    if (erase.to_end) erased.emplace_back(erase.handle, erase.session);
  if (!changes_.empty() || !erased.empty()) places_.changes->put(std::move(changes_), erased);
}

const TraitDeclaration* Draft::find_trait(const Handle& handle, std::string_view name) const {
  if (const auto staged = traits_.find(std::pair{handle, std::string(name)}); staged != traits_.end())
    return staged->second ? &*staged->second : reserved_trait(name);
  const TenantPtr tenant = this->tenant(handle.view());
  return tenant ? tenant->traits->find(name) : reserved_trait(name);
}

std::size_t Draft::traits_of(const Handle& handle) const {
  const TenantPtr tenant = this->tenant(handle.view());
  std::size_t count = tenant ? tenant->traits->declared_and_seen().size() : 0;
  for (const auto& [key, declaration] : traits_)
    if (key.first == handle && declaration) ++count;
  return count;
}

void Draft::put_trait(const Handle& handle, const std::string& name, const TraitDeclaration* declaration) {
  const auto put = declaration ? std::optional(*declaration) : std::nullopt;
  traits_.insert_or_assign({handle, name}, put);
  after_commit([&tenants = places_.tenants, handle, name, put] {
    const TenantPtr now = tenants.known(handle.view());
    if (!now) return;
    TraitTable::Declarations table = now->traits->declared_and_seen();
    if (put)
      table.insert_or_assign(name, *put);
    else
      table.erase(name);
    auto next = std::make_shared<Tenant>(*now);
    next->traits = std::make_shared<const TraitTable>(std::move(table), now->traits->counters());
    tenants.put(std::move(next));
  });
  plan(TraitPut{handle, name, put ? to_json(*put) : std::string{}});
}

std::optional<rules::Counter> Draft::find_counter(const Handle& handle, std::string_view name) const {
  if (const auto staged = counters_.find(std::pair{handle, std::string(name)}); staged != counters_.end())
    return staged->second;
  const TenantPtr tenant = this->tenant(handle.view());
  if (!tenant) return std::nullopt;
  const auto found = tenant->traits->counters().find(name);
  return found == tenant->traits->counters().end() ? std::nullopt : std::optional(found->second);
}

std::size_t Draft::counters_of(const Handle& handle) const {
  const TenantPtr tenant = this->tenant(handle.view());
  std::size_t count = tenant ? tenant->traits->counters().size() : 0;
  for (const auto& [key, counter] : counters_)
    if (key.first == handle && counter && !(tenant && tenant->traits->counters().contains(key.second))) ++count;
  return count;
}

rules::Counter Draft::declare_counter(const Handle& handle, const std::string& name, rules::Counter counter,
                                      Instant since) {
  const auto before = find_counter(handle, name);
  // A counter declared again in the same instant is still a new one.
  counter.declared = before ? std::max(now(), before->declared + Duration{1}) : now();
  counter.id = rules::counter_id(name, counter.declared);
  counter.since = std::min(since, now());
  counter.filled_to = 0;
  counter.fill_until = row_;  // its signals may come before or after the declaration
  put_counter(handle, name, counter);
  return counter;
}

void Draft::put_counter(const Handle& handle, const std::string& name, std::optional<rules::Counter> counter) {
  plan(CounterPut{handle, name, counter ? rules::to_json(*counter) : std::string{}});
  counters_.insert_or_assign({handle, name}, counter);
  after_commit([&tenants = places_.tenants, handle, name, counter = std::move(counter)] {
    const TenantPtr now = tenants.known(handle.view());
    if (!now) return;
    rules::Counters counters = now->traits->counters();
    if (counter)
      counters.insert_or_assign(name, *counter);
    else
      counters.erase(name);
    auto next = std::make_shared<Tenant>(*now);
    next->traits = std::make_shared<const TraitTable>(now->traits->declared_and_seen(), std::move(counters));
    tenants.put(std::move(next));
    if (counter && counter->filled_to) tenants.set_filling(true);
  });
}

}  // namespace beckon::commit
