// Reads the parts of conditions that measures share: the filter, the window and the bounds.
#pragma once
#include "rules/language/members.h"
#include "rules/language/rule.h"

namespace beckon::rules {

// {"key": …, "value": …, "source": …, "minConfidence": …, "meta": …}, each optional.
// `field`: receives a metadata field, and `times` its factor; null if the measure does not
// use one.
enum class Field : std::uint8_t { kRequired, kOptional };
Filter read_filter(const json::Value& value, const std::string& path, Issues& issues, std::string* field = nullptr,
                   Field need = Field::kRequired, std::string* times = nullptr);

std::string field_issue();  // for a text that is neither the name of a metadata field nor a path

// A text, or a list of 1 to 100 texts, sorted and without duplicates. Numbers and booleans are read as their JSON text,
// as in signals.
std::vector<std::string> read_texts(const json::Value& value, const std::string& path, std::size_t most_size,
                                    Issues& issues);

// `zone`, an IANA name or "visitor"; for the latter, or if it is missing, the zone stays null.
void read_zone(Members& members, const Zone*& zone, std::string& name);

// `within`, a duration or {"calendar": "day", "zone": …}, or "per": "session"; neither means the whole session.
void read_span(Members& members, Measure& measure);
// The same, and `since`, a filter.
void read_window(Members& members, Measure& measure);

// `atLeast` and `atMost`, or `equals`; at least one of them is required.
void read_count_bounds(Members& members, Condition& condition);
void read_amount_bounds(Members& members, Condition& condition);  // decimals
// For a funnel of `steps`: `reached`, meaning at least that many, or bounds as for a count; neither means all steps.
void read_step_bounds(Members& members, Condition& condition, std::size_t steps);
void read_age_bounds(Members& members, Measure& measure);  // durations; `equals` makes no sense for an age

}  // namespace beckon::rules
