// Round robin over the handles that have something to send, and within a handle over its endpoint queues, so that
// neither a handle with a hundred busy endpoints nor one endpoint with a hundred thousand deliveries starves others.
#pragma once
#include <deque>
#include <unordered_map>

#include "dispatch/endpoint_queues.h"

namespace beckon::dispatch {

// Confined to the dispatcher's thread. A queue that waits here must not be closed.
class Turns {
 public:
  void add(EndpointQueue& queue);  // after the others of its handle. Precondition: !queue.in_turn
  EndpointQueue* next();           // removes and returns it; null if none waits
  bool empty() const { return ring_.empty(); }

 private:
  std::deque<Handle> ring_;
  std::unordered_map<Handle, std::deque<EndpointQueue*>> waiting_;
};

}  // namespace beckon::dispatch
