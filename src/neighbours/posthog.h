// Batches of the capture API from PostHog's server libraries. docs/neighbours.md has the mapping. Thread-safe.
#pragma once
#include "neighbours/message.h"

namespace beckon::neighbours {

// {"api_key","batch":[event, …],"sent_at"}. Fault: kInvalidPayload if it is not of this form.
Result<Batch> read_posthog(json::Document document);

}  // namespace beckon::neighbours
