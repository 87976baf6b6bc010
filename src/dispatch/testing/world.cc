#include "dispatch/testing/world.h"

#include "base/check.h"
#include "outbox/subscription_change.h"
#include "outbox/transitions.h"

namespace beckon::dispatch::testing {

void TableStore::put(Row row) {
  outbox::Delivery& delivery = row.delivery;
  if (outbox::joins_line(nullptr, delivery) && first_of_session(delivery)) outbox::wait_behind(delivery);
  due_[delivery.subscription].insert({delivery.next_attempt_at, delivery.id});
  rows[delivery.id] = std::move(row);
}

void TableStore::save(outbox::Delivery& delivery, outbox::Delivery next) {
  outbox::Delivery was = std::exchange(delivery, std::move(next));
  due_[was.subscription].erase({was.next_attempt_at, was.id});
  if (delivery.state == DeliveryState::kQueued || delivery.state == DeliveryState::kRetrying)
    due_[was.subscription].insert({delivery.next_attempt_at, was.id});
  if (!outbox::leaves_line(was, delivery)) return;
  outbox::Delivery* first = first_of_session(was);
  if (!first) return;
  outbox::Delivery let_go = *first;
  if (outbox::let_go(let_go, delivery.ended_at)) save(*first, std::move(let_go));
}

outbox::Delivery* TableStore::first_of_session(const outbox::Delivery& like) {
  for (auto& [id, row] : rows) {
    outbox::Delivery& one = row.delivery;
    if (one.ordered && !is_final(one.state) && one.subscription == like.subscription && one.session == like.session)
      return &one;
  }
  return nullptr;
}

void TableStore::end(const DeliveryId& id, DeliveryState state) {
  outbox::Delivery ended = rows.at(id).delivery;
  ended.state = state;
  ended.ended_at = clock.now();
  save(rows.at(id).delivery, std::move(ended));
}

void TableStore::write(const outbox::Settled& one) {
  Row& row = rows.at(one.settlement.delivery);
  if (one.settlement.attempt.number > 0) {
    CHECK(one.settlement.attempt.number == static_cast<int>(row.attempts.size()) + 1);
    row.attempts.push_back(one.settlement.attempt);
  }
  const auto subscription = index.find(row.delivery.subscription);
  const auto standing = subscription ? outbox::standing_of(*subscription) : outbox::Standing::kDeleted;
  outbox::Delivery next = row.delivery;
  outbox::settle(next, standing, one.settlement, clock.now());
  save(row.delivery, std::move(next));
  if (!one.change) return;
  changes.push_back(*one.change);
  if (!subscription) return;
  auto changed = outbox::change_by_attempts(*subscription, *one.change, clock.now());
  if (!changed) return;
  if (subscription->enabled && !changed->enabled)
    for (auto& [id, other] : rows) {
      outbox::Delivery held = other.delivery;
      if (held.subscription == changed->id && outbox::hold(held, outbox::kSubscriptionDisabled, clock.now()))
        save(other.delivery, std::move(held));
    }
  index.put(std::make_shared<const outbox::Subscription>(*std::move(changed)));
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
