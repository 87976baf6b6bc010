// P3: once everything has come to rest, each event has ended, visibly, at every subscription that matched it; and the
// log agrees with the receivers.
#include <algorithm>

#include "simulator/world.h"

namespace beckon::simulator {

using outbox::Delivery;
using outbox::DeliveryState;

// `finally`: deliveries held before have by now been held for too long.
void World::check_rest(bool finally) {
  for (std::size_t i = 0; i < outside_.subscriptions.size(); ++i) {
    const KnownSubscription& known = outside_.subscriptions[i];
    Process& at = *owner(known.handle);
    const auto all = at.store().outbox().deliveries(known.handle, known.id, 1'000'000);
    require(all->empty() || known.created != Answer::kNo,
            [&] { return "P2: something is owed to a subscription that was refused: " + known.id.text; });
    const auto subscription = at.subscriptions.find(known.id);
    const bool disabled = subscription && !subscription->enabled;
    if (finally && disabled && subscription->disabled_reason != outbox::kDisabledByOperator)
      stage_.counts.add(Count::kDisabledByServer);
    for (const Delivery& one : *all) {
      const bool long_held = stage_.time.now() - one.held_at > options_.outbox.held_for + kUpkeepWithin;
      const bool may_wait = one.state == DeliveryState::kHeld && disabled && !long_held;
      require(is_final(one.state) || may_wait, [&] {
        return "P3, P6: a delivery is " + std::string(to_text(one.state)) +
               " although all has been well for hours: " + one.event.text + " to " + known.id.text + ", " +
               std::to_string(one.attempts) + " attempts, due at " +
               std::to_string(stage_.time.when(one.next_attempt_at).count()) + " ms";
      });
      if (finally) check_log(i, one);
    }
  }
}

void World::check_log(std::size_t subscription, const Delivery& delivery) {
  const auto attempts = owner(outside_.subscriptions[subscription].handle)->store().outbox().attempts(delivery.id);
  const Attempts::Line* line = attempts_.find(subscription, delivery.event.text);
  if (line && line->may_be_lost) return;
  const auto where = [&] { return delivery.event.text + " to " + delivery.subscription.text; };
  int number = 0;
  for (const outbox::Attempt& one : *attempts) {
    require(one.number == ++number, [&] {
      return "P6: the log counts attempts as they were not: " + std::to_string(one.number) + " is there as the " +
             std::to_string(number) + "., " + where();
    });
    const auto* answer = line && line->answers.contains(number) ? &line->answers.at(number) : nullptr;
    if (line && line->kept.contains(number)) answer = &line->kept.at(number);
    require(answer && *answer == one.status, [&] {
      return "P2: the log tells of an answer that no receiver gave: " + std::to_string(number) + " of " + where();
    });
  }
  require(number == delivery.attempts, [&] {
    return "P6: the log has " + std::to_string(number) + " of " + std::to_string(delivery.attempts) +
           " attempts: " + where();
  });
  if (line)
    for (const auto& [kept, status] : line->kept)
      require(kept <= number,
              [&] { return "P1: the result of an attempt is lost: " + std::to_string(kept) + " of " + where(); });
  const KnownSubscription& known = outside_.subscriptions[subscription];
  switch (delivery.state) {
    case DeliveryState::kDelivered:
      stage_.counts.add(Count::kDelivered);
      require(line && line->successes > 0, [&] { return "P2: what nobody received is delivered: " + where(); });
      break;
    case DeliveryState::kFailed:
      stage_.counts.add(Count::kFailed);
      require(number > 0 || !delivery.reason.empty(),
              [&] { return "P3: a delivery failed without a reason: " + where(); });
      break;
    case DeliveryState::kWithdrawn:
      stage_.counts.add(Count::kWithdrawn);
      require(known.delete_asked || !delivery.rule.empty() || delivery.session.empty(),
              [&] { return "P3: a delivery is withdrawn and nobody wished it: " + where(); });
      break;
    case DeliveryState::kQueued:
    case DeliveryState::kRetrying:
    case DeliveryState::kHeld:
    case DeliveryState::kSending: break;
  }
}

}  // namespace beckon::simulator
