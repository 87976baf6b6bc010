// What holds a rule back although its conditions hold: closed hours and days, and limits.
#pragma once
#include "rules/language/rule.h"
#include "rules/rule_set.h"

namespace beckon::rules {

// Free or held, and the next instant at which time alone can change that, or Instant::max().
struct Allowance {
  bool free = true;
  Instant next = Instant::max();
};

// By the wall clock of the zone: open on a day of `days` from `open` until `close`, which is on the next day where it
// is not later. Where a clock is set back, what it shows twice is open twice.
Allowance open_at(const Hours& hours, const Zone* visitors, Instant now);  // `visitors`: zone; null: not known

// Of the spends in (now − cooldown, now] there is none, and in each cap's (now − per, now], or its calendar unit,
// there are fewer than `max`.
Allowance may_spend(const Limit& limit, const Facts& facts);

}  // namespace beckon::rules
