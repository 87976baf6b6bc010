// Parses the JSON of a rule into its checked tree.
#pragma once
#include "base/fault.h"
#include "base/json.h"
#include "rules/language/members.h"
#include "rules/language/rule.h"

namespace beckon::rules {

// Adds every fault to `issues` at its path; the rule may only be used if none was added. `id` is the name it is stored
// under; a ruleId in the JSON must agree. Precondition: `value` is an object. `stored`: it was saved before, perhaps by
// a version without placeholders in payloads: a payload whose braces are not valid placeholders is then read as plain
// text.
Rule read_rule(const RuleId& id, const json::Value& value, const Zones& zones, Issues& issues, bool stored = false);

// The parts of a rule other than its conditions; each reads its own members.
void read_when(Members& members, const Zones& zones, Rule& rule);    // all, any, none and nested groups
void read_active(Members& members, const Zones& zones, Rule& rule);  // from, until, hours, days, zone
void read_rollout(Members& members, Rule& rule);                     // after read_active
void read_limit(Members& members, const Zones& zones, Rule& rule);
void read_split(Members& members, Rule& rule);  // leaves the names and weights of the arms in `rule.arms`
void read_actions(Members& members, Rule& rule, bool stored);  // action, or actions by arm; after read_split
void read_goal(Members& members, Rule& rule);

// One entry of when.all, when.any or when.none.
Condition read_condition(const json::Value& value, const std::string& path, const Zones& zones, Issues& issues);

}  // namespace beckon::rules
