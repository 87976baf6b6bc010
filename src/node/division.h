// Which lanes of shards a node takes and gives away. Every node decides for itself, from what the database says, so
// that nodes that see the same want the same; where they do not, only one of them gets the lane. Pure.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "base/instant.h"

namespace beckon::node {

// A node with a lease.
struct Member {
  std::string name;
  bool is_drained = false;  // is to own nothing, as long as there is another
};

struct Standing {
  std::string owner;      // the name of a Member; empty: the lane is free
  std::string wanted;     // the name of the node that an operator wants to own it; empty: any
  Duration free_for{};    // as long as this node has seen it
  bool is_fresh = false;  // has come to its owner a moment ago: it is not moved again only to divide more evenly
};

struct Gift {
  int lane = 0;
  std::string to;  // the node that is to have it
  friend bool operator==(const Gift&, const Gift&) = default;
};

struct Moves {
  std::vector<int> take;  // numbers of lanes
  std::vector<Gift> give;
  friend bool operator==(const Moves&, const Moves&) = default;
};

// After this time another node takes what the one whose turn it is has left.
inline constexpr Duration kTurn{2'000};

// What the node `self` does now. `members` by name, self among them; `lanes` by number. `may_balance`: whether it may
// give one away only to divide more evenly.
//
// A free lane goes to the node that is wanted, or else to the one that has the fewest. A node gives away all lanes if
// it is drained, those that are wanted elsewhere, and one to divide more evenly, if it has two more than another has
// after those that have more than it, or as many, have given one.
Moves moves(const std::string& self, std::span<const Member> members, std::span<const Standing> lanes,
            bool may_balance);

}  // namespace beckon::node
