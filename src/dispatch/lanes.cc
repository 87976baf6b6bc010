#include "dispatch/lanes.h"

#include "base/check.h"

namespace beckon::dispatch {

Lane* Lanes::find(const SubscriptionId& id) {
  const auto found = lanes_.find(id);
  return found == lanes_.end() ? nullptr : found->second.get();
}

Lane& Lanes::open(const outbox::Subscription& subscription) {
  auto& lane = lanes_[subscription.id];
  if (!lane) {
    lane = std::make_unique<Lane>();
    lane->id = subscription.id;
    lane->handle = subscription.handle;
    lane->serial = ++opened_;
    lane->failing_since = subscription.failing_since;
    lane->updated_at = subscription.updated_at;
  }
  return *lane;
}

void Lanes::close(const Lane& lane) {
  CHECK(lane.busy() == 0 && lane.ready.empty() && !lane.in_refill && !lane.in_turn && lane.wake_at == kNever);
  const SubscriptionId id = lane.id;
  lanes_.erase(id);
}

void Lanes::set_wake(Lane& lane, Instant at) {
  if (lane.wake_at == at) return;
  if (lane.wake_at != kNever) timers_.erase({lane.wake_at, {lane.serial, &lane}});
  lane.wake_at = at;
  if (at != kNever) timers_.insert({at, {lane.serial, &lane}});
}

Lane* Lanes::rung(Instant now) {
  if (next_wake() > now || timers_.empty()) return nullptr;
  Lane* lane = timers_.begin()->second.second;
  set_wake(*lane, kNever);
  return lane;
}

void Lanes::count(const outbox::Due& due, bool added) {
  const std::size_t bytes = due.body ? due.body->size() : 0;
  ready_ += added ? 1 : std::size_t(-1);
  ready_bytes_ += added ? bytes : std::size_t{0} - bytes;
}

void Lanes::put_ready(Lane& lane, outbox::Due due) {
  count(due, true);
  lane.ready.push_back(std::move(due));
}

outbox::Due Lanes::take_ready(Lane& lane) {
  CHECK(!lane.ready.empty());
  outbox::Due due = std::move(lane.ready.front());
  lane.ready.pop_front();
  count(due, false);
  return due;
}

void Lanes::clear_ready(Lane& lane) {
  for (const outbox::Due& due : lane.ready) count(due, false);
  lane.ready.clear();
}

void Lanes::forget(const Handle& handle, const SessionId& session) {
  for (auto& [id, lane] : lanes_) {
    if (lane->handle != handle) continue;
    std::erase_if(lane->ready, [&](const outbox::Due& due) {
      const bool goes = due.delivery.session == session;
      if (goes) count(due, false);
      return goes;
    });
  }
}

}  // namespace beckon::dispatch
