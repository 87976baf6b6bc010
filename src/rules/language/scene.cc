#include "rules/language/scene.h"

namespace beckon::rules {

// Which of the window's keys the rules know: one look-up for each of them.
void Scene::number() {
  room_.numbers.assign(keys_.size(), SceneRoom::kNone);
  for (std::size_t k = 0; k < window_.key_count(); ++k) {
    const std::int32_t known = keys_.find(window_.key(window_.of_key(k).front()));
    if (known != KeyTable::kUnknown) room_.numbers[static_cast<std::size_t>(known)] = static_cast<std::uint16_t>(k);
  }
  numbered_ = true;
}

void Scene::narrow_to_unit(const Measure& of, Sight& sight) const {
  const Zone* zone = zone_in(of);
  if (zone == nullptr) return void(sight.after = now());
  const auto [begin, end] = calendar_unit(of.calendar, *zone, now());
  sight.after = std::max(sight.after, begin - Duration{1});
  sight.end = end;
}

// When the anchor leaves, all that it let in leaves: an older one has left before.
void Scene::narrow_to_since(const Stream& since, Sight& sight) {
  sight.begin = window_.size();
  sight.comes = next_to_come(since);
  newest_first(since, facts_.now - retention(), [&](std::size_t place, Instant at) {
    sight.begin = place + 1 - static_cast<std::size_t>(off_by_one(Planted::kSinceFromAnchor));
    sight.end = std::min(sight.end, at + retention());
    return false;
  });
}

const std::string* Scene::context(std::string_view field) const {
  for (const auto& [key, value] : facts_.context) {
    if (key == field) return &value;
  }
  return nullptr;
}

}  // namespace beckon::rules
