// Traits: what is known of a visitor beside their signals, such as "plan": "pro".
//
// What is kept of a trait does not depend on the order in which its changes arrive: for each rank of sources the newest
// `set` or `unset`, the oldest `setOnce`, the sum of what was added, and for each text of a list the newest word on it.
// So the traits of a visitor are the union of those of their ids (identity.h), and a split takes them apart again.
//
// A trait without a value is a mark: of what was said of it, it keeps an older `set` that arrives late from bringing it
// back. Marks do not count toward the limits of traits; each id has the newest of them, and what arrives late for one
// that is gone may bring the trait back.
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

// When something was said: `place` is that of signals (signal.h), from one count.
struct Stamp {
  Instant at{};
  std::uint64_t place = 0;
  friend auto operator<=>(const Stamp&, const Stamp&) = default;
};

enum class TraitOp : std::uint8_t { kSet = 0, kUnset = 1, kSetOnce = 2, kAdd = 3, kInclude = 4, kExclude = 5 };

// One change, as it was said.
struct TraitChange {
  std::string name;
  TraitOp op = TraitOp::kSet;
  std::string value;      // set, setOnce: JSON (Trait); add: millionths as decimal digits; include, exclude: a text
  std::uint8_t rank = 0;  // of the source; the greater outweighs
  std::string source;     // "server", "page", or what the operator calls it
  Stamp stamp;
  friend bool operator==(const TraitChange&, const TraitChange&) = default;
};

// What is kept of a trait. A value is JSON: "pro", 12.5, true or ["a","b"], lists sorted and without doubles.
struct Trait {
  struct Said {
    std::string json;  // empty: unset
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
  std::vector<Said> said;         // by rank, the greatest first; of each the newest `set` or `unset`
  std::optional<Said> once;       // the oldest `setOnce`; holds where nothing is set
  std::vector<Element> elements;  // by text; newer than what was set they change the list
  std::optional<Said> added;      // a counter: `json` is empty, source and stamp are of the newest `add`
  std::int64_t sum = 0;           // of a counter, in millionths
  friend bool operator==(const Trait&, const Trait&) = default;
};

// The traits that were said under one id.
struct Traits {
  static constexpr Duration kIdsKept = std::chrono::hours{7 * 24};
  static constexpr std::size_t kIdsRemembered = 1'000;
  static constexpr std::size_t kMarks = 100;
  static constexpr std::size_t kBytesOfMarks = 8 * 1024;

  std::vector<Trait> all;                              // by name
  std::vector<std::pair<std::uint64_t, Instant>> ids;  // `remembered` of requests that added, by arrival
  bool empty() const { return all.empty() && ids.empty(); }
  std::size_t bytes() const;  // of the names, values and sources
  friend bool operator==(const Traits&, const Traits&) = default;
};

// Takes the change in. False: it changes nothing, since what is kept outweighs it.
bool take(Traits& traits, const TraitChange& change);
// Whether a change that was taken in says what the trait is now.
bool counts(const Trait& trait, const TraitChange& change);
bool has_value(const Trait& trait);
// What the limits of traits are compared with: of those that have a value.
struct Held {
  std::size_t count = 0, bytes = 0;
};
Held held(const Traits& traits);
// Leaves the newest kMarks marks of kBytesOfMarks in all, by the newest word on each.
void drop_old_marks(Traits& traits);
// As if all had been said under one id.
Traits united(std::span<const Traits* const> parts);
void unite(Trait& whole, const Trait& part);  // likewise, of one trait

// What a trait is now.
struct TraitNow {
  std::string_view name;
  std::string json;    // never empty
  std::string source;  // of the newest word on it
  Instant at{};        // likewise
};
std::optional<TraitNow> value_of(const Trait& trait);   // nothing: it is unset
std::vector<TraitNow> values_of(const Traits& traits);  // by name; views into the traits

}  // namespace beckon::ledger
