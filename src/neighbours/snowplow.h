// The events of Snowplow's trackers, in version 2 of their protocol. docs/neighbours.md has the mapping.
// Thread-safe.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neighbours/message.h"

namespace beckon::neighbours {

// {"schema","data":[event, …]}, each a flat object of strings. An event with another application id than the first is
// refused. Fault: kInvalidPayload if it is not of this form.
Result<Batch> read_snowplow(json::Document document);

// The application id of the first event; empty if there is none.
std::string snowplow_application(const json::Value& body);

// Converts an event sent as the query of a GET to the body of the equivalent POST. Badly encoded pairs are left out; of
// several with the same name, the first counts.
std::string snowplow_body(const std::vector<std::pair<std::string, std::string>>& query);

}  // namespace beckon::neighbours
