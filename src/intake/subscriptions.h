// Subscriptions as seen by a commit being planned.
#pragma once
#include "commit/draft.h"
#include "outbox/subscription.h"
#include "outbox/subscription_change.h"

namespace beckon::intake {

// The subscription as changed by this commit so far; null if the handle has none with this id.
outbox::SubscriptionPtr find_subscription(commit::Draft& draft, const Handle& handle, const SubscriptionId& id);

// The handle's number of subscriptions after this commit so far.
std::size_t count_subscriptions(commit::Draft& draft, const Handle& handle);

// `next`, which an operator's request made of `before`, is completed and staged; where it turned, what is pending of it
// is held or released.
outbox::Changed change_subscription(commit::Draft& draft, const outbox::Subscription& before,
                                    outbox::Subscription& next);

}  // namespace beckon::intake
