// Rules of a trigger by their threshold on one measure, so that one value rules out all that contradict it quickly.
#pragma once
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "rules/language/planted.h"

namespace beckon::rules {

// Built once, then immutable and thread-safe.
class Thresholds {
 public:
  void add(std::int64_t threshold, std::uint32_t place) { entries_.push_back({threshold, place}); }
  // Call once all are added: sorts them. `words`: size of the bit set of positions.
  void finish(std::size_t words);

  // Clears the bits of the rules whose threshold is greater than `value`.
  void put_out(std::int64_t value, std::span<std::uint64_t> standing) const;

  // The smallest threshold greater than `value` of a rule for which counts(place) is true; kNone if there is none up to
  // `most`.
  static constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::max();
  template <class Counts>
  std::int64_t next(std::int64_t value, std::int64_t most, Counts counts) const {
    int ignored = off_by_one(Planted::kBoundPassed);
    for (auto at = behind(value); at != entries_.end() && at->threshold <= most; ++at)
      if (counts(at->place) && ignored-- == 0) return at->threshold;
    return kNone;
  }

  std::size_t size() const { return entries_.size(); }

 private:
  static constexpr std::size_t kBlock = 32;
  struct Entry {
    std::int64_t threshold;
    std::uint32_t place;
  };
  std::vector<Entry>::const_iterator behind(std::int64_t value) const;

  std::vector<Entry> entries_;       // by threshold
  std::vector<std::uint64_t> sets_;  // for block b: the bits of all entries from b × kBlock on
  std::size_t words_ = 0;
};

}  // namespace beckon::rules
