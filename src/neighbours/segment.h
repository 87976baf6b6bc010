// The messages of Segment's libraries, and of those that took over their form: Customer.io and RudderStack.
// docs/neighbours.md has the map. Thread-safe.
#pragma once
#include <string_view>

#include "neighbours/message.h"

namespace beckon::neighbours {

// "track" for "track" and "t", and so on: what a path says that the message in its body is. Empty: no such call.
std::string_view segment_call(std::string_view name);

// {"batch":[message, …],"sentAt"} or, where `call` says what it is, one message with its "sentAt". Fault:
// kInvalidPayload, where it is neither.
Result<Batch> read_segment(json::Document document, std::string_view call);

}  // namespace beckon::neighbours
