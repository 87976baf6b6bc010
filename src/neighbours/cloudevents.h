// CloudEvents 1.0: events of any producer as signals. docs/neighbours.md has the map. Thread-safe.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neighbours/message.h"

namespace beckon::neighbours {

// One event in the structured mode (an object), or a batch of them (a list). What is wrong with an event is among the
// issues of its message. Fault: kInvalidPayload, where it is neither.
Result<Batch> read_cloudevents(json::Document document);

// An event in the binary mode, as the structured mode writes it: `attributes` by their names, decoded, and the body as
// its data, which is JSON if its type says so. Fault: kInvalidPayload, where it is not.
Result<std::string> structured_event(const std::vector<std::pair<std::string, std::string>>& attributes,
                                     std::string_view content_type, std::string body);

}  // namespace beckon::neighbours
