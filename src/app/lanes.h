// What a node does with what the database says: which of its lanes it has lost, and which it takes and gives away. Time
// is an argument, and nothing is done here: a node's threads do it (app/node.h), and the simulator. Not thread-safe.
#pragma once
#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "node/division.h"
#include "store/fence/lease.h"

namespace beckon::app {

using Moment = std::chrono::steady_clock::time_point;

inline constexpr Duration kLookEvery{500};       // for who owns what
inline constexpr Duration kLookOften{50};        // while a lane is nowhere
inline constexpr Duration kAfterFailure{1'000};  // after a takeover that failed
inline constexpr Duration kTaken{1'000};         // for the next owner of a lane, to take it once it is ready

// The life of a lane at a node: app/node.h.
struct HeldLane {
  enum class State : std::uint8_t { kElsewhere, kTaking, kOwned, kGiving };
  State state = State::kElsewhere;
  bool is_lost = false;  // it is another's, or the database has lost commits
  Moment changed{};      // when the shards were taken
  std::optional<Moment> free_since;
};

// Whether a look that began then finds a lane with another node that this one serves.
bool is_taken(const HeldLane& lane, int number, const store::Division& now, const std::string& incarnation,
              Moment began);

// What the node `self` does now, with all its lanes. `is_leaving`: it is to own nothing. `moved`: when it last gave
// lanes away.
node::Moves next_moves(const store::NodeIdentity& self, const store::Division& now, std::span<HeldLane* const> lanes,
                       bool is_leaving, Moment at, Moment moved);

}  // namespace beckon::app
