// Requests of operators, planned as the handlers in http/routes do.
#include <algorithm>

#include "intake/append.h"
#include "intake/retry_now.h"
#include "intake/subscriptions.h"
#include "outbox/signature.h"
#include "simulator/world.h"

namespace beckon::simulator {

using commit::Draft;
using outbox::Subscription;

void World::subscribe() {
  Dice& dice = stage_.dice;
  const std::size_t n = outside_.subscriptions.size();
  const Handle& handle = outside_.handles[dice.below(outside_.handles.size())];
  Process* const at = n < 12 ? reach(handle) : nullptr;
  if (!at) return;
  static constexpr const char* kTypes[] = {"*", "*", "signal.*", "signal.cart", "order.paid"};
  const bool healthy = dice.one_in(3);
  outside_.subscriptions.push_back({.id = SubscriptionId{"whs_" + std::to_string(n)},
                                    .handle = handle,
                                    .type = kTypes[dice.below(5)],
                                    .ordered = dice.one_in(3),
                                    .rated = dice.one_in(5),
                                    .asked_of = at->life->number,
                                    .always_healthy = healthy});
  const KnownSubscription& known = outside_.subscriptions.back();
  Subscription made{
      .id = known.id, .handle = known.handle, .endpoint_url = Network::address(n, 1), .event_types = {known.type}};
  if (known.rated) made.rate_per_second = dice.between(1, 20);
  if (known.ordered) made.ordering = outbox::Ordering::kSession;
  const auto plan = [at, made](Draft& draft) mutable -> std::optional<Fault> {
    Random& random = draft.places().random;
    made.created_at = made.updated_at = draft.now();
    made.sealed_secret = at->secrets.seal(outbox::make_secret(random), made.handle.text + "/" + made.id.text, random);
    draft.put_subscription(made);
    return std::nullopt;
  };
  at->plan(plan, while_alive(*at, [this, n](const std::optional<Fault>& fault) {
             KnownSubscription& one = outside_.subscriptions[n];
             stage_.tell([&] {
               return one.id.text +
                      (fault ? " is refused"
                             : " is there: " + one.handle.text + ", " + one.type + (one.ordered ? ", ordered" : ""));
             });
             one.created = fault ? Answer::kNo : Answer::kYes;
             if (!fault) stage_.counts.add(Count::kCreated);
           }));
}

std::optional<std::size_t> World::any_subscription() {
  if (outside_.subscriptions.empty()) return std::nullopt;
  const std::size_t n = stage_.dice.below(outside_.subscriptions.size());
  const KnownSubscription& one = outside_.subscriptions[n];
  if (one.created != Answer::kYes || one.delete_asked) return std::nullopt;
  return n;
}

void World::turn_off_or_on() {
  const auto n = any_subscription();
  if (!n) return;
  KnownSubscription& one = outside_.subscriptions[*n];
  Process* const at = reach(one.handle);
  if (!at) return;
  const bool enable = stage_.dice.below(10) < 6;
  const int turn = ++one.turns;
  if (enable) {
    one.last_enabling = turn;
    one.disabled = false;
  }
  const auto plan = [handle = one.handle, id = one.id, enable](Draft& draft) -> std::optional<Fault> {
    const auto now = intake::find_subscription(draft, handle, id);
    if (!now) return not_found("subscription");
    Subscription next = *now;
    next.enabled = enable;
    intake::change_subscription(draft, *now, next);
    return std::nullopt;
  };
  at->plan(plan, while_alive(*at, [this, at, n = *n, enable, turn](const std::optional<Fault>& fault) {
             stage_.tell([&] {
               return outside_.subscriptions[n].id.text + (fault ? " is not turned " : " is turned ") +
                      (enable ? "on" : "off");
             });
             if (fault) return;
             stage_.counts.add(enable ? Count::kChanged : Count::kDisabled);
             at->dispatcher.fence(while_alive(*at, [this, n, enable, turn] {
               if (!enable && outside_.subscriptions[n].last_enabling < turn) outside_.subscriptions[n].disabled = true;
             }));
           }));
}

void World::move() {
  const auto n = any_subscription();
  if (!n) return;
  KnownSubscription& one = outside_.subscriptions[*n];
  Process* const at = reach(one.handle);
  if (!at) return;
  const int number = ++one.addresses;
  const auto plan = [n = *n, handle = one.handle, id = one.id, number](Draft& draft) -> std::optional<Fault> {
    const auto now = intake::find_subscription(draft, handle, id);
    if (!now) return not_found("subscription");
    Subscription next = *now;
    next.endpoint_url = Network::address(n, number);
    intake::change_subscription(draft, *now, next);
    return std::nullopt;
  };
  at->plan(plan, while_alive(*at, [this, at, n = *n, number](const std::optional<Fault>& fault) {
             if (fault) return;
             stage_.counts.add(Count::kChanged);
             at->dispatcher.fence(while_alive(*at, [this, n, number] {
               KnownSubscription& moved = outside_.subscriptions[n];
               stage_.tell([&] { return moved.id.text + " has address " + std::to_string(number); });
               moved.least_address = std::max(moved.least_address, number);
             }));
           }));
}

void World::unsubscribe() {
  const auto n = any_subscription();
  if (!n) return;
  KnownSubscription& one = outside_.subscriptions[*n];
  Process* const at = reach(one.handle);
  if (!at) return;
  one.delete_asked = true;
  one.deleted = Answer::kWaiting;
  one.asked_of = at->life->number;
  const auto plan = [handle = one.handle, id = one.id](Draft& draft) -> std::optional<Fault> {
    if (!intake::find_subscription(draft, handle, id)) return not_found("subscription");
    draft.remove_subscription(id);
    return std::nullopt;
  };
  at->plan(plan, while_alive(*at, [this, at, n = *n](const std::optional<Fault>& fault) {
             KnownSubscription& gone = outside_.subscriptions[n];
             if (fault) {
               gone.deleted = Answer::kNo;
               gone.delete_asked = false;
               return;
             }
             stage_.counts.add(Count::kDeleted);
             at->dispatcher.fence(while_alive(*at, [this, n] {
               stage_.tell([&] { return outside_.subscriptions[n].id.text + " is deleted"; });
               outside_.subscriptions[n].deleted = Answer::kYes;
             }));
           }));
}

void World::plan_sending(Process& at, std::function<Result<DeliveryId>(Draft&)> plan, const SubscriptionId& id,
                         Count counted) {
  const auto wanted = std::make_shared<DeliveryId>();
  at.plan(
      [plan = std::move(plan), wanted](Draft& draft) -> std::optional<Fault> {
        auto planned = plan(draft);
        if (!planned) return planned.error();
        *wanted = *planned;
        return std::nullopt;
      },
      while_alive(at, [this, &at, id, counted, wanted](const std::optional<Fault>& fault) {
        if (fault) return;
        stage_.counts.add(counted);
        at.dispatcher.probe(id, *wanted);
      }));
}

void World::test() {
  const auto n = any_subscription();
  if (!n) return;
  const KnownSubscription& one = outside_.subscriptions[*n];
  Process* const at = reach(one.handle);
  if (!at) return;
  const auto plan = [handle = one.handle, id = one.id](Draft& draft) -> Result<DeliveryId> {
    const auto now = intake::find_subscription(draft, handle, id);
    if (!now) return unexpected(not_found("subscription"));
    return draft.add_event_for(*now, outbox::kTestEventType, R"({"test":true})", R"({"message":"hello"})").id;
  };
  plan_sending(*at, plan, one.id, Count::kTested);
}

void World::retry() {
  const auto n = any_subscription();
  if (!n) return;
  const KnownSubscription& one = outside_.subscriptions[*n];
  Process* const at = reach(one.handle);
  if (!at) return;
  const auto all = at->store().outbox().deliveries(one.handle, one.id, 30);
  if (all->empty()) return;
  const auto plan = [this, at, n = *n, handle = one.handle,
                     id = (*all)[stage_.dice.below(all->size())].id](Draft& draft) -> Result<DeliveryId> {
    const auto known = at->store().outbox().delivery(handle, id);
    if (!*known) return unexpected(not_found("delivery"));
    const outbox::Delivery& delivery = **known;
    if (auto refused =
            intake::refuse_retry(draft, at->store().outbox(), delivery, at->dispatcher.is_sending(id), false))
      return unexpected(*refused);
    draft.requeue(delivery);
    attempts_.sent_again(n, delivery.event.text);
    return id;
  };
  plan_sending(*at, plan, one.id, Count::kRetriedByHand);
}

void World::replay() {
  const auto n = any_subscription();
  if (!n) return;
  const KnownSubscription& one = outside_.subscriptions[*n];
  Process* const at = reach(one.handle);
  if (!at) return;
  outbox::Replay replay{.handle = one.handle,
                        .subscription = one.id,
                        .range = {.since = VirtualTime::kStart - 24h, .until = stage_.time.now(), .status = {}}};
  replay.total = *at->store().outbox().count_replayable(one.id, replay.range);
  const auto plan = [this, at, n = *n, replay](Draft& draft) mutable -> std::optional<Fault> {
    const auto now = draft.places().subscriptions.find(replay.subscription);
    if (!now || !now->enabled) return not_found("subscription");
    replay.id = ReplayId{make_ulid("rpl_", draft.now(), draft.places().random)};
    replay.created_at = draft.now();
    if (auto refused = at->replays.start(draft, replay)) return refused;
    ++outside_.subscriptions[n].replays;
    return std::nullopt;
  };
  at->plan(plan, while_alive(*at, [this, id = one.id](const std::optional<Fault>& fault) {
             stage_.tell([&] { return id.text + (fault ? " is not replayed" : " is replayed"); });
             if (!fault) stage_.counts.add(Count::kReplays);
           }));
}

}  // namespace beckon::simulator
