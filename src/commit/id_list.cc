#include "commit/id_list.h"

#include <algorithm>

#include "base/check.h"
#include "base/packing.h"

namespace beckon::commit {
namespace {

constexpr std::size_t kBlock = 2'048;  // bytes at which a block is split: a lookup reads half of one, about 1 µs
constexpr std::size_t kStep = 128;     // growth increment of a block
constexpr std::size_t kNode = 112;     // of the map, including allocator overhead
constexpr std::size_t kShared = 0xff;  // most bytes that an id takes from the one before

// The ids of a block, one after the other.
class Reader {
 public:
  explicit Reader(std::string_view block) : block_(block) { read(); }
  bool has_ended() const { return begin_ == block_.size(); }
  std::string_view id() const { return id_; }
  std::string_view before() const { return before_; }  // the id before it; empty for the first
  // Of its entry.
  std::size_t begin() const { return begin_; }
  std::size_t end() const { return end_; }
  void advance() {
    before_ = id_;
    begin_ = end_;
    read();
  }

 private:
  void read() {
    if (has_ended()) return;
    Unpacker in(block_.substr(begin_));
    id_.resize(in.byte());
    id_ += in.text();
    end_ = block_.size() - in.rest().size();
  }

  const std::string_view block_;
  std::string id_, before_;
  std::size_t begin_ = 0, end_ = 0;
};

// At the first id that is not before this one.
Reader reader_at(std::string_view block, std::string_view id) {
  Reader at(block);
  while (!at.has_ended() && at.id() < id) at.advance();
  return at;
}

void add(std::string& out, std::string_view before, std::string_view id) {
  const std::size_t most = std::min({before.size(), id.size(), kShared});
  const auto shared = static_cast<std::size_t>(
      std::mismatch(id.begin(), id.begin() + static_cast<std::ptrdiff_t>(most), before.begin()).first - id.begin());
  Packer packer(out);
  packer.byte(static_cast<std::uint8_t>(shared));
  packer.text(id.substr(shared));
}

// Grows in steps; a string would double its capacity.
void replace(std::string& block, std::size_t begin, std::size_t end, std::string_view bytes) {
  const std::size_t size = block.size() - (end - begin) + bytes.size();
  if (size > block.capacity()) {
    std::string grown;
    grown.reserve((size + kStep - 1) / kStep * kStep);
    grown = block;
    block = std::move(grown);
  }
  block.replace(begin, end - begin, bytes);
}

std::size_t held(const auto& block) { return kNode + block.first.size() + block.second.capacity(); }

}  // namespace

IdList::IdList() { bytes_ = held(*blocks_.emplace().first); }

bool IdList::empty() const { return blocks_.size() == 1 && blocks_.begin()->second.empty(); }

void IdList::insert(std::string_view id) {
  CHECK(id.size() <= 0xffff);
  const auto block = block_of(id);
  const Reader at = reader_at(block->second, id);
  if (!at.has_ended() && at.id() == id) return;
  std::string bytes;
  add(bytes, at.before(), id);
  if (!at.has_ended()) add(bytes, id, at.id());
  bytes_ -= held(*block);
  replace(block->second, at.begin(), at.has_ended() ? at.begin() : at.end(), bytes);
  bytes_ += held(*block);
  if (block->second.size() > kBlock) split(block);
}

void IdList::split(Blocks::iterator block) {
  Reader at(block->second);
  while (!at.has_ended() && at.begin() < block->second.size() / 2) at.advance();
  if (at.has_ended()) return;  // the last id is as long as all others together
  std::string behind;
  add(behind, "", at.id());
  behind += std::string_view(block->second).substr(at.end());
  bytes_ -= held(*block);
  const auto next = blocks_.emplace_hint(std::next(block), at.id(), std::string(std::string_view(behind)));
  block->second = std::string(block->second, 0, at.begin());
  bytes_ += held(*block) + held(*next);
}

void IdList::erase(std::string_view id) {
  const auto block = block_of(id);
  Reader at = reader_at(block->second, id);
  if (at.has_ended() || at.id() != id) return;
  const std::string before(at.before());
  const std::size_t begin = at.begin();
  at.advance();
  std::string bytes;
  if (!at.has_ended()) add(bytes, before, at.id());
  bytes_ -= held(*block);
  replace(block->second, begin, at.has_ended() ? at.begin() : at.end(), bytes);
  if (block->second.empty() && block != blocks_.begin())
    blocks_.erase(block);
  else
    bytes_ += held(*block);
}

std::vector<SessionId> IdList::list(std::string_view prefix, std::string_view behind, std::size_t limit) const {
  std::vector<SessionId> ids;
  const std::string_view from = std::max(prefix, behind);
  for (auto block = std::prev(blocks_.upper_bound(from)); block != blocks_.end(); ++block)
    for (Reader at = reader_at(block->second, from); !at.has_ended(); at.advance()) {
      if (behind >= prefix && at.id() == behind) continue;
      if (ids.size() == limit || !at.id().starts_with(prefix)) return ids;
      ids.emplace_back(at.id());
    }
  return ids;
}

}  // namespace beckon::commit
