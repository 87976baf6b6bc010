// What one evaluation sees of one window at an instant.
//
// Signals in (now − retention, now] are visible. A future signal is not, but its arrival in the window is a change by
// time, so next_to_come() reports it.
#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "rules/language/facts.h"
#include "rules/language/key_table.h"
#include "rules/language/planted.h"
#include "rules/language/rule.h"
#include "rules/language/score.h"

namespace beckon::rules {

inline constexpr Instant kNever = Instant::max();

// A prepared filter: which signals to look at, and whether the key alone decides.
struct Stream {
  static constexpr std::int32_t kEveryKey = -1;

  const Filter* filter = nullptr;  // owned by the rule set
  std::int32_t key = kEveryKey;    // in the key table, if the filter names exactly one
  bool key_alone = false;
};

// Memory that scenes of one thread reuse, so that an evaluation does not allocate once it has grown.
struct SceneRoom {
  static constexpr std::uint16_t kNone = 0xffff;
  std::vector<std::uint16_t> numbers;  // by key of the table: its number in the window, or kNone
  std::vector<std::int32_t> known;     // keys of the table that the window has
};

// Confined to one evaluation; the facts, tables and room outlive it.
class Scene {
 public:
  Scene(const ledger::Window& window, const Facts& facts, const KeyTable& keys, SceneRoom& room)
      : facts_(facts), window_(window), keys_(keys), room_(room) {
    const Instant floor = facts.now - retention();
    end_ = window_.size();
    while (end_ > 0 && window_.at(end_ - 1) > facts.now - Duration{off_by_one(Planted::kNowUnseen)}) --end_;
    while (begin_ < end_ && window_.at(begin_) <= floor) ++begin_;
  }

  Instant now() const { return facts_.now; }
  Duration retention() const { return facts_.retention + Duration{off_by_one(Planted::kRetentionTooLong)}; }
  // How long a signal is visible to a measure with this `within`; zero means the whole session.
  Duration span(Duration within) const {
    return within == Duration{} ? retention()
                                : std::min(within + Duration{off_by_one(Planted::kWindowClosedBehind)}, retention());
  }
  ledger::Signal signal(std::size_t i) const { return window_[i]; }

  // The range of a measure: signals later than `after`, from an index in the window on, each until the instant at which
  // it leaves the range.
  struct Sight {
    Instant after{};
    Duration span{};
    Instant end = kNever;    // at which all of them leave
    Instant comes = kNever;  // at which a new signal starts another range
    std::size_t begin = 0;

    Instant leaves(Instant at) const { return std::min(at + span, end); }
  };
  Sight sight(const Measure& of, const Stream& since) {
    const Duration span = this->span(of.within);
    Sight sight{now() - span, span};
    if (of.calendar != Calendar::kNone) [[unlikely]]
      narrow_to_unit(of, sight);
    if (of.since) [[unlikely]]
      narrow_to_since(since, sight);
    return sight;
  }

  // The range of a measure over exposures, which the retention does not limit: without `within`, all of them.
  Sight sight_of_spends(const Measure& of) const {
    const bool all = of.within == Duration{};
    Sight sight{all ? Instant::min() + Duration{1} : now() - of.within, of.within};
    if (of.calendar != Calendar::kNone) [[unlikely]]
      narrow_to_unit(of, sight);
    return sight;
  }
  // Oldest first.
  std::span<const ledger::Spend> spends(Scope of) const {
    return of == Scope::kVisitor ? facts_.unit_spends : facts_.session_spends;
  }

  // Calls visit(i, at) for each visible signal of the stream later than `after`, newest first, until it returns false.
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
    const Places places = of_key(stream.key);
    for (std::size_t place = places.size(); place-- > 0;) {
      const std::size_t i = places[place];
      const Instant at = window_.at(i);
      if (at <= after) return;
      if ((stream.key_alone || stream.filter->fits(window_[i])) && !visit(i, at)) return;
    }
  }

  template <class Visit>
  void newest_first(const Stream& stream, const Sight& sight, Visit visit) {
    if (sight.begin == 0) [[likely]]
      return newest_first(stream, sight.after, visit);
    newest_first(stream, sight.after, [&](std::size_t i, Instant at) { return i >= sight.begin && visit(i, at); });
  }

  // The index of the newest visible signal of the stream after index `behind`; `behind` if there is none.
  std::size_t newest_behind(std::size_t behind, const Stream& stream) {
    if (stream.key == Stream::kEveryKey) {
      for (std::size_t i = end_; i-- > begin_ && i > behind;) {
        if (stream.filter->fits(window_[i])) return i;
      }
      return behind;
    }
    const Places places = of_key(stream.key);
    for (std::size_t place = places.size(); place-- > 0 && places[place] > behind;) {
      if (stream.key_alone || stream.filter->fits(window_[places[place]])) return places[place];
    }
    return behind;
  }

  // Calls visit(signal) for every visible signal in the range, oldest first.
  template <class Visit>
  void oldest_first(const Sight& sight, Visit visit) const {
    for (std::size_t i = std::max(begin_, sight.begin); i < end_; ++i) {
      if (window_.at(i) > sight.after) visit(window_[i]);
    }
  }

  // The indexes in the window of the stream's signals in the range, oldest first. Precondition: the stream has one key,
  // which alone decides.
  std::span<const std::uint16_t> places_of(const Stream& stream, const Sight& sight) {
    Places places = of_key(stream.key);
    if (sight.begin > 0) [[unlikely]]
      places = places.subspan(first(places, [&](std::uint16_t i) { return i >= sight.begin; }));
    return places.subspan(first(places, [&](std::uint16_t i) { return window_.at(i) > sight.after; }));
  }
  Instant at(std::size_t i) const { return window_.at(i); }

  // The instant at which the next matching signal becomes visible, or kNever.
  Instant next_to_come(const Filter& filter) const {
    for (std::size_t i = end_; i < window_.size(); ++i) {
      if (filter.fits(window_[i])) return window_.at(i);
    }
    return kNever;
  }
  Instant next_to_come(const Stream& stream) const { return next_to_come(*stream.filter); }
  // The same for signals whose key has a weight in a score.
  Instant next_to_come(const Score& score) const {
    for (std::size_t i = end_; i < window_.size(); ++i) {
      if (score.weight_of(window_.key(i)) != 0) return window_.at(i);
    }
    return kNever;
  }

  // Whether a signal of a known key is visible or will become visible.
  bool any_of(std::int32_t key) {
    if (!numbered_) number();
    const std::uint16_t number = room_.numbers[static_cast<std::size_t>(key)];
    return number != SceneRoom::kNone && window_.of_key(number).back() >= begin_;
  }

  // The keys of the table for which any_of may be true.
  std::span<const std::int32_t> known_keys() {
    if (!numbered_) number();
    return room_.known;
  }
  // Calls visit(value) for each signal of a known key that is visible or will become visible.
  template <class Visit>
  void each_value(std::int32_t key, Visit visit) {
    if (!numbered_) number();
    const std::uint16_t number = room_.numbers[static_cast<std::size_t>(key)];
    if (number == SceneRoom::kNone) return;
    for (const std::uint16_t i : window_.of_key(number))
      if (i >= begin_) visit(window_[i].value);
  }

  // A trait of the visitor; std::nullopt if it is missing. `name` must outlive it.
  std::optional<ledger::TraitNow> trait(std::string_view name) const { return ledger::trait_in(facts_.traits, name); }
  // A declared counter and its total for the visitor; std::nullopt, or null, if it has no value yet or is not
  // declared.
  struct Ever {
    const Counter* counter;
    ledger::Total total;
  };
  std::optional<Ever> ever(std::string_view name) const;
  const Counter* counter(std::string_view name) const;
  const Zone* zone_in(const Measure& of) const { return rules::zone_in(facts_, of); }  // null if unknown
  bool is_sensitive(std::string_view trait) const { return std::ranges::binary_search(facts_.sensitive, trait); }
  std::string_view unit() const { return facts_.unit; }
  std::string_view same() const { return facts_.same; }

  // The value of a context field, or null if it is missing.
  const std::string* context(std::string_view field) const;

 private:
  using Places = std::span<const std::uint16_t>;

  // The visible signals of a key in the table.
  Places of_key(std::int32_t key) {
    if (!numbered_) number();
    const std::uint16_t number = room_.numbers[static_cast<std::size_t>(key)];
    if (number == SceneRoom::kNone) return {};
    const Places all = window_.of_key(number);
    if (begin_ == 0 && end_ == window_.size()) return all;
    const std::size_t from = first(all, [&](std::uint16_t i) { return i >= begin_; });
    return all.subspan(from, first(all, [&](std::uint16_t i) { return i >= end_; }) - from);
  }
  // The first index for which `holds` is true; it must be false before some index and true from there on.
  template <class Holds>
  static std::size_t first(Places places, Holds holds) {
    return static_cast<std::size_t>(std::ranges::partition_point(places, [&](std::uint16_t i) { return !holds(i); }) -
                                    places.begin());
  }
  void number();
  void narrow_to_unit(const Measure& of, Sight& sight) const;
  void narrow_to_since(const Stream& since, Sight& sight);

  const Facts& facts_;
  const ledger::Window& window_;
  const KeyTable& keys_;
  SceneRoom& room_;
  std::size_t begin_ = 0, end_ = 0;  // the visible range
  bool numbered_ = false;
};

}  // namespace beckon::rules
