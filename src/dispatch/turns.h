// Whose turn it is: round robin over the handles that have something to send, and within a handle over its lanes, so
// that neither a handle with a hundred busy endpoints nor one endpoint with a hundred thousand deliveries goes first.
#pragma once
#include <deque>
#include <unordered_map>

#include "dispatch/lanes.h"

namespace beckon::dispatch {

// Confined to the loop. A lane that waits here must not be closed.
class Turns {
 public:
  void add(Lane& lane);  // behind the others of its handle. Precondition: !lane.in_turn
  Lane* next();          // out of the queue; null: nobody waits
  bool empty() const { return ring_.empty(); }

 private:
  std::deque<Handle> ring_;
  std::unordered_map<Handle, std::deque<Lane*>> waiting_;
};

}  // namespace beckon::dispatch
