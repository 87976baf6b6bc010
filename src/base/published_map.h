// Values by name that many threads read and few replace, one name at a time: a change copies one shard of the map.
// Internally locked; a reader holds the lock while a pointer is copied.
#pragma once
#include <array>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/published.h"

namespace beckon {

template <class T>
class PublishedMap {
 public:
  using Pointer = std::shared_ptr<const T>;

  // Null if there is none with this name.
  Pointer find(std::string_view name) const {
    const auto map = shards_[place_of(name)].map.get();
    const auto found = map->find(name);
    return found == map->end() ? nullptr : found->second;
  }

  // Reads one shard after the other, in no order: not a consistent snapshot of all.
  std::vector<Pointer> all() const {
    std::vector<Pointer> values;
    for (const Shard& shard : shards_) {
      const auto map = shard.map.get();
      for (const auto& [name, value] : *map) values.push_back(value);
    }
    return values;
  }

  // Null removes the name.
  void put(std::string_view name, Pointer value) {
    Shard& shard = shards_[place_of(name)];
    const std::lock_guard lock(shard.writing);
    auto next = std::make_shared<Map>(*shard.map.get());
    if (value)
      (*next)[std::string(name)] = std::move(value);
    else if (const auto found = next->find(name); found != next->end())
      next->erase(found);
    shard.map.set(std::move(next));
  }

 private:
  struct ByName : std::hash<std::string_view> {
    using is_transparent = void;
  };
  using Map = std::unordered_map<std::string, Pointer, ByName, std::equal_to<>>;
  struct Shard {
    Published<Map> map;
    std::mutex writing;  // one change at a time
  };
  std::size_t place_of(std::string_view name) const { return ByName{}(name) % shards_.size(); }

  std::array<Shard, 64> shards_;  // with 5,000 handles, 80 names each
};

}  // namespace beckon
