#include "dispatch/endpoint_queues.h"

#include "base/check.h"

namespace beckon::dispatch {

void EndpointQueue::note_failure(const std::string& event_type) {
  ++failures;
  std::erase(failed_types, event_type);
  if (failed_types.size() == kMostFailed) failed_types.erase(failed_types.begin());
  failed_types.push_back(event_type);
}

EndpointQueue* EndpointQueues::find(const SubscriptionId& id) {
  const auto found = queues_.find(id);
  return found == queues_.end() ? nullptr : found->second.get();
}

EndpointQueue& EndpointQueues::open(const outbox::Subscription& subscription) {
  auto& queue = queues_[subscription.id];
  if (!queue) {
    queue = std::make_unique<EndpointQueue>();
    queue->id = subscription.id;
    queue->handle = subscription.handle;
    queue->serial = ++opened_;
    queue->failing_since = subscription.failing_since;
    queue->updated_at = subscription.updated_at;
  }
  return *queue;
}

void EndpointQueues::close(const EndpointQueue& queue) {
  CHECK(queue.busy() == 0 && queue.ready.empty() && !queue.in_refill && !queue.in_turn && queue.wake_at == kNever);
  const SubscriptionId id = queue.id;
  queues_.erase(id);
}

void EndpointQueues::set_wake(EndpointQueue& queue, Instant at) {
  if (queue.wake_at == at) return;
  if (queue.wake_at != kNever) timers_.erase({queue.wake_at, {queue.serial, &queue}});
  queue.wake_at = at;
  if (at != kNever) timers_.insert({at, {queue.serial, &queue}});
}

EndpointQueue* EndpointQueues::take_expired(Instant now) {
  if (next_wake() > now || timers_.empty()) return nullptr;
  EndpointQueue* queue = timers_.begin()->second.second;
  set_wake(*queue, kNever);
  return queue;
}

void EndpointQueues::count(const outbox::Due& due, bool added) {
  const std::size_t bytes = (due.body ? due.body->size() : 0) + due.trace.parent.size() + due.trace.state.size();
  ready_ += added ? 1 : std::size_t(-1);
  ready_bytes_ += added ? bytes : std::size_t{0} - bytes;
}

void EndpointQueues::put_ready(EndpointQueue& queue, outbox::Due due) {
  count(due, true);
  queue.ready.push_back(std::move(due));
}

outbox::Due EndpointQueues::take_ready(EndpointQueue& queue) {
  CHECK(!queue.ready.empty());
  outbox::Due due = std::move(queue.ready.front());
  queue.ready.pop_front();
  count(due, false);
  return due;
}

void EndpointQueues::clear_ready(EndpointQueue& queue) {
  for (const outbox::Due& due : queue.ready) count(due, false);
  queue.ready.clear();
}

void EndpointQueues::forget(const Handle& handle, const SessionId& session) {
  for (auto& [id, queue] : queues_) {
    if (queue->handle != handle) continue;
    std::erase_if(queue->ready, [&](const outbox::Due& due) {
      const bool goes = due.delivery.session == session;
      if (goes) count(due, false);
      return goes;
    });
  }
}

}  // namespace beckon::dispatch
