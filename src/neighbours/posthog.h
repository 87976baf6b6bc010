// The events of PostHog's server libraries: their capture API's batches. docs/neighbours.md has the map. Thread-safe.
#pragma once
#include "neighbours/message.h"

namespace beckon::neighbours {

// {"api_key","batch":[event, …],"sent_at"}. Fault: kInvalidPayload, where it is none.
Result<Batch> read_posthog(json::Document document);

}  // namespace beckon::neighbours
