// Turns faults into a status and a body; the only place that does: contract section 3.
#pragma once
#include <string>

#include "base/fault.h"
#include "http/message.h"

namespace beckon::http {

int status_of(FaultCode code);
std::string_view code_text(FaultCode code);  // "validation_error"

// {"error","message","requestId",…extras,"details":[{"field","issue"}]}, with Retry-After and RateLimit-* if the
// fault has them.
Response to_response(const Fault& fault, const RequestId& request);

// 429 and 503 always have Retry-After: one second if the fault has none.
// Also for responses that are not errors: RateLimit-Limit, -Remaining and -Reset.
void add_rate_headers(Response& response, const RateState& rate);

}  // namespace beckon::http
