// Signatures that prove where a request comes from: Standard Webhooks (github.com/standard-webhooks/standard-webhooks,
// spec/standard-webhooks.md) and, for receivers of the platform, x-arjun-signature. Contract section 6.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/instant.h"
#include "base/random.h"

namespace beckon::outbox {

using Headers = std::vector<std::pair<std::string, std::string>>;  // names in lower case

// "whsec_" and the base64 of 32 random bytes.
std::string make_secret(Random& random);

// "v1,<base64>" over "<id>.<seconds>.<body>", keyed by the bytes that `secret` encodes. std::nullopt if `secret` does
// not have the form of make_secret (with any number of bytes).
std::optional<std::string> standard_signature(std::string_view secret, std::string_view id, std::int64_t seconds,
                                              std::string_view body);

// "sha256=<hex>" over the raw body, keyed by the whole text of the secret.
std::string platform_signature(std::string_view secret, std::string_view body);

// The signed event and attempt.
struct Signed {
  std::string_view event_id;
  std::string_view event_type;
  int attempt = 1;
  Instant at{};
  std::string_view body;
};

// webhook-id, webhook-timestamp, webhook-signature, x-arjun-signature, x-arjun-event-type, x-arjun-attempt; with a
// `previous` secret (not empty during a rotation) its signatures too. std::nullopt if a secret has the wrong form.
std::optional<Headers> signature_headers(const Signed& what, std::string_view secret, std::string_view previous);

}  // namespace beckon::outbox
