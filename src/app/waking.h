// Notifies dispatch about a commit: called on the committing thread once the batch is on disk, before any
// response.
#pragma once
#include "commit/commit.h"
#include "dispatch/dispatcher.h"

namespace beckon::app {

void wake(dispatch::Dispatcher& dispatcher, const outbox::SubscriptionIndex& subscriptions, const commit::Batch& batch);

}  // namespace beckon::app
