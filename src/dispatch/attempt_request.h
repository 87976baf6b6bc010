// What one attempt sends, and what is recorded of it.
#pragma once
#include <optional>
#include <string>

#include "base/instant.h"
#include "outbox/outbox.h"
#include "outbox/signature.h"
#include "system/secret_box.h"

namespace beckon::dispatch {

struct AttemptHeaders {
  outbox::Headers headers;
  std::string record;       // of them, for outbox::Attempt::request_headers
  std::string traceparent;  // ours; empty: there is none
};

// content-type, the signatures of this moment, the subscription's own headers, and the trace of the request that caused
// the event, in which each attempt is a child of its own. Own headers take the place of our accept, user-agent and
// trace, and of nothing else of ours; one that may not be sent is left out. Secrets and own headers are decrypted only
// within this call. std::nullopt if one cannot be decrypted with the server's key.
std::optional<AttemptHeaders> attempt_headers(const outbox::Subscription& subscription, const outbox::Due& due,
                                              Instant now, const SecretBox& secrets, Random& random);

}  // namespace beckon::dispatch
