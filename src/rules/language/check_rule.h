// Checks a rule as it comes in.
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

// Checks one rule as it comes in at PUT, and names every fault at its path ("when.all[0].within"). `id` is the one of
// the path; a ruleId in the body must agree. `declared` and `counters`: null: whatever the rule needs is taken as
// declared. Returns the rule's text as it is kept: what was given, with what it means by default where that is not the
// language's: ruleId, of a split its unit and sticky, and scope visitor where the handle's settings say so.
Result<std::string> check_rule(const RuleId& id, const json::Value& rule, const Zones& zones,
                               const Declared* declared = nullptr, const Counters* counters = nullptr);

// The scores that a rule of any status names, sorted; empty for a rule that cannot be read.
std::vector<std::string> scores_of(const RuleId& id, const json::Value& rule, const Zones& zones);
// Likewise the counters, of conditions and of payloads; and the traits.
std::vector<std::string> counters_of(const RuleId& id, const json::Value& rule, const Zones& zones);
std::vector<std::string> traits_of(const RuleId& id, const json::Value& rule, const Zones& zones);
// Whether a rule of any status needs the time zone of its handle; no for one that cannot be read.
bool needs_zone(const RuleId& id, const json::Value& rule, const Zones& zones);

}  // namespace beckon::rules
