#include "hindsight/groups.h"

#include <utility>

namespace beckon::hindsight {

using ledger::SessionDigest;

Groups::Node& Groups::top(const SessionDigest& member) {
  const auto [found, is_new] = nodes_.try_emplace(member);
  Node* node = &found->second;
  if (is_new) {
    node->digest = member;
    node->next = node;
    node->lane = static_cast<std::uint32_t>(lane_of(member));
  }
  while (node->up) node = node->up;
  return *node;
}

void Groups::connect(const SessionDigest& one, const SessionDigest& other, const Moves& moves) {
  Node *large = &top(one), *small = &top(other);
  if (large == small) return;
  if (large->size < small->size) std::swap(large, small);
  if (small->lane != large->lane) {
    const Node* member = small;
    do moves(member->digest, small->lane, large->lane);
    while ((member = member->next) != small);
  }
  small->up = large;
  large->size += small->size;
  std::swap(large->next, small->next);
}

Groups::Group Groups::of(const SessionDigest& member) const {
  const auto found = nodes_.find(member);
  if (found == nodes_.end()) return {member, lane_of(member)};
  const Node* node = &found->second;
  while (node->up) node = node->up;
  return {node->digest, node->lane};
}

void Groups::members(const SessionDigest& of, std::vector<SessionDigest>& into) const {
  into.assign(1, of);
  const auto found = nodes_.find(of);
  if (found == nodes_.end()) return;
  for (const Node* node = found->second.next; node != &found->second; node = node->next) into.push_back(node->digest);
}

}  // namespace beckon::hindsight
