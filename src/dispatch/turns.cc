#include "dispatch/turns.h"

#include "base/check.h"

namespace beckon::dispatch {

void Turns::add(EndpointQueue& queue) {
  CHECK(!queue.in_turn);
  queue.in_turn = true;
  auto& queues = waiting_[queue.handle];
  if (queues.empty()) ring_.push_back(queue.handle);
  queues.push_back(&queue);
}

EndpointQueue* Turns::next() {
  if (ring_.empty()) return nullptr;
  const auto found = waiting_.find(ring_.front());
  CHECK(found != waiting_.end() && !found->second.empty());
  EndpointQueue* queue = found->second.front();
  found->second.pop_front();
  queue->in_turn = false;
  if (found->second.empty())
    waiting_.erase(found);
  else
    ring_.push_back(std::move(ring_.front()));
  ring_.pop_front();
  return queue;
}

}  // namespace beckon::dispatch
