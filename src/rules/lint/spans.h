// Findings that need no proof between conditions: windows, caps, time zones and names.
#pragma once
#include <vector>

#include "rules/lint/lint.h"
#include "rules/lint/probe.h"

namespace beckon::rules::lint {

// Windows longer than the retention. These functions add to `warnings`.
void find_long_windows(const Rule& rule, const Ground& ground, const Probe& probe, Instant now,
                       std::vector<Warning>& warnings);

// Caps that the cooldown makes unreachable. `all`: the rules of the handle, including those of its group.
void find_unreachable_caps(const Rule& rule, const json::Value& json, const std::vector<Rule>& all, const Probe& probe,
                           Instant now, std::vector<Warning>& warnings);

// Time zones that may have changed in a release of the database that this machine lacks.
void find_outdated_zone(const Rule& rule, const json::Value& json, const Zones& zones, Instant now,
                        std::vector<Warning>& warnings);

// Conditions that read decisions of a rule that is neither in `all` nor this one.
void find_unknown_rules(const Rule& rule, const std::vector<Rule>& all, Instant now, std::vector<Warning>& warnings);

// Placeholders of the anchor in messages of a rule that waits for none, so that they never have a value.
void find_missing_anchors(const Rule& rule, Instant now, std::vector<Warning>& warnings);

}  // namespace beckon::rules::lint
