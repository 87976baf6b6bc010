// Validation of a rule in a request.
#pragma once
#include <string>
#include <vector>

#include "base/id.h"
#include "base/json.h"
#include "base/result.h"
#include "base/zone.h"
#include "rules/language/declared.h"
#include "rules/language/facts.h"

namespace beckon::rules {

// Validates a rule from a PUT and reports every fault at its path ("when.all[0].within"). `id` is from the URL; a
// ruleId in the body must agree. If `declared` or `counters` is null, everything the rule refers to counts as declared.
// Returns the rule's JSON as it is stored: the input, with those defaults written out that are not the language's:
// ruleId, unit and sticky of a split, and scope visitor if the handle's settings say so.
Result<std::string> check_rule(const RuleId& id, const json::Value& rule, const Zones& zones,
                               const Declared* declared = nullptr, const Counters* counters = nullptr);

// The scores that a rule of any status refers to, sorted; empty if the rule cannot be read.
std::vector<std::string> scores_of(const RuleId& id, const json::Value& rule, const Zones& zones);
// Likewise its counters, in conditions and payloads; and its traits.
std::vector<std::string> counters_of(const RuleId& id, const json::Value& rule, const Zones& zones);
std::vector<std::string> traits_of(const RuleId& id, const json::Value& rule, const Zones& zones);
// Whether a rule of any status needs its handle's time zone; false if the rule cannot be read.
bool needs_zone(const RuleId& id, const json::Value& rule, const Zones& zones);

}  // namespace beckon::rules
