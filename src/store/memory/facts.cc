#include "store/memory/facts.h"

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

void Deliveries::put(const outbox::Delivery& delivery) {
  const auto [place, is_new] = rows_.try_emplace(delivery.id);
  outbox::Delivery& was = place->second.delivery;
  if (is_new) {
    by_subscription_[delivery.subscription].insert(delivery.id);
    by_event_[delivery.event].push_back(delivery.id);
  } else {
    CHECK(was.subscription == delivery.subscription && was.event == delivery.event);
    if (is_sendable(was.state)) due_[was.subscription].erase({was.next_attempt_at, was.id});
    if (was.state == DeliveryState::kHeld) held_[was.subscription].erase(was.id);
    if (!was.rule.empty()) by_rule_[{was.handle, was.rule}].erase(was.id);
  }
  was = delivery;
  if (is_sendable(was.state)) due_[was.subscription].emplace(was.next_attempt_at, was.id);
  if (was.state == DeliveryState::kHeld) held_[was.subscription].insert(was.id);
  if (!was.rule.empty() && !is_final(was.state)) by_rule_[{was.handle, was.rule}].insert(was.id);
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

std::vector<DeliveryId> Deliveries::pending(const decision::WithdrawReason& ended) const {
  std::vector<DeliveryId> found;
  const auto known = by_rule_.find({ended.handle, ended.rule});
  if (known == by_rule_.end()) return found;
  for (const DeliveryId& id : known->second) {
    const outbox::Delivery& one = rows_.at(id).delivery;
    if (ended.session.empty() || (one.session == ended.session && one.anchor_at < ended.anchor_before)) found.push_back(id);
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

Standing Facts::standing(const SubscriptionId& id) const {
  const auto found = subscriptions.find(id);
  if (found == subscriptions.end()) return Standing::kUnknown;
  if (found->second.deleted) return Standing::kDeleted;
  return found->second.subscription.enabled ? Standing::kEnabled : Standing::kDisabled;
}

}  // namespace beckon::store
