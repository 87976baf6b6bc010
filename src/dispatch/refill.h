// Reads due deliveries from the store into a queue.
#pragma once
#include <deque>

#include "dispatch/endpoint_queues.h"
#include "dispatch/limits.h"
#include "dispatch/sending_set.h"
#include "outbox/outbox.h"
#include "outbox/subscription_index.h"

namespace beckon::dispatch {

// Confined to the dispatcher's thread.
class Refill {
 public:
  Refill(outbox::Outbox& outbox, const outbox::SubscriptionIndex& index, const SendingSet& sending,
         EndpointQueues& queues, const Limits& limits)
      : outbox_(outbox), index_(index), sending_(sending), queues_(queues), limits_(limits) {}

  void ask(EndpointQueue& queue);  // schedules a read if it is marked, has nothing ready and is not scheduled yet
  bool waiting() const { return !queue_.empty(); }

  // Reads for the queue that has waited longest. If its subscription is gone, it stays empty.
  // Precondition: waiting().
  EndpointQueue& run(Instant now);

 private:
  void read(EndpointQueue& queue, const outbox::Subscription& subscription, Instant now);
  Result<std::vector<outbox::Due>> due(const EndpointQueue& queue, Instant now, std::size_t limit);

  // One delivery for an endpoint whose circuit is open: the requested one; otherwise one of an event type that has not
  // failed since the last success (in turn the newest, the oldest, and one of the type with most waiting); otherwise
  // the newest of the type that failed longest ago. It considers the oldest and the newest due ones, which together are
  // all of them up to twice Limits::probe_choice.
  Result<std::vector<outbox::Due>> due_for_probe(EndpointQueue& queue, const outbox::Subscription& subscription,
                                                 Instant now);
  Result<std::vector<outbox::Due>> with_body(outbox::Delivery delivery);
  void look_ahead(EndpointQueue& queue, Instant now);

  outbox::Outbox& outbox_;
  const outbox::SubscriptionIndex& index_;
  const SendingSet& sending_;
  EndpointQueues& queues_;
  const Limits& limits_;
  std::deque<EndpointQueue*> queue_;
};

}  // namespace beckon::dispatch
