#include "http/error.h"

#include "base/json.h"

namespace beckon::http {

int status_of(FaultCode code) {
  switch (code) {
    case FaultCode::kInvalidPayload:
    case FaultCode::kValidationError: return 400;
    case FaultCode::kMissingBearerToken:
    case FaultCode::kInvalidToken:
    case FaultCode::kTokenExpired:
    case FaultCode::kInvalidCredentials: return 401;
    case FaultCode::kInsufficientRole:
    case FaultCode::kInsufficientScope:
    case FaultCode::kFeatureLocked:
    case FaultCode::kOriginNotAllowed: return 403;
    case FaultCode::kNotFound:
    case FaultCode::kHandleNotFound: return 404;
    case FaultCode::kMethodNotAllowed: return 405;
    case FaultCode::kRequestTimeout: return 408;
    case FaultCode::kConflict: return 409;
    case FaultCode::kPreconditionFailed: return 412;
    case FaultCode::kPayloadTooLarge: return 413;
    case FaultCode::kUriTooLong: return 414;
    case FaultCode::kUnsupportedMediaType: return 415;
    case FaultCode::kExpectationFailed: return 417;
    case FaultCode::kRateLimited: return 429;
    case FaultCode::kHeadersTooLarge: return 431;
    case FaultCode::kInternalError: return 500;
    case FaultCode::kUnavailable: return 503;
  }
  return 500;
}

std::string_view code_text(FaultCode code) {
  switch (code) {
    case FaultCode::kInvalidPayload: return "invalid_payload";
    case FaultCode::kValidationError: return "validation_error";
    case FaultCode::kMissingBearerToken: return "missing_bearer_token";
    case FaultCode::kInvalidToken: return "invalid_token";
    case FaultCode::kTokenExpired: return "token_expired";
    case FaultCode::kInvalidCredentials: return "invalid_credentials";
    case FaultCode::kInsufficientRole: return "insufficient_role";
    case FaultCode::kInsufficientScope: return "insufficient_scope";
    case FaultCode::kFeatureLocked: return "feature_locked";
    case FaultCode::kOriginNotAllowed: return "origin_not_allowed";
    case FaultCode::kNotFound: return "not_found";
    case FaultCode::kHandleNotFound: return "handle_not_found";
    case FaultCode::kMethodNotAllowed: return "method_not_allowed";
    case FaultCode::kRequestTimeout: return "request_timeout";
    case FaultCode::kPayloadTooLarge: return "payload_too_large";
    case FaultCode::kUriTooLong: return "uri_too_long";
    case FaultCode::kUnsupportedMediaType: return "unsupported_media_type";
    case FaultCode::kExpectationFailed: return "expectation_failed";
    case FaultCode::kHeadersTooLarge: return "headers_too_large";
    case FaultCode::kConflict: return "conflict";
    case FaultCode::kPreconditionFailed: return "precondition_failed";
    case FaultCode::kRateLimited: return "rate_limited";
    case FaultCode::kInternalError: return "internal_error";
    case FaultCode::kUnavailable: return "unavailable";
  }
  return "internal_error";
}

namespace {

std::string body_of(const Fault& fault, const RequestId& request) {
  std::string body;
  json::Writer writer(body);
  writer.begin_object().member("error", code_text(fault.code)).member("message", fault.message);
  writer.member("requestId", request.view());
  for (const auto& [name, json_text] : fault.extras) writer.member_raw(name, json_text);
  if (!fault.details.empty()) {
    writer.key("details").begin_array();
    for (const FieldIssue& issue : fault.details) {
      writer.begin_object().member("field", issue.field).member("issue", issue.issue).end_object();
    }
    writer.end_array();
  }
  writer.end_object();
  return body;
}

}  // namespace

Response to_response(const Fault& fault, const RequestId& request) {
  Response response{.status = status_of(fault.code), .body = body_of(fault, request)};
  if (fault.rate) add_rate_headers(response, *fault.rate);
  if (fault.code == FaultCode::kRateLimited) response.limit = fault.limit;
  if (response.status == 429 || response.status == 503) {
    std::chrono::seconds wait{1};
    if (fault.rate) wait = fault.rate->reset;
    if (fault.retry_after) wait = *fault.retry_after;
    response.headers.emplace_back("retry-after", std::to_string(std::max<std::int64_t>(wait.count(), 1)));
  }
  if (response.status == 401) response.headers.emplace_back("www-authenticate", "Bearer");
  return response;
}

void add_rate_headers(Response& response, const RateState& rate) {
  response.headers.emplace_back("ratelimit-limit", std::to_string(rate.limit));
  response.headers.emplace_back("ratelimit-remaining", std::to_string(rate.remaining));
  response.headers.emplace_back("ratelimit-reset", std::to_string(rate.reset.count()));
}

}  // namespace beckon::http
