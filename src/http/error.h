// The one place where a fault becomes a status and a body: contract section 3.
#pragma once
#include <string>

#include "base/fault.h"
#include "http/message.h"

namespace beckon::http {

int status_of(FaultCode code);
std::string_view code_text(FaultCode code);  // "validation_error"

// {"error","message","requestId",…extras,"details":[{"field","issue"}]}, with Retry-After and RateLimit-* where the
// fault has them.
Response to_response(const Fault& fault, const RequestId& request);

// A 429 always has Retry-After, and so has a 503: one second where the fault says none.
// Also for answers that are no error: RateLimit-Limit, -Remaining and -Reset.
void add_rate_headers(Response& response, const RateState& rate);

}  // namespace beckon::http
