// The trace of the request that caused an event is stored in the event's cause (Event::cause), as the last members of
// its object: "traceparent" and, if present, "tracestate". Pure.
#pragma once
#include <string>
#include <string_view>

#include "base/trace.h"

namespace beckon::outbox {

// `cause`: a JSON object without them. `trace` is not empty.
std::string traced_cause(std::string cause, const Trace& trace);

// Empty if the event was not caused by a request, or by one without a trace.
Trace trace_in(std::string_view cause);

}  // namespace beckon::outbox
