// Which sessions and visitors' own records see one another: those that records have connected. A simulation plays each
// group on its own, in one of several lanes. What was connected once stays in one group, even after a split.
#pragma once
#include <cstdint>
#include <functional>
#include <unordered_map>
#include <vector>

#include "ledger/session.h"

namespace beckon::hindsight {

// Thread-safe only while nothing is connected.
class Groups {
 public:
  explicit Groups(std::size_t lanes) : lanes_(lanes) {}

  // `moves` is called for each member that the larger group's lane takes over.
  using Moves = std::function<void(const ledger::SessionDigest& member, std::size_t from, std::size_t to)>;
  void connect(const ledger::SessionDigest& one, const ledger::SessionDigest& other, const Moves& moves);

  // The same for all members of a group. One that is connected to no other is alone in its group.
  struct Group {
    ledger::SessionDigest name;
    std::size_t lane = 0;
  };
  Group of(const ledger::SessionDigest& member) const;
  void members(const ledger::SessionDigest& of, std::vector<ledger::SessionDigest>& into) const;  // replaces `into`

  std::size_t bytes() const { return nodes_.size() * (sizeof(Node) + 32); }  // memory used, approximately

 private:
  struct Node {
    ledger::SessionDigest digest;
    Node* up = nullptr;    // null: it stands for its group
    Node* next = nullptr;  // the members form a circle
    std::uint32_t size = 1, lane = 0;
  };
  Node& top(const ledger::SessionDigest& member);
  std::size_t lane_of(const ledger::SessionDigest& member) const { return member.high % lanes_; }

  const std::size_t lanes_;
  std::unordered_map<ledger::SessionDigest, Node> nodes_;  // only of those that were connected
};

}  // namespace beckon::hindsight
