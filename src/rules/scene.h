// What one judgement can see: the window at an instant, sorted by key when the first measure asks.
//
// Visible are the signals in (now − retention, now]. One with its instant still ahead is not, but that it will come is
// a change by time, so it can be asked for.
#pragma once
#include <algorithm>
#include <array>
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

// Confined to one judgement; the facts and tables outlive it. `groups` is scratch of the caller.
class Scene {
 public:
  Scene(const Facts& facts, const KeyTable& keys, std::vector<std::uint8_t>& groups)
      : facts_(facts), window_(facts.window), keys_(keys), groups_(groups) {
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
      const Instant at = at_[place];
      if (at <= after) return;
      const std::size_t i = signal_[place];
      if ((stream.key_alone || stream.filter->fits(window_[i])) && !visit(i, at)) return;
    }
  }

  // The instants of the visible signals of a stream later than `after`, oldest first.
  // Precondition: the stream has one key, which alone decides.
  std::span<const Instant> instants(const Stream& stream, Instant after) {
    const Range range = of_key(stream.key);
    const std::span<const Instant> all(at_.data() + range.begin, at_.data() + range.end);
    return all.subspan(static_cast<std::size_t>(std::upper_bound(all.begin(), all.end(), after) - all.begin()));
  }

  // The instant at which the next signal of the stream will come into sight, or kNever.
  Instant next_to_come(const Stream& stream) const {
    for (std::size_t i = end_; i < window_.size(); ++i) {
      if (stream.filter->fits(window_[i])) return window_.at(i);
    }
    return kNever;
  }

  // The value of a field of the context, or null where it is missing.
  const std::string* context(std::string_view field) const;

 private:
  static constexpr std::uint8_t kNone = 255;
  static_assert(ledger::Window::kCapacity < kNone);
  struct Range {
    std::size_t begin = 0, end = 0;
  };

  Range of_key(std::int32_t key) {
    if (!sorted_) sort();
    const std::uint8_t group = groups_[static_cast<std::size_t>(key)];
    return group == kNone ? Range{} : Range{begins_[group], begins_[group + 1u]};
  }
  void sort();

  const Facts& facts_;
  const ledger::Window& window_;
  const KeyTable& keys_;
  std::size_t begin_ = 0, end_ = 0;  // what is visible
  bool sorted_ = false;
  // Once sorted: the visible signals of known keys, key by key and in each by time.
  std::vector<std::uint8_t>& groups_;  // by key number: its group, or kNone
  std::array<std::uint16_t, ledger::Window::kCapacity + 2> begins_;  // of group g: [g] to [g + 1]
  std::array<Instant, ledger::Window::kCapacity> at_;
  std::array<std::uint8_t, ledger::Window::kCapacity> signal_;  // its place in the window
};

}  // namespace beckon::rules
