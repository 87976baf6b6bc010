// The linter's findings that need no proof between conditions: windows, caps, time zones and names.
#pragma once
#include <vector>

#include "rules/lint/lint.h"
#include "rules/lint/probe.h"

namespace beckon::rules::lint {

// Windows that look back longer than signals are kept. Each adds to `warnings`.
void find_long_windows(const Rule& rule, const Ground& ground, const Probe& probe, Instant now,
                       std::vector<Warning>& warnings);

// Caps below which the cooldown keeps the rule anyhow. `all`: the rules of the handle, those of its group among them.
void find_unreachable_caps(const Rule& rule, const json::Value& json, const std::vector<Rule>& all, const Probe& probe,
                           Instant now, std::vector<Warning>& warnings);

// A time zone whose clocks may have been changed by a release of the database that this machine lacks.
void find_outdated_zone(const Rule& rule, const json::Value& json, const Zones& zones, Instant now,
                        std::vector<Warning>& warnings);

// Conditions that ask about decisions of a rule that is neither among `all` nor this one.
void find_unknown_rules(const Rule& rule, const std::vector<Rule>& all, Instant now, std::vector<Warning>& warnings);

}  // namespace beckon::rules::lint
