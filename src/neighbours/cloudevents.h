// CloudEvents 1.0: events of any producer as signals. docs/neighbours.md has the mapping. Thread-safe.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neighbours/message.h"

namespace beckon::neighbours {

// One event in structured mode (an object), or a batch of them (a list). Errors in an event are issues of its message.
// Fault: kInvalidPayload if it is neither.
Result<Batch> read_cloudevents(json::Document document);

// An event in binary mode, converted to structured mode: `attributes` by their names, decoded, and the body as its
// data, which is JSON if its type says so. Fault: kInvalidPayload if it is not.
Result<std::string> structured_event(const std::vector<std::pair<std::string, std::string>>& attributes,
                                     std::string_view content_type, std::string body);

}  // namespace beckon::neighbours
