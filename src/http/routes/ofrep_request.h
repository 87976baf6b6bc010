// A request of OpenFeature's remote evaluation protocol (OFREP): `{"context":{"targetingKey":"…", …}}`. Thread-safe.
//
// `targetingKey` is the session. `visitorId`, `visitorProof` and `anonymousId` say of the context what they say of
// every request; its other scalars are the context of the call. What no rule could read is skipped: nested values, and
// names that are none of a context.
#pragma once
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "decision/decision_request.h"
#include "http/message.h"

namespace beckon::http {

// One of the protocol's error codes; static text.
inline constexpr std::string_view kParseError = "PARSE_ERROR", kTargetingKeyMissing = "TARGETING_KEY_MISSING",
                                  kInvalidContext = "INVALID_CONTEXT", kFlagNotFound = "FLAG_NOT_FOUND",
                                  kGeneral = "GENERAL";

struct OfrepFault {
  Fault fault;
  std::string_view code = kGeneral;
};

// `with_role`: the caller is a server of the handle, whose word about a visitor needs no proof. The request has no
// triggers yet.
std::expected<decision::DecisionRequest, OfrepFault> parse_ofrep(const json::Value& root, commit::TenantPtr tenant,
                                                                 bool with_role, Instant now);

// What answers it: the API's error, with the protocol's members `errorCode` and `errorDetails`, and `key` where one
// flag was asked for. The protocol knows no 409, so a conflict is 400.
Response to_response(OfrepFault refused, const std::string* key, const RequestId& request);

// Whether an If-None-Match lists the tag, which stands without its quotes.
bool lists_etag(std::string_view if_none_match, std::string_view etag);

}  // namespace beckon::http
