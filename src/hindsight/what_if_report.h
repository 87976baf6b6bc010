// The results of each simulated rule.
#pragma once
#include "hindsight/trial.h"
#include "hindsight/what_if.h"

namespace beckon::hindsight {

using AskedTriggers = std::map<std::string, std::int64_t, std::less<>>;  // requests by trigger

// For every live and shadow rule, by id.
std::vector<WhatIf::Rule> rules_that_were_tried(const rules::StoredRules& stored, const RuleCounts& counts,
                                                const AskedTriggers& asked);

}  // namespace beckon::hindsight
