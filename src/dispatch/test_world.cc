#include "dispatch/test_world.h"

#include "base/check.h"

namespace beckon::dispatch::testing {

void TableStore::move(outbox::Delivery& delivery, DeliveryState state, Instant next) {
  due_[delivery.subscription].erase({delivery.next_attempt_at, delivery.id});
  delivery.state = state;
  delivery.next_attempt_at = next;
  if (state == DeliveryState::kQueued || state == DeliveryState::kRetrying)
    due_[delivery.subscription].insert({next, delivery.id});
  outbox::Delivery* waits = delivery.ordered && is_final(state) ? first_of_session(delivery) : nullptr;
  if (waits && waits->next_attempt_at == outbox::kBehindOthers) move(*waits, waits->state, waits->created_at);
}

outbox::Delivery* TableStore::first_of_session(const outbox::Delivery& like) {
  for (auto& [id, row] : rows) {
    outbox::Delivery& one = row.delivery;
    if (one.ordered && !is_final(one.state) && one.subscription == like.subscription && one.session == like.session)
      return &one;
  }
  return nullptr;
}

void TableStore::write(const Settled& one) {
  Row& row = rows.at(one.settlement.delivery);
  if (one.settlement.attempt.number == 0) {
    CHECK(one.settlement.state == DeliveryState::kWithdrawn);
    if (is_final(row.delivery.state)) return;
    row.delivery.reason = one.settlement.reason;
    return move(row.delivery, one.settlement.state, {});
  }
  CHECK(one.settlement.attempt.number == static_cast<int>(row.attempts.size()) + 1);
  row.attempts.push_back(one.settlement.attempt);
  row.delivery.attempts = one.settlement.attempt.number;
  outbox::Settlement settlement = one.settlement;
  if (const auto subscription = index.find(row.delivery.subscription))
    if (settlement.state == DeliveryState::kRetrying && !may_send(*subscription, row.delivery.event_type))
      settlement.state = DeliveryState::kHeld;
  const bool late_success =
      row.delivery.state == DeliveryState::kWithdrawn && settlement.state == DeliveryState::kDelivered;
  if (!is_final(row.delivery.state) || late_success) {
    move(row.delivery, settlement.state, settlement.next_attempt_at);
    row.delivery.schedule_step = settlement.schedule_step;
    row.delivery.reason = settlement.reason;
    row.delivery.last_status = settlement.attempt.status;
  }
  if (!one.change) return;
  changes.push_back(*one.change);
  const auto subscription = index.find(one.change->subscription);
  if (!subscription) return;
  auto changed = std::make_shared<outbox::Subscription>(*subscription);
  changed->failing_since = one.change->failing_since;
  if (!one.change->disable_reason.empty()) {
    changed->enabled = false;
    changed->disabled_reason = one.change->disable_reason;
    for (auto& [id, pending] : rows)
      if (pending.delivery.subscription == changed->id && !is_final(pending.delivery.state))
        move(pending.delivery, DeliveryState::kHeld, {});
  }
  index.put(changed);
}

void World::boot() {
  dispatcher.reset();
  dispatcher = std::make_unique<Dispatcher>(Ports{.outbox = store,
                                                  .index = index,
                                                  .sender = sender,
                                                  .settlements = store,
                                                  .secrets = secrets,
                                                  .clock = clock,
                                                  .random = random},
                                            settings);
  dispatcher->wake_all();
}

outbox::Subscription World::subscribe(std::string_view handle, std::string_view id) {
  outbox::Subscription one;
  one.id = SubscriptionId{id};
  one.handle = Handle{handle};
  one.endpoint_url = "https://" + std::string(id) + ".example/";
  one.event_types = {"*"};
  one.sealed_secret = secrets.seal(outbox::make_secret(random), std::string(handle) + "/" + std::string(id), random);
  put(one);
  return one;
}

void World::put(const outbox::Subscription& changed) {
  index.put(std::make_shared<const outbox::Subscription>(changed));
  dispatcher->changed(changed.id);
}

DeliveryId World::owe(std::string_view subscription, std::string_view type, std::string_view session) {
  const auto target = index.find(SubscriptionId{subscription});
  const std::string number = std::to_string(1'000'000 + ++made);
  outbox::Delivery delivery;
  delivery.id = DeliveryId{"dlv_" + number};
  delivery.event = EventId{"evt_" + number};
  delivery.subscription = target->id;
  delivery.handle = target->handle;
  delivery.event_type = type;
  delivery.session = SessionId{session};
  delivery.ordered = target->ordering == outbox::Ordering::kSession && !session.empty();
  delivery.created_at = delivery.next_attempt_at = clock.now();
  auto body = outbox::event_body(delivery.event, type, target->handle, clock.now(), "{}");
  store.put({.delivery = delivery, .body = std::make_shared<const std::string>(std::move(body)), .attempts = {}});
  dispatcher->committed(clock.now());
  dispatcher->wake(target->id);
  return delivery.id;
}

DeliveryId World::owe_due(std::string_view subscription, Duration valid) {
  const DeliveryId id = owe(subscription, "chain.message.due", "sess-1");
  outbox::Delivery& delivery = store.rows.at(id).delivery;
  delivery.rule = RuleId{"cart-rescue"};
  delivery.valid_until = clock.now() + valid;
  return id;
}

void World::run_for(Duration time) {
  const Instant until = clock.now() + time;
  while (clock.now() < until) dispatcher->poll(until - clock.now());
  dispatcher->poll(Duration{0});
  dispatcher->poll(Duration{0});
}

std::size_t World::sent_to(std::string_view subscription) const {
  const std::string url = "https://" + std::string(subscription) + ".example/";
  return static_cast<std::size_t>(
      std::ranges::count_if(sender.sent, [&](const auto& one) { return one.request.url == url; }));
}

std::vector<Duration> World::times() const {
  std::vector<Duration> list;
  for (const auto& one : sender.sent) list.push_back(one.at - start);
  return list;
}

}  // namespace beckon::dispatch::testing
