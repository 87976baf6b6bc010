// Reads the parts of a condition that measures share: the filter, the window and the bounds.
#pragma once
#include "rules/members.h"
#include "rules/rule.h"

namespace beckon::rules {

// {"key": …, "value": …, "source": …, "minConfidence": …}; each may be left out.
// `field`: where a field of metadata goes, which is then required; null where the measure has no use of one.
Filter read_filter(const json::Value& value, const std::string& path, Issues& issues, std::string* field = nullptr);

// A text, or a list of 1 to 100 texts, sorted and without doubles. Numbers and booleans are taken as their JSON text,
// as signals do.
std::vector<std::string> read_texts(const json::Value& value, const std::string& path, std::size_t most_size,
                                    Issues& issues);

// `within` or "per": "session"; zero for all of the session, which is also what neither means.
Duration read_window(Members& members);

// `atLeast` and `atMost`, or `equals`; one of them is required.
void read_count_bounds(Members& members, Condition& condition);
void read_amount_bounds(Members& members, Condition& condition);  // decimals
void read_age_bounds(Members& members, Measure& measure);  // durations; `equals` is no use of an age

}  // namespace beckon::rules
