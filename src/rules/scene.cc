#include "rules/scene.h"

#include <algorithm>

#include "base/check.h"

namespace beckon::rules {

// The group of a known key, made where it is met for the first time.
std::uint16_t Scene::group_of(std::int32_t key) {
  std::uint16_t& group = room_.groups[static_cast<std::size_t>(key)];
  if (group == SceneRoom::kNone) {
    group = static_cast<std::uint16_t>(room_.begins.size() - 1);
    room_.begins.push_back(0);
  }
  return group;
}

// A counting sort: numbers the groups as they are met, counts them, and puts each signal at its place. Signals that are
// still to come have a group without them.
void Scene::sort() {
  CHECK(window_.size() < SceneRoom::kNone);
  SceneRoom& room = room_;
  const std::size_t visible = end_ - begin_;
  if (room.at.size() < visible) room.at.resize(visible), room.signal.resize(visible), room.group_of.resize(visible);
  room.groups.assign(keys_.size(), SceneRoom::kNone);
  room.begins.assign(1, 0);
  for (std::size_t i = 0; i < visible; ++i) {
    const std::int32_t key = keys_.find(window_.key(begin_ + i));
    room.group_of[i] = key == KeyTable::kUnknown ? SceneRoom::kNone : group_of(key);
    if (key != KeyTable::kUnknown) ++room.begins[room.group_of[i] + 1u];
  }
  for (std::size_t i = end_; i < window_.size(); ++i) {
    if (const std::int32_t key = keys_.find(window_.key(i)); key != KeyTable::kUnknown) group_of(key);
  }
  for (std::size_t group = 1; group < room.begins.size(); ++group) room.begins[group] += room.begins[group - 1];
  room.next.assign(room.begins.begin(), room.begins.end() - 1);
  for (std::size_t i = 0; i < visible; ++i) {
    if (room.group_of[i] == SceneRoom::kNone) continue;
    const std::size_t place = room.next[room.group_of[i]]++;
    room.at[place] = window_.at(begin_ + i);
    room.signal[place] = static_cast<std::uint16_t>(begin_ + i);
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
