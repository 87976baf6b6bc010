#include "rules/thresholds.h"

#include <algorithm>

namespace beckon::rules {

void Thresholds::finish(std::size_t words) {
  words_ = words;
  std::ranges::sort(entries_, {}, &Entry::threshold);
  const std::size_t blocks = entries_.size() / kBlock;
  sets_.assign((blocks + 1) * words, 0);
  for (std::size_t i = entries_.size(); i-- > 0;) {
    const std::uint32_t place = entries_[i].place;
    sets_[i / kBlock * words + place / 64] |= std::uint64_t{1} << place % 64;
  }
  for (std::size_t block = blocks; block-- > 0;) {
    for (std::size_t word = 0; word < words; ++word) sets_[block * words + word] |= sets_[(block + 1) * words + word];
  }
}

std::vector<Thresholds::Entry>::const_iterator Thresholds::behind(std::int64_t value) const {
  return std::ranges::upper_bound(entries_, value, {}, &Entry::threshold);
}

void Thresholds::put_out(std::int64_t value, std::span<std::uint64_t> standing) const {
  const auto from = behind(value);
  if (from == entries_.end()) return;
  const auto first = static_cast<std::size_t>(from - entries_.begin());
  const std::size_t block = (first + kBlock - 1) / kBlock;
  const std::size_t end = std::min(block * kBlock, entries_.size());
  for (std::size_t i = first; i < end; ++i)
    standing[entries_[i].place / 64] &= ~(std::uint64_t{1} << entries_[i].place % 64);
  if (block * kBlock >= entries_.size()) return;
  const std::uint64_t* const set = sets_.data() + block * words_;
  for (std::size_t word = 0; word < words_; ++word) standing[word] &= ~set[word];
}

}  // namespace beckon::rules
