#include "hindsight/stretch.h"

namespace beckon::hindsight {

void Stretch::order(const Groups& groups) {
  std::unordered_map<ledger::SessionDigest, std::uint32_t> known;  // by the group's name
  for (std::uint32_t i = 0; i < entries.size(); ++i) {
    const Groups::Group group = groups.of(entries[i].digest);
    const auto [found, is_new] = known.try_emplace(group.name, static_cast<std::uint32_t>(runs.size()));
    if (is_new) {
      runs.push_back({group, i, i});
    } else {
      Run& run = runs[found->second];
      entries[std::exchange(run.last, i)].next = i;
    }
  }
}

void Stretch::clear() {
  text.clear();
  entries.clear();
  runs.clear();
  connected.clear();
}

}  // namespace beckon::hindsight
