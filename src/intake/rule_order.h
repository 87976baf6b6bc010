// The order in which rules are evaluated, and changing it as a whole.
#pragma once
#include <span>
#include <vector>

#include "base/instant.h"
#include "rules/rule_store.h"

namespace beckon::intake {

// Rules of every status in evaluation order, as if all had the same trigger: higher priority first, then by id.
// Pointers into `rules`.
std::vector<const rules::StoredRule*> evaluation_order(const rules::StoredRules& rules);

// The priority in a rule's JSON.
std::int64_t priority_of(const rules::StoredRule& rule);

// The rules in a new order, as a new version: the named rules take the places that they have now, in the order in which
// they are named; all other rules keep their places. As few rules as possible get another priority, which no other rule
// has; an unnamed one only if the priorities around a named one leave no room. Nothing else in the rules changes. The
// version is unchanged if the order is.
//
// Precondition: each of `named` is one of the rules, and is named once.
rules::StoredRules in_order(const rules::StoredRules& now, std::span<const RuleId> named, Instant at);

}  // namespace beckon::intake
