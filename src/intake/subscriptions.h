// Subscriptions as of a draft.
#pragma once
#include "commit/draft.h"
#include "outbox/subscription.h"
#include "outbox/subscription_change.h"

namespace beckon::intake {

// The subscription as of this draft; null if the handle has none with this id.
outbox::SubscriptionPtr find_subscription(commit::Draft& draft, const Handle& handle, const SubscriptionId& id);

// The handle's number of subscriptions as of this draft.
std::size_t count_subscriptions(commit::Draft& draft, const Handle& handle);

// Completes and stages `next`, which an operator's request made from `before`; if it was disabled or enabled, its
// pending deliveries are held or released.
outbox::Changed change_subscription(commit::Draft& draft, const outbox::Subscription& before,
                                    outbox::Subscription& next);

}  // namespace beckon::intake
