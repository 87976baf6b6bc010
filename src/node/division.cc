#include "node/division.h"

#include <algorithm>
#include <map>
#include <set>

namespace beckon::node {
namespace {

// How many lanes each node has that may have one; by name.
using Counts = std::map<std::string, int>;

Counts counts_of(std::span<const Member> members, std::span<const Standing> lanes) {
  Counts counts;
  for (const Member& one : members)
    if (!one.is_drained) counts[one.name] = 0;
  if (counts.empty())
    for (const Member& one : members) counts[one.name] = 0;
  for (const Standing& lane : lanes)
    if (const auto owner = counts.find(lane.owner); owner != counts.end()) ++owner->second;
  return counts;
}

// In which order nodes may take a lane.
std::vector<std::string> candidates(const Counts& counts, const std::string& wanted) {
  std::vector<std::pair<int, std::string>> order;
  for (const auto& [name, count] : counts) order.emplace_back(name == wanted ? -1 : count, name);
  std::ranges::sort(order);
  std::vector<std::string> names;
  for (auto& [count, name] : order) names.push_back(std::move(name));
  return names;
}

}  // namespace

Moves moves(const std::string& self, std::span<const Member> members, std::span<const Standing> lanes,
            bool may_balance) {
  Moves found;
  Counts counts = counts_of(members, lanes);
  if (counts.empty()) return found;
  bool is_any_free = false;
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    const Standing& lane = lanes[i];
    if (!lane.owner.empty()) continue;
    is_any_free = true;
    const auto order = candidates(counts, lane.wanted);
    const std::string& next = order[static_cast<std::size_t>(lane.free_for / kTurn) % order.size()];
    ++counts[next];
    if (next == self) found.take.push_back(static_cast<int>(i));
  }
  const bool may_own = counts.contains(self);
  std::vector<int> own;  // that nobody wants anywhere
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    const Standing& lane = lanes[i];
    if (lane.owner != self) continue;
    if (!may_own || (lane.wanted != self && counts.contains(lane.wanted))) {
      const std::string to = candidates(counts, lane.wanted).front();
      ++counts[to];
      found.give.push_back({static_cast<int>(i), to});
    } else if (lane.wanted != self && !lane.is_fresh) {
      own.push_back(static_cast<int>(i));
    }
  }
  if (!may_balance || is_any_free || !found.give.empty() || own.empty()) return found;
  const auto by_count = [](const auto& one, const auto& other) { return one.second < other.second; };
  std::set<std::string> gave;
  for (;;) {
    const auto [least, most] = std::ranges::minmax_element(counts, by_count);
    if (most->second - least->second < 2 || !gave.insert(most->first).second) return found;
    if (most->first == self) {
      found.give.push_back({own.back(), least->first});
      return found;
    }
    --most->second;
    ++least->second;
  }
}

}  // namespace beckon::node
