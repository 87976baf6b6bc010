#include "app/lanes.h"

#include <algorithm>

namespace beckon::app {
namespace {

using namespace std::chrono_literals;
using State = HeldLane::State;

constexpr auto kBetweenMoves = 1s;  // of lanes that are moved only to divide more evenly, and after any other
constexpr auto kFresh = 2s;         // for which a lane that has come is not moved on for that

// One that was taken and could not be served is free.
node::Standing standing_of(const store::NodeIdentity& self, const store::Division& now, int number, HeldLane& lane,
                           Moment at) {
  node::Standing one;
  for (const auto shard : store::shards_of(number)) {
    const auto& of_shard = now.of(shard);
    const auto* owner = now.node(of_shard.owner);
    if (owner && owner->left > Duration{0} && one.owner.empty()) one.owner = owner->node.name;
    one.wanted = of_shard.wanted;
  }
  if (lane.state != State::kElsewhere || one.owner == self.name)
    one.owner = lane.state == State::kElsewhere ? std::string() : self.name;
  if (!one.owner.empty())
    lane.free_since.reset();
  else if (!lane.free_since)
    lane.free_since = at;
  if (lane.free_since) one.free_for = std::chrono::duration_cast<Duration>(at - *lane.free_since);
  one.is_fresh = at - lane.changed < kFresh;
  return one;
}

}  // namespace

bool is_taken(const HeldLane& lane, int number, const store::Division& now, const std::string& incarnation,
              Moment began) {
  const bool is_served = lane.state == State::kOwned || lane.state == State::kGiving;
  if (!is_served || lane.changed > began) return false;
  return std::ranges::any_of(store::shards_of(number),
                             [&](store::Shard shard) { return now.of(shard).owner != incarnation; });
}

node::Moves next_moves(const store::NodeIdentity& self, const store::Division& now, std::span<HeldLane* const> lanes,
                       bool is_leaving, Moment at, Moment moved) {
  std::vector<node::Member> members;
  for (const auto& one : now.nodes)
    if (one.left > Duration{0})
      members.push_back({one.node.name, one.drained || (is_leaving && one.node.name == self.name)});
  std::vector<node::Standing> standing;
  bool rests = at - moved < kBetweenMoves;
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    standing.push_back(standing_of(self, now, static_cast<int>(i), *lanes[i], at));
    rests = rests || lanes[i]->state == State::kTaking || lanes[i]->state == State::kGiving;
    rests = rests || at - lanes[i]->changed < kBetweenMoves;
  }
  return node::moves(self.name, members, standing, !rests);
}

}  // namespace beckon::app
