// An attempt of a delivery as the operator sees it.
#pragma once
#include <memory>
#include <string>

#include "http/routes/api.h"

namespace beckon::http {

// One attempt as an object: time, URL, outcome, status, error, latency by phase in milliseconds, and the headers of
// request and response by lower-case name. `event`: the stored body of the event; null if it was erased.
void write_attempt(json::Writer& out, const outbox::Attempt& attempt, const outbox::Delivery& delivery,
                   const std::shared_ptr<const std::string>& event, const SecretBox& secrets);

}  // namespace beckon::http
