// Subscriptions as a commit in the making sees them.
#pragma once
#include "commit/draft.h"
#include "outbox/subscription.h"

namespace beckon::http {

// The subscription as it will be after this commit so far; null where there is none of this handle.
outbox::SubscriptionPtr find_subscription(commit::Draft& draft, const Handle& handle, const SubscriptionId& id);

// How many the handle will have after this commit so far.
std::size_t count_subscriptions(commit::Draft& draft, const Handle& handle);

// Staged, and seen by whoever sends as soon as it is on disk.
void stage(commit::Draft& draft, const outbox::Subscription& subscription);

}  // namespace beckon::http
