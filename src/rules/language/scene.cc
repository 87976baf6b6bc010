#include "rules/language/scene.h"

#include "rules/language/counter.h"

namespace beckon::rules {

const Counter* Scene::counter(std::string_view name) const {
  if (!facts_.counters) return nullptr;
  const auto found = facts_.counters->find(name);
  return found == facts_.counters->end() ? nullptr : &found->second;
}

std::optional<Scene::Ever> Scene::ever(std::string_view name) const {
  const Counter* counter = counter_with_value(facts_, name);
  if (!counter) return std::nullopt;
  return Ever{counter, ledger::total_of(facts_.counted, counter->id, now(), counter->keep)};
}

// Which of the window's keys the rules know: one lookup for each.
void Scene::number() {
  const std::size_t count = window_.key_count();
  room_.numbers.assign(keys_.size(), SceneRoom::kNone);
  room_.known.resize(count);
  std::uint16_t* const numbers = room_.numbers.data();
  std::int32_t* known = room_.known.data();
  for (std::size_t k = 0; k < count; ++k) {
    const std::int32_t key = keys_.find(window_.key(*window_.of_key(k).data()));
    if (key == KeyTable::kUnknown) continue;
    numbers[key] = static_cast<std::uint16_t>(k);
    *known++ = key;
  }
  room_.known.resize(static_cast<std::size_t>(known - room_.known.data()));
  numbered_ = true;
}

void Scene::narrow_to_unit(const Measure& of, Sight& sight) const {
  const Zone* zone = zone_in(of);
  if (zone == nullptr) return void(sight.after = now());
  const auto [begin, end] = calendar_unit(of.calendar, *zone, now());
  sight.after = std::max(sight.after, begin - Duration{1});
  sight.end = end;
}

// When the anchor leaves, everything it admitted leaves: an older anchor has already left.
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
