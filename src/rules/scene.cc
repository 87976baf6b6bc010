#include "rules/scene.h"

#include <algorithm>

#include "base/check.h"

namespace beckon::rules {

// A counting sort: numbers the groups as they are met, counts them, and puts each signal at its place.
void Scene::sort() {
  CHECK(window_.size() <= signal_.size());
  std::array<std::uint8_t, ledger::Window::kCapacity> group_of;
  std::uint8_t groups = 0;
  groups_.assign(keys_.size(), kNone);
  begins_[0] = begins_[1] = 0;
  for (std::size_t i = begin_; i < end_; ++i) {
    const std::int32_t key = keys_.find(window_.key(i));
    group_of[i] = kNone;
    if (key == KeyTable::kUnknown) continue;
    std::uint8_t& group = groups_[static_cast<std::size_t>(key)];
    if (group == kNone) group = groups++, begins_[group + 1u] = 0;
    ++begins_[group + 1u];
    group_of[i] = group;
  }
  for (std::size_t group = 0; group < groups; ++group) begins_[group + 1] += begins_[group];
  std::array<std::uint16_t, ledger::Window::kCapacity> next;
  std::copy_n(begins_.begin(), groups, next.begin());
  for (std::size_t i = begin_; i < end_; ++i) {
    if (group_of[i] == kNone) continue;
    const std::size_t place = next[group_of[i]]++;
    at_[place] = window_.at(i);
    signal_[place] = static_cast<std::uint8_t>(i);
  }
  sorted_ = true;
}

const std::string* Scene::context(std::string_view field) const {
  for (const auto& [key, value] : facts_.context) {
    if (key == field) return &value;
  }
  return nullptr;
}

}  // namespace beckon::rules
