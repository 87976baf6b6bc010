// What holds a rule back although its conditions are true: opening hours and limits.
#pragma once
#include "rules/language/rule.h"
#include "rules/rule_set.h"

namespace beckon::rules {

// Whether the rule may act, and the next instant at which time alone can change that, or Instant::max().
struct Allowance {
  bool free = true;
  Instant next = Instant::max();
};

// By local time of the zone: open on a day in `days` from `open` until `close`, which is on the next day unless it is
// later than `open`. If clocks are set back, the repeated hour counts both times.
Allowance open_at(const Hours& hours, const Zone* visitors, Instant now);  // `visitors`: their zone; null if unknown

// Free if (now − cooldown, now] contains no exposure, and each cap's (now − per, now], or its calendar unit, contains
// fewer than `max`.
Allowance may_spend(const Limit& limit, const Facts& facts);

}  // namespace beckon::rules
