#include "app/waking.h"

namespace beckon::app {

void wake(dispatch::Dispatcher& dispatcher, const outbox::SubscriptionIndex& subscriptions,
          const commit::Batch& batch) {
  dispatcher.committed(batch.at);
  const auto wake_ordered = [&](const Handle& handle) {  // the next delivery of a session is due when another has ended
    for (const auto& subscription : *subscriptions.of(handle))
      if (subscription->ordering == outbox::Ordering::kSession) dispatcher.wake(subscription->id);
  };
  // Deliveries of the session that dispatch has read are outdated: it must read them again.
  const auto read_again = [&](const Handle& handle, const SessionId& session) {
    dispatcher.forget(handle, session);
    for (const auto& subscription : *subscriptions.of(handle)) dispatcher.wake(subscription->id);
  };
  for (const commit::Change& change : batch.changes)
    std::visit(commit::Cases{[&](const outbox::Delivery& one) { dispatcher.wake(one.subscription); },
                             [&](const outbox::Subscription& one) { dispatcher.changed(one.id); },
                             [&](const commit::RemoveSubscription& one) { dispatcher.changed(one.subscription); },
                             [&](const commit::HoldSubscription& one) { dispatcher.changed(one.subscription); },
                             [&](const commit::Erase& one) { dispatcher.forget(one.handle, one.session); },
                             [&](const commit::ErasePast& one) { read_again(one.handle, one.session); },
                             [&](const commit::Reduce& one) { read_again(one.handle, one.session); },
                             [&](const commit::Requeue& one) { dispatcher.wake(one.subscription); },
                             [&](const commit::SetClockBack&) { dispatcher.wake_all(); },
                             [&](const commit::WithdrawReason& one) { wake_ordered(one.handle); },
                             [&](const commit::WithdrawJoined& one) { wake_ordered(one.handle); }, [](const auto&) {}},
               change);
}

}  // namespace beckon::app
