// Traits: data about a visitor other than signals, such as "plan": "pro".
//
// The stored state of a trait does not depend on the order in which changes arrive: it has, for each source rank, the
// newest `set` or `unset`; the oldest `setOnce`; the sum of what was added; and for each text of a list the newest
// change. So a visitor's traits are the union of those of their ids (identity.h), and a split separates them again.
//
// A trait without a value is a tombstone (mark): it keeps an older `set` that arrives late from restoring the trait.
// Marks do not count toward the limits of traits; each id keeps the newest of them. A late change to a trait whose mark
// is gone may restore it.
#pragma once
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/instant.h"

namespace beckon::ledger {

// When a change was made; `place` is from the same sequence as those of signals (signal.h).
struct Stamp {
  Instant at{};
  std::uint64_t place = 0;
  friend auto operator<=>(const Stamp&, const Stamp&) = default;
};

enum class TraitOp : std::uint8_t { kSet = 0, kUnset = 1, kSetOnce = 2, kAdd = 3, kInclude = 4, kExclude = 5 };

// One change, as requested.
struct TraitChange {
  std::string name;
  TraitOp op = TraitOp::kSet;
  std::string value;      // set, setOnce: JSON (Trait); add: millionths as decimal digits; include, exclude: a text
  std::uint8_t rank = 0;  // of the source; a greater one outweighs
  std::string source;     // "server", "page", or a name that the operator chose
  Stamp stamp;
  friend bool operator==(const TraitChange&, const TraitChange&) = default;
};

// The stored state of a trait. Values are JSON: "pro", 12.5, true, ["a","b"]; lists are sorted, without duplicates.
struct Trait {
  struct Said {
    std::string json;  // empty if unset
    std::uint8_t rank = 0;
    std::string source;
    Stamp stamp;
    friend bool operator==(const Said&, const Said&) = default;
  };
  struct Element {
    std::string text;
    bool in = true;
    std::uint8_t rank = 0;
    Stamp stamp;
    friend bool operator==(const Element&, const Element&) = default;
  };

  std::string name;
  std::vector<Said> said;         // by rank, the greatest first; for each, the newest `set` or `unset`
  std::optional<Said> once;       // the oldest `setOnce`; applies if nothing is set
  std::vector<Element> elements;  // by text; those newer than the set value change the list
  std::optional<Said> added;      // of a counter: `json` is empty, source and stamp are those of the newest `add`
  std::int64_t sum = 0;           // of a counter, in millionths
  friend bool operator==(const Trait&, const Trait&) = default;
};

// The traits of one id.
struct Traits {
  static constexpr Duration kIdsKept = std::chrono::hours{7 * 24};
  static constexpr std::size_t kIdsRemembered = 1'000;
  static constexpr std::size_t kMarks = 100;
  static constexpr std::size_t kBytesOfMarks = 8 * 1024;

  std::vector<Trait> all;                              // by name
  std::vector<std::pair<std::uint64_t, Instant>> ids;  // `remembered` of requests that added something, by arrival
  bool empty() const { return all.empty() && ids.empty(); }
  std::size_t bytes() const;  // of the names, values and sources
  friend bool operator==(const Traits&, const Traits&) = default;
};

// Applies the change. False if it has no effect, because stored changes outweigh it.
bool take(Traits& traits, const TraitChange& change);
// Whether an applied change determines the current value of the trait.
bool counts(const Trait& trait, const TraitChange& change);
bool has_value(const Trait& trait);
// What is compared with the limits of traits: the traits that have a value.
struct Held {
  std::size_t count = 0, bytes = 0;
};
Held held(const Traits& traits);
// Drops all but the newest kMarks marks of kBytesOfMarks in total, by the newest change of each.
void drop_old_marks(Traits& traits);
// As if all were of one id.
Traits united(std::span<const Traits* const> parts);
void unite(Trait& whole, const Trait& part);  // likewise, of one trait

// The current value of a trait.
struct TraitNow {
  std::string_view name;
  std::string json;    // never empty
  std::string source;  // of its newest change
  Instant at{};        // likewise
};
std::optional<TraitNow> value_of(const Trait& trait);   // std::nullopt if it is unset
std::vector<TraitNow> values_of(const Traits& traits);  // by name; points into `traits`

}  // namespace beckon::ledger
