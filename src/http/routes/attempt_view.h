// An attempt of a delivery as the operator sees it.
#pragma once
#include <optional>

#include "http/routes/api.h"

namespace beckon::http {

// One attempt as an object: time, URL, outcome, status, error, latency by phase in milliseconds, and the headers of
// request and response by name in lower case. `body_bytes`: of the event's body; std::nullopt if it was erased.
void write_attempt(json::Writer& out, const outbox::Attempt& attempt, const outbox::Delivery& delivery,
                   std::optional<std::size_t> body_bytes, const SecretBox& secrets);

}  // namespace beckon::http
