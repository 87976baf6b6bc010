// Reads the parts of a condition that measures share: the filter, the window and the bounds.
#pragma once
#include "rules/language/members.h"
#include "rules/language/rule.h"

namespace beckon::rules {

// {"key": …, "value": …, "source": …, "minConfidence": …, "meta": …}; each may be left out.
// `field`: where a field of metadata goes, and `times`, what it is multiplied by; null where the measure has no use of
// one.
enum class Field : std::uint8_t { kRequired, kOptional };
Filter read_filter(const json::Value& value, const std::string& path, Issues& issues, std::string* field = nullptr,
                   Field need = Field::kRequired, std::string* times = nullptr);

std::string field_issue();  // of a text that is neither the name of a metadata field nor a path

// A text, or a list of 1 to 100 texts, sorted and without doubles. Numbers and booleans are taken as their JSON text,
// as signals do.
std::vector<std::string> read_texts(const json::Value& value, const std::string& path, std::size_t most_size,
                                    Issues& issues);

// `zone`, an IANA name or "visitor": the zone stays null there, and where it is not given.
void read_zone(Members& members, const Zone*& zone, std::string& name);

// `within`, a duration or {"calendar": "day", "zone": …}, or "per": "session"; neither is all of the session.
void read_span(Members& members, Measure& measure);
// The same, and `since`, a filter.
void read_window(Members& members, Measure& measure);

// `atLeast` and `atMost`, or `equals`; one of them is required.
void read_count_bounds(Members& members, Condition& condition);
void read_amount_bounds(Members& members, Condition& condition);  // decimals
// Of a funnel of `steps`: `reached`, which is at least so many, or bounds as of a count; neither is all of them.
void read_step_bounds(Members& members, Condition& condition, std::size_t steps);
void read_age_bounds(Members& members, Measure& measure);  // durations; `equals` is no use of an age

}  // namespace beckon::rules
