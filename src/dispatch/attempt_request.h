// What one attempt sends, and what is recorded about it.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "base/instant.h"
#include "outbox/outbox.h"
#include "outbox/signature.h"
#include "system/secret_box.h"

namespace beckon::dispatch {

struct AttemptRequest {
  outbox::Headers headers;
  std::shared_ptr<const std::string> body;  // the event in the subscription's format
  std::string record;                       // of both, for outbox::Attempt::request_headers
  std::string traceparent;                  // ours; empty if there is none
};

// The event in the subscription's format, signed now, with the subscription's own headers and the trace of the request
// that caused the event, in which each attempt is a separate child. Own headers replace our accept, user-agent and
// trace headers, and none of our others; one that may not be sent is left out. Secrets and own headers are decrypted
// only within this call. std::nullopt if one cannot be decrypted with the server's key.
std::optional<AttemptRequest> attempt_request(const outbox::Subscription& subscription, const outbox::Due& due,
                                              Instant now, const SecretBox& secrets, Random& random);

}  // namespace beckon::dispatch
