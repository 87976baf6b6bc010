#include "dispatch/turns.h"

#include "base/check.h"

namespace beckon::dispatch {

void Turns::add(Lane& lane) {
  CHECK(!lane.in_turn);
  lane.in_turn = true;
  auto& lanes = waiting_[lane.handle];
  if (lanes.empty()) ring_.push_back(lane.handle);
  lanes.push_back(&lane);
}

Lane* Turns::next() {
  if (ring_.empty()) return nullptr;
  const auto found = waiting_.find(ring_.front());
  CHECK(found != waiting_.end() && !found->second.empty());
  Lane* lane = found->second.front();
  found->second.pop_front();
  lane->in_turn = false;
  if (found->second.empty())
    waiting_.erase(found);
  else
    ring_.push_back(std::move(ring_.front()));
  ring_.pop_front();
  return lane;
}

}  // namespace beckon::dispatch
