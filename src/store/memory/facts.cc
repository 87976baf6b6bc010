#include "store/memory/facts.h"

#include <algorithm>

#include "base/check.h"

namespace beckon::store {

using outbox::DeliveryState;

namespace {

bool is_sendable(DeliveryState state) { return state == DeliveryState::kQueued || state == DeliveryState::kRetrying; }

}  // namespace

OwedDelivery* Deliveries::find(const DeliveryId& id) {
  const auto found = rows_.find(id);
  return found == rows_.end() ? nullptr : &found->second;
}

void Deliveries::put(outbox::Delivery delivery) {
  const auto [place, is_new] = rows_.try_emplace(delivery.id);
  OwedDelivery& row = place->second;
  outbox::Delivery& was = row.delivery;
  if (is_new) {
    by_subscription_[delivery.subscription].insert(delivery.id);
    by_event_[delivery.event].push_back(delivery.id);
  } else {
    CHECK(was.subscription == delivery.subscription && was.event == delivery.event);
    if (is_sendable(was.state)) due_[was.subscription].erase({was.next_attempt_at, was.id});
    if (was.state == DeliveryState::kHeld) held_[was.subscription].erase(was.id);
    if (!was.rule.empty()) by_rule_[{was.handle, was.rule}].erase(was.id);
  }
  const Session session{delivery.subscription, is_new ? delivery.session : was.session};
  if (outbox::joins_line(is_new ? nullptr : &was, delivery)) {
    auto& turns = turns_[session];
    row.turn = turns.empty() ? 1 : turns.rbegin()->first + 1;
    if (!turns.empty()) outbox::wait_behind(delivery);
    turns.emplace(row.turn, delivery.id);
  }
  const bool leaves = !is_new && outbox::leaves_line(was, delivery);
  was = std::move(delivery);
  if (is_sendable(was.state)) due_[was.subscription].emplace(was.next_attempt_at, was.id);
  if (was.state == DeliveryState::kHeld) held_[was.subscription].insert(was.id);
  if (!was.rule.empty() && !is_final(was.state)) by_rule_[{was.handle, was.rule}].insert(was.id);
  if (leaves) {
    turns_[session].erase(row.turn);
    let_next_go(session, was.ended_at);
  }
}

void Deliveries::let_next_go(const Session& session, Instant at) {
  const auto found = turns_.find(session);
  if (found->second.empty()) return void(turns_.erase(found));
  outbox::Delivery next = rows_.at(found->second.begin()->second).delivery;
  if (outbox::let_go(next, at)) put(std::move(next));
}

void Deliveries::remove(const DeliveryId& id) {
  const auto found = rows_.find(id);
  CHECK(found != rows_.end() && is_final(found->second.delivery.state));
  const outbox::Delivery& gone = found->second.delivery;
  by_subscription_[gone.subscription].erase(id);
  std::erase(by_event_[gone.event], id);
  rows_.erase(found);
}

std::vector<DeliveryId> Deliveries::held() const {
  std::vector<std::pair<Instant, DeliveryId>> found;
  for (const auto& [subscription, ids] : held_)
    for (const DeliveryId& id : ids) found.emplace_back(rows_.at(id).delivery.held_at, id);
  std::ranges::sort(found);
  std::vector<DeliveryId> ids;
  for (auto& [at, id] : found) ids.push_back(std::move(id));
  return ids;
}

const Deliveries::ByDue& Deliveries::due(const SubscriptionId& id) const {
  static const ByDue none;
  const auto found = due_.find(id);
  return found == due_.end() ? none : found->second;
}

std::vector<DeliveryId> Deliveries::pending(const SubscriptionId& id) const {
  std::vector<DeliveryId> found;
  for (const auto& [at, delivery] : due(id)) found.push_back(delivery);
  if (const auto held = held_.find(id); held != held_.end())
    found.insert(found.end(), held->second.begin(), held->second.end());
  return found;
}

std::vector<std::pair<DeliveryId, std::string>> Deliveries::pending(const commit::WithdrawReason& ended) const {
  std::vector<std::pair<DeliveryId, std::string>> found;
  const auto known = by_rule_.find({ended.handle, ended.rule});
  if (known == by_rule_.end()) return found;
  for (const DeliveryId& id : known->second) {
    const outbox::Delivery& one = rows_.at(id).delivery;
    if (ended.session.empty()) {
      found.emplace_back(id, ended.reason);
    } else if (one.session != ended.session) {
      continue;
    } else if (ended.values.empty()) {
      if (one.anchor_at <= ended.anchor_until) found.emplace_back(id, ended.reason);
    } else {
      const auto value = std::ranges::find(ended.values, one.same, &commit::WithdrawReason::OfValue::same);
      if (value != ended.values.end() && one.anchor_at <= value->anchor_until) found.emplace_back(id, value->reason);
    }
  }
  return found;
}

std::vector<outbox::PendingMessage> Deliveries::pending(const commit::WithdrawJoined& joined) const {
  std::vector<outbox::PendingMessage> found;
  const auto known = by_rule_.find({joined.handle, joined.rule});
  if (known == by_rule_.end()) return found;
  for (const DeliveryId& id : known->second) {
    const outbox::Delivery& one = rows_.at(id).delivery;
    if (std::ranges::find(joined.sessions, one.session) != joined.sessions.end())
      found.push_back({id, one.event, one.same});
  }
  return found;
}

std::vector<DeliveryId> Deliveries::of_event(const Handle& handle, const EventId& id) const {
  std::vector<DeliveryId> found;
  if (const auto known = by_event_.find(id); known != by_event_.end())
    for (const DeliveryId& delivery : known->second)
      if (rows_.at(delivery).delivery.handle == handle) found.push_back(delivery);
  return found;
}

std::vector<DeliveryId> Deliveries::of_subscription(const SubscriptionId& id) const {
  const auto known = by_subscription_.find(id);
  if (known == by_subscription_.end()) return {};
  return {known->second.begin(), known->second.end()};
}

EventId StoredFacts::end_of_former_lives(const Handle& handle, const SessionId& session) const {
  const auto lives = past_sessions.find({handle, session});
  return lives == past_sessions.end() || lives->second.empty() ? EventId{} : lives->second.rbegin()->first;
}

outbox::Standing StoredFacts::standing(const SubscriptionId& id) const {
  const auto found = subscriptions.find(id);
  if (found == subscriptions.end()) return outbox::Standing::kUnknown;
  return found->second.deleted ? outbox::Standing::kDeleted : outbox::standing_of(found->second.subscription);
}

}  // namespace beckon::store
