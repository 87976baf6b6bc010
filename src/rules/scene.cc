#include "rules/scene.h"

#include "base/check.h"

namespace beckon::rules {

void Scene::thread() {
  CHECK(window_.size() <= older_.size());
  newest_.assign(keys_.size(), kNone);
  for (std::size_t i = begin_; i < end_; ++i) {
    const std::int32_t key = keys_.find(window_.key(i));
    if (key == KeyTable::kUnknown) continue;
    std::uint8_t& newest = newest_[static_cast<std::size_t>(key)];
    older_[i] = newest;
    newest = static_cast<std::uint8_t>(i);
  }
  threaded_ = true;
}

const std::string* Scene::context(std::string_view field) const {
  for (const auto& [key, value] : facts_.context) {
    if (key == field) return &value;
  }
  return nullptr;
}

}  // namespace beckon::rules
