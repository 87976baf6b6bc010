#include "intake/subscriptions.h"

#include <algorithm>

namespace beckon::intake {

using commit::Draft;
using outbox::Subscription;
using outbox::SubscriptionPtr;

SubscriptionPtr find_subscription(Draft& draft, const Handle& handle, const SubscriptionId& id) {
  SubscriptionPtr found = draft.places().subscriptions.find(id);
  for (const Subscription& staged : draft.batch().subscriptions)
    if (staged.id == id) found = std::make_shared<const Subscription>(staged);
  if (std::ranges::find(draft.batch().removed_subscriptions, id) != draft.batch().removed_subscriptions.end())
    return nullptr;
  return found && found->handle == handle ? found : nullptr;
}

std::size_t count_subscriptions(Draft& draft, const Handle& handle) {
  const auto present = draft.places().subscriptions.of(handle);
  const auto is_new = [&](const Subscription& staged) {
    return staged.handle == handle &&
           !std::ranges::any_of(*present, [&](const SubscriptionPtr& one) { return one->id == staged.id; });
  };
  return present->size() + static_cast<std::size_t>(std::ranges::count_if(draft.batch().subscriptions, is_new));
}

void stage(Draft& draft, const Subscription& subscription) {
  draft.batch().subscriptions.push_back(subscription);
  draft.after_commit([&index = draft.places().subscriptions,
                      next = std::make_shared<const Subscription>(subscription)] { index.put(next); });
}

outbox::Changed change_subscription(Draft& draft, const Subscription& before, Subscription& next) {
  const outbox::Changed changed = outbox::change_by_operator(before, next, draft.now());
  if (changed.turned)
    draft.batch().held.push_back(
        {next.id, !next.enabled, next.enabled ? "" : std::string(outbox::kSubscriptionDisabled)});
  stage(draft, next);
  return changed;
}

void remove_subscription(Draft& draft, const SubscriptionId& id) {
  draft.batch().removed_subscriptions.push_back(id);
  draft.batch().withdrawn.push_back({id, std::string(outbox::kSubscriptionDeleted)});
  draft.after_commit([&index = draft.places().subscriptions, id] { index.remove(id); });
}

}  // namespace beckon::intake
