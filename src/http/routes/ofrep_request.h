// A request of OpenFeature's remote evaluation protocol (OFREP): `{"context":{"targetingKey":"…", …}}`. Thread-safe.
//
// `targetingKey` is the session. `visitorId`, `visitorProof` and `anonymousId` mean what they mean in every request;
// the other scalars are the context of the call. Anything that no rule can read is skipped: nested values, and names
// that are not valid context keys.
#pragma once
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "decision/decision_request.h"
#include "http/message.h"

namespace beckon::http {

// The protocol's error codes.
inline constexpr std::string_view kParseError = "PARSE_ERROR", kTargetingKeyMissing = "TARGETING_KEY_MISSING",
                                  kInvalidContext = "INVALID_CONTEXT", kFlagNotFound = "FLAG_NOT_FOUND",
                                  kGeneral = "GENERAL";

struct OfrepFault {
  Fault fault;
  std::string_view code = kGeneral;
};

// `with_role`: the caller is a server of the handle, so its visitor ids need no proof. The result has no triggers
// yet.
std::expected<decision::DecisionRequest, OfrepFault> parse_ofrep(const json::Value& root, commit::TenantPtr tenant,
                                                                 bool with_role, Instant now);

// The error response: the API's error with the protocol's members `errorCode` and `errorDetails`, and `key` if one flag
// was requested. The protocol has no 409, so a conflict becomes 400.
Response to_response(OfrepFault refused, const std::string* key, const RequestId& request);

// Whether an If-None-Match header lists the tag; `etag` has no quotes.
bool lists_etag(std::string_view if_none_match, std::string_view etag);

}  // namespace beckon::http
