// What a rule can be told when it is saved: that it never or always holds, that another rule always answers before it,
// that a window is longer than the retention, that its cooldown lets a cap never be reached, that the time zones which
// it needs may be outdated, that it asks about decisions of a rule that is not there.
//
// Sound before complete: a warning is proven (lint_facts.h) and its witness is confirmed by the engine; docs/rules.md
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
                          // outdated_time_zone, unknown_rule; others add missing_trait
  std::string message;    // a sentence
  lint::Witness witness;
};

// Of the rule `id` of `rules`, as if it were live, among the others as they are. `now`: about which instant witnesses
// lie. A rule that is not there, or that cannot be read, has none. With 2,000 rules some tens of milliseconds.
std::vector<Warning> lint_rule(const RuleId& id, const StoredRules& rules, const Zones& zones, const Declared& declared,
                               Duration retention, Instant now);

std::string to_json(std::span<const Warning> warnings);  // [{"kind","message", and what Witness::write adds}]

}  // namespace beckon::rules
