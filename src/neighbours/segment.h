// The messages of Segment's libraries, and of those that have adopted the format: Customer.io and RudderStack.
// docs/neighbours.md has the mapping. Thread-safe.
#pragma once
#include <string_view>

#include "neighbours/message.h"

namespace beckon::neighbours {

// The kind of message that a path names: "track" for "track" and "t", and so on. Empty if there is no such call.
std::string_view segment_call(std::string_view name);

// {"batch":[message, …],"sentAt"} or, if `call` names its kind, one message with its "sentAt". Fault: kInvalidPayload
// if it is neither.
Result<Batch> read_segment(json::Document document, std::string_view call);

}  // namespace beckon::neighbours
