// The order in which rules are evaluated, and how it is changed as a whole.
#pragma once
#include <span>
#include <vector>

#include "base/instant.h"
#include "rules/rule_store.h"

namespace beckon::intake {

// Rules of every status in the order of evaluation, as if all had one trigger: higher priority first, then by id. They
// are those of `rules`.
std::vector<const rules::StoredRule*> evaluation_order(const rules::StoredRules& rules);

// The priority in a rule's text.
std::int64_t priority_of(const rules::StoredRule& rule);

// The rules in a new order, as a new version: those that are named take the places that they have among all, in the
// order in which they are named; every other rule keeps its place. As few rules as can be get another priority, which
// no other rule has; one that is not named only where the priorities around a named one leave no room. What they say
// else stays. The version is unchanged if the order is.
//
// Precondition: each of `named` is one of the rules, and is named once.
rules::StoredRules in_order(const rules::StoredRules& now, std::span<const RuleId> named, Instant at);

}  // namespace beckon::intake
