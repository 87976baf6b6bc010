// Reads what is due from the store into a lane.
#pragma once
#include <deque>

#include "dispatch/lanes.h"
#include "dispatch/limits.h"
#include "dispatch/sending_set.h"
#include "outbox/outbox.h"
#include "outbox/subscription_index.h"

namespace beckon::dispatch {

// Confined to the loop.
class Refill {
 public:
  Refill(outbox::Outbox& outbox, const outbox::SubscriptionIndex& index, const SendingSet& sending, Lanes& lanes,
         const Limits& limits)
      : outbox_(outbox), index_(index), sending_(sending), lanes_(lanes), limits_(limits) {}

  void ask(Lane& lane);  // queues it where it is marked, has nothing ready and does not wait here yet
  bool waiting() const { return !queue_.empty(); }

  // Reads for the lane that waits longest, which may be of a subscription that is gone: it stays empty.
  // Precondition: waiting().
  Lane& run(Instant now);

 private:
  void read(Lane& lane, const outbox::Subscription& subscription, Instant now);
  void look_ahead(Lane& lane, Instant now);

  outbox::Outbox& outbox_;
  const outbox::SubscriptionIndex& index_;
  const SendingSet& sending_;
  Lanes& lanes_;
  const Limits& limits_;
  std::deque<Lane*> queue_;
};

}  // namespace beckon::dispatch
