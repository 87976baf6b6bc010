// The result for a rule whose conditions are true: held back, control group, or one of its arms.
#pragma once
#include <optional>

#include "rules/language/rule.h"
#include "rules/rule_set.h"

namespace beckon::rules {

struct Turn {
  Hold hold = Hold::kNotHeld;
  Instant next = Instant::max();  // when time alone may start or end the hold
  bool holdout = false;
  std::size_t arm = 0;
  std::string_view missing;    // kRender: the path of the missing value; empty if the payload is too large
  std::uint64_t values = 0;    // digest of what the payloads read; 0 if nothing
  bool forced = false;         // the arm was assigned to the visitor by name
  bool remembered = false;     // the unit keeps what it was assigned before
  std::uint64_t remember = 0;  // key_to_keep of the new assignment; 0 if none is kept

  Outcome outcome() const {
    if (hold != Hold::kNotHeld) return Outcome::kSuppressed;
    return holdout ? Outcome::kHoldout : Outcome::kAct;
  }
};

// Checked in this order: opening hours, limits, values that payloads need, then the split, so that a missing value
// affects all arms and the control group alike.
Turn turn_of(const Rule& rule, const Facts& facts);

// The first instant from Facts::now on at which nothing holds the rule back, if nothing but time passes; Instant::max()
// if there is none, or if it is many changes away.
Instant free_from(const Rule& rule, const Facts& facts);

// The arm assigned to the unit by name, or kept from its first assignment; std::nullopt if there is none.
struct Given {
  Instant at = Instant::min();  // when it was assigned; may be after Facts::now: kept from then on
  bool by_name = false;
  bool holdout = false;
  std::size_t arm = 0;
};
std::optional<Given> given_first(const Rule& rule, const Facts& facts);

// The key of the exposure by which the unit keeps the holdout, or the arm with this number, of a sticky split.
std::uint64_t key_to_keep(const Rule& rule, bool holdout, std::size_t arm, const Facts& facts);

}  // namespace beckon::rules
