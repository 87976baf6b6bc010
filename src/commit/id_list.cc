#include "commit/id_list.h"

#include "base/check.h"

namespace beckon::commit {
namespace {

constexpr std::size_t kBlock = 1'024;  // bytes at which a block is split: a lookup reads half of one
constexpr std::size_t kStep = 128;     // growth increment of a block
constexpr std::size_t kNode = 112;     // of the map, including allocator overhead
constexpr std::size_t kSize = 2;       // bytes of an id's size

std::string_view id_at(std::string_view block, std::size_t place) {
  const auto byte = [&](std::size_t i) { return std::size_t{static_cast<unsigned char>(block[place + i])}; };
  return block.substr(place + kSize, byte(0) | byte(1) << 8);
}

std::size_t behind_one(std::string_view block, std::size_t place) { return place + kSize + id_at(block, place).size(); }

// Of the first entry not before the id; otherwise the end.
std::size_t place_of(std::string_view block, std::string_view id) {
  std::size_t place = 0;
  while (place < block.size() && id_at(block, place) < id) place = behind_one(block, place);
  return place;
}

bool is_at(std::string_view block, std::size_t place, std::string_view id) {
  return place < block.size() && id_at(block, place) == id;
}

std::size_t held(const auto& block) { return kNode + block.first.size() + block.second.capacity(); }

}  // namespace

IdList::IdList() { bytes_ = held(*blocks_.emplace().first); }

bool IdList::empty() const { return blocks_.size() == 1 && blocks_.begin()->second.empty(); }

void IdList::insert(std::string_view id) {
  CHECK(id.size() <= 0xffff);
  const auto block = block_of(id);
  const std::size_t place = place_of(block->second, id);
  if (is_at(block->second, place, id)) return;
  bytes_ -= held(*block);
  put(block->second, place, id);
  bytes_ += held(*block);
  if (block->second.size() > kBlock) split(block);
}

// Grows in steps; a string would double its capacity.
void IdList::put(std::string& block, std::size_t place, std::string_view id) {
  const std::size_t size = block.size() + kSize + id.size();
  if (size > block.capacity()) {
    std::string grown;
    grown.reserve((size + kStep - 1) / kStep * kStep);
    grown = block;
    block = std::move(grown);
  }
  const char bytes[kSize] = {static_cast<char>(id.size() & 0xff), static_cast<char>(id.size() >> 8)};
  block.insert(place, bytes, kSize).insert(place + kSize, id);
}

void IdList::split(Blocks::iterator block) {
  std::size_t middle = 0;
  while (middle < block->second.size() / 2) middle = behind_one(block->second, middle);
  if (middle == block->second.size()) return;  // the last id is as long as all others together
  bytes_ -= held(*block);
  const auto behind =
      blocks_.emplace_hint(std::next(block), id_at(block->second, middle), block->second.substr(middle));
  block->second = std::string(block->second, 0, middle);
  bytes_ += held(*block) + held(*behind);
}

void IdList::erase(std::string_view id) {
  const auto block = block_of(id);
  const std::size_t place = place_of(block->second, id);
  if (!is_at(block->second, place, id)) return;
  bytes_ -= held(*block);
  block->second.erase(place, kSize + id.size());
  if (block->second.empty() && block != blocks_.begin())
    blocks_.erase(block);
  else
    bytes_ += held(*block);
}

std::vector<SessionId> IdList::list(std::string_view prefix, std::string_view behind, std::size_t limit) const {
  std::vector<SessionId> ids;
  const std::string_view from = std::max(prefix, behind);
  for (auto block = std::prev(blocks_.upper_bound(from)); block != blocks_.end(); ++block)
    for (std::size_t place = place_of(block->second, from); place < block->second.size();
         place = behind_one(block->second, place)) {
      const std::string_view id = id_at(block->second, place);
      if (behind >= prefix && id == behind) continue;
      if (ids.size() == limit || !id.starts_with(prefix)) return ids;
      ids.emplace_back(id);
    }
  return ids;
}

}  // namespace beckon::commit
