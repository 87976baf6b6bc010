// What becomes of a rule whose conditions hold: held back, held out, or one of its arms.
#pragma once
#include <optional>

#include "rules/language/rule.h"
#include "rules/rule_set.h"

namespace beckon::rules {

struct Turn {
  Hold hold = Hold::kNotHeld;
  Instant next = Instant::max();  // when time alone may change the hold, or bring one
  bool holdout = false;
  std::size_t arm = 0;
  std::string_view missing;    // kRender: the path of the value; empty: the payload is too large
  std::uint64_t values = 0;    // digest of what the payloads read; 0: nothing
  bool forced = false;         // the visitor is given the arm by name
  bool remembered = false;     // the unit keeps what it was given before
  std::uint64_t remember = 0;  // arm_key of what it is given now, and is to keep; 0: nothing

  Outcome outcome() const {
    if (hold != Hold::kNotHeld) return Outcome::kSuppressed;
    return holdout ? Outcome::kHoldout : Outcome::kAct;
  }
};

// Closed hours, then limits, then what the payloads need, then the split: so that a missing value takes away all arms
// and the control group alike.
Turn turn_of(const Rule& rule, const Facts& facts);

// What the rule gives the unit by name, or gave it first and it keeps; nothing where it has given it nothing.
struct Given {
  Instant at = Instant::min();  // when it gave it, which may be behind Facts::now: it is kept from then on
  bool by_name = false;
  bool holdout = false;
  std::size_t arm = 0;
};
std::optional<Given> given_first(const Rule& rule, const Facts& facts);

}  // namespace beckon::rules
