// Warnings about a saved rule: it never or always matches, another rule is always chosen before it, a window is longer
// than the retention, its cooldown makes a cap unreachable, the time zones it needs may be outdated, it reads
// decisions of a rule that does not exist, or its message names an anchor although it waits for none.
//
// Sound before complete: each warning is proven (lint/facts.h) and its witness confirmed by the engine; docs/rules.md
// says what is found. No clock, no I/O.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rules/lint/witness.h"
#include "rules/rule_set.h"

namespace beckon::rules {

struct Warning {
  std::string_view kind;  // never_true, always_true, shadowed, window_beyond_retention, unreachable_cap,
                          // outdated_time_zone, unknown_rule, missing_anchor; others add missing_trait
  std::string message;    // a sentence
  lint::Witness witness;
};

// Warnings for the rule `id` in `rules`, as if it were live, next to the others as they are. `now`: the approximate
// instant of witnesses. Empty if the rule does not exist or cannot be read. Some tens of milliseconds with 2,000 rules.
std::vector<Warning> lint_rule(const RuleId& id, const StoredRules& rules, const Zones& zones, const Declared& declared,
                               Duration retention, Instant now);

std::string to_json(std::span<const Warning> warnings);  // [{"kind","message", and what Witness::write adds}]

}  // namespace beckon::rules
