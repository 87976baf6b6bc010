// The events of Snowplow's trackers, in the second version of their protocol. docs/neighbours.md has the map.
// Thread-safe.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neighbours/message.h"

namespace beckon::neighbours {

// {"schema","data":[event, …]}, each a flat object of texts. An event with another application id than the first is
// refused. Fault: kInvalidPayload, where it is none.
Result<Batch> read_snowplow(json::Document document);

// The application id of the first event; empty: none.
std::string snowplow_application(const json::Value& body);

// The same for an event that came as the query of a GET: the body that it would have had by POST. Pairs that are badly
// encoded are not among them, and of several with one name the first counts.
std::string snowplow_body(const std::vector<std::pair<std::string, std::string>>& query);

}  // namespace beckon::neighbours
