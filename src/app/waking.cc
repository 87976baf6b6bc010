#include "app/waking.h"

namespace beckon::app {

void wake(dispatch::Dispatcher& dispatcher, const outbox::SubscriptionIndex& subscriptions,
          const commit::Batch& batch) {
  dispatcher.committed(batch.at);
  for (const outbox::Delivery& delivery : batch.deliveries) dispatcher.wake(delivery.subscription);
  for (const outbox::Subscription& subscription : batch.subscriptions) dispatcher.changed(subscription.id);
  for (const SubscriptionId& id : batch.removed_subscriptions) dispatcher.changed(id);
  for (const commit::HoldSubscription& hold : batch.held) dispatcher.changed(hold.subscription);
  for (const commit::Erase& erase : batch.erased) dispatcher.forget(erase.handle, erase.session);
  for (const commit::Requeue& requeue : batch.requeued) dispatcher.wake(requeue.subscription);
  if (batch.set_back) dispatcher.wake_all();
  for (const commit::WithdrawReason& ended : batch.ended_reasons)  // the next of its session is due in its place
    for (const auto& subscription : *subscriptions.of(ended.handle))
      if (subscription->ordering == outbox::Ordering::kSession) dispatcher.wake(subscription->id);
}

}  // namespace beckon::app
