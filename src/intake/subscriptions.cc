#include "intake/subscriptions.h"

#include <algorithm>
#include <set>

namespace beckon::intake {

using commit::Draft;
using outbox::Subscription;
using outbox::SubscriptionPtr;

SubscriptionPtr find_subscription(Draft& draft, const Handle& handle, const SubscriptionId& id) {
  SubscriptionPtr found = draft.find_subscription(id);
  return found && found->handle == handle ? found : nullptr;
}

std::size_t count_subscriptions(Draft& draft, const Handle& handle) {
  const auto present = draft.places().subscriptions.of(handle);
  std::set<SubscriptionId> ids;
  for (const SubscriptionPtr& one : *present) ids.insert(one->id);
  for (const Subscription& staged : commit::changes_of<Subscription>(draft.batch()))
    if (staged.handle == handle) ids.insert(staged.id);
  return ids.size();
}

outbox::Changed change_subscription(Draft& draft, const Subscription& before, Subscription& next) {
  const outbox::Changed changed = outbox::change_by_operator(before, next, draft.now());
  draft.put_subscription(next);
  if (changed.turned)
    draft.hold_subscription({next.id, !next.enabled, next.enabled ? "" : std::string(outbox::kSubscriptionDisabled)});
  return changed;
}

}  // namespace beckon::intake
