// What one judgement can see of one window at an instant, sorted by key when the first measure asks.
//
// Visible are the signals in (now − retention, now]. One with its instant still ahead is not, but that it will come is
// a change by time, so it can be asked for.
#pragma once
#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "rules/key_table.h"
#include "rules/rule.h"
#include "rules/rule_set.h"

namespace beckon::rules {

inline constexpr Instant kNever = Instant::max();

// A filter made ready: which signals to look at, and whether the key alone decides.
struct Stream {
  static constexpr std::int32_t kEveryKey = -1;

  const Filter* filter = nullptr;  // lives in the rule set
  std::int32_t key = kEveryKey;    // of the key table, where the filter names exactly one
  bool key_alone = false;
};

// The room that scenes of one thread reuse, so that a judgement allocates nothing once it has grown.
struct SceneRoom {
  static constexpr std::uint16_t kNone = 0xffff;

  std::vector<std::uint16_t> groups;  // by key number: its group, or kNone
  std::vector<std::uint32_t> begins;  // of group g: [g] to [g + 1]
  std::vector<Instant> at;            // the visible signals of known keys, key by key and in each by time
  std::vector<std::uint16_t> signal;  // its place in the window
  std::vector<std::uint16_t> group_of, next;
};

// Confined to one judgement; the facts, tables and room outlive it.
class Scene {
 public:
  Scene(const ledger::Window& window, const Facts& facts, const KeyTable& keys, SceneRoom& room)
      : facts_(facts), window_(window), keys_(keys), room_(room) {
    const Instant floor = facts.now - facts.retention;
    end_ = window_.size();
    while (end_ > 0 && window_.at(end_ - 1) > facts.now) --end_;
    while (begin_ < end_ && window_.at(begin_) <= floor) ++begin_;
  }

  Instant now() const { return facts_.now; }
  // How long a signal is visible to a measure that looks back `within`; zero: all of the session.
  Duration span(Duration within) const {
    return within == Duration{} ? facts_.retention : std::min(within, facts_.retention);
  }
  ledger::Signal signal(std::size_t i) const { return window_[i]; }

  // Calls visit(i, at) with each visible signal of the stream later than `after`, newest first, until it returns false.
  template <class Visit>
  void newest_first(const Stream& stream, Instant after, Visit visit) {
    if (stream.key == Stream::kEveryKey) {
      for (std::size_t i = end_; i-- > begin_;) {
        const Instant at = window_.at(i);
        if (at <= after) return;
        if (stream.filter->fits(window_[i]) && !visit(i, at)) return;
      }
      return;
    }
    const Range range = of_key(stream.key);
    for (std::size_t place = range.end; place-- > range.begin;) {
      const Instant at = room_.at[place];
      if (at <= after) return;
      const std::size_t i = room_.signal[place];
      if ((stream.key_alone || stream.filter->fits(window_[i])) && !visit(i, at)) return;
    }
  }

  // Calls visit(signal) with every visible signal later than `after`, oldest first.
  template <class Visit>
  void oldest_first(Instant after, Visit visit) const {
    for (std::size_t i = begin_; i < end_; ++i) {
      if (window_.at(i) > after) visit(window_[i]);
    }
  }

  // The instants of the visible signals of a stream later than `after`, oldest first.
  // Precondition: the stream has one key, which alone decides.
  std::span<const Instant> instants(const Stream& stream, Instant after) {
    const Range range = of_key(stream.key);
    const std::span<const Instant> all(room_.at.data() + range.begin, range.end - range.begin);
    return all.subspan(static_cast<std::size_t>(std::upper_bound(all.begin(), all.end(), after) - all.begin()));
  }

  // The instant at which the next signal that fits will come into sight, or kNever.
  Instant next_to_come(const Filter& filter) const {
    for (std::size_t i = end_; i < window_.size(); ++i) {
      if (filter.fits(window_[i])) return window_.at(i);
    }
    return kNever;
  }
  Instant next_to_come(const Stream& stream) const { return next_to_come(*stream.filter); }
  // The same of signals with a key that has a weight in a score.
  Instant next_to_come(const Score& score) const {
    for (std::size_t i = end_; i < window_.size(); ++i) {
      if (score.weight_of(window_.key(i)) != 0) return window_.at(i);
    }
    return kNever;
  }

  // Whether a signal of a known key is visible, or still to come.
  bool any_of(std::int32_t key) {
    if (!sorted_) sort();
    return room_.groups[static_cast<std::size_t>(key)] != SceneRoom::kNone;
  }

  // The value of a field of the context, or null where it is missing.
  const std::string* context(std::string_view field) const;

 private:
  struct Range {
    std::size_t begin = 0, end = 0;
  };

  Range of_key(std::int32_t key) {
    if (!sorted_) sort();
    const std::uint16_t group = room_.groups[static_cast<std::size_t>(key)];
    return group == SceneRoom::kNone ? Range{} : Range{room_.begins[group], room_.begins[group + 1u]};
  }
  void sort();
  std::uint16_t group_of(std::int32_t key);

  const Facts& facts_;
  const ledger::Window& window_;
  const KeyTable& keys_;
  SceneRoom& room_;
  std::size_t begin_ = 0, end_ = 0;  // what is visible
  bool sorted_ = false;
};

}  // namespace beckon::rules
