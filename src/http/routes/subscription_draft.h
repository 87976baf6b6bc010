// Subscriptions as seen by a commit being planned.
#pragma once
#include "commit/draft.h"
#include "outbox/subscription.h"

namespace beckon::http {

// The subscription as changed by this commit so far; null if the handle has none with this id.
outbox::SubscriptionPtr find_subscription(commit::Draft& draft, const Handle& handle, const SubscriptionId& id);

// The handle's number of subscriptions after this commit so far.
std::size_t count_subscriptions(commit::Draft& draft, const Handle& handle);

// Stages the subscription; senders see it once it is on disk.
void stage(commit::Draft& draft, const outbox::Subscription& subscription);

}  // namespace beckon::http
