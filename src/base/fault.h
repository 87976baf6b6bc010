// Why a request may be refused: contract section 3. The domain chooses the code and the message; only http/error.cc
// turns a code into a status.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace beckon {

enum class FaultCode {
  kInvalidPayload,
  kValidationError,
  kMissingBearerToken,
  kInvalidToken,
  kTokenExpired,
  kInvalidCredentials,
  kInsufficientRole,
  kInsufficientScope,
  kFeatureLocked,
  kOriginNotAllowed,
  kNotFound,
  kHandleNotFound,
  kMethodNotAllowed,
  kRequestTimeout,
  kPayloadTooLarge,
  kUriTooLong,
  kUnsupportedMediaType,
  kExpectationFailed,
  kHeadersTooLarge,
  kConflict,
  kPreconditionFailed,
  kRateLimited,
  kInternalError,
  kUnavailable,
};

// An error in a field; `field` is a path such as "signals[2].confidence".
struct FieldIssue {
  std::string field;
  std::string issue;
  friend bool operator==(const FieldIssue&, const FieldIssue&) = default;
};

// The limits that respond with 429: docs/limits.md. kOther: a limit not listed here.
enum class RateLimit : std::uint8_t {
  kAddressSignals,
  kAddressDecisions,
  kTokenSignals,
  kTokenDecisions,
  kSessionSignals,
  kAddressSignIns,
  kAccountSignIns,
  kOther,
};
inline constexpr std::size_t kRateLimits = 8;
std::string_view to_text(RateLimit limit);  // "address_signals"

// The state of a rolling limit for the RateLimit-* headers.
struct RateState {
  int limit = 0;
  int remaining = 0;
  std::chrono::seconds reset{0};  // also Retry-After of a 429
};

struct Fault {
  FaultCode code = FaultCode::kInternalError;
  std::string message;  // a sentence that says what to do
  std::vector<FieldIssue> details;
  std::optional<RateState> rate;                                 // only with kRateLimited
  RateLimit limit = RateLimit::kOther;                           // only with kRateLimited: which limit
  std::optional<std::chrono::seconds> retry_after;               // only with kUnavailable
  std::vector<std::pair<std::string, std::string>> extras = {};  // additional members of the response, as JSON text
};

// The errors of one payload, collected so that all are reported at once.
class Issues {
 public:
  void add(std::string field, std::string issue) { items_.push_back({std::move(field), std::move(issue)}); }
  bool empty() const { return items_.empty(); }
  const std::vector<FieldIssue>& items() const { return items_; }

  // The validation_error with all of them. Precondition: !empty().
  Fault fault() const;

 private:
  std::vector<FieldIssue> items_;
};

Fault not_found(const std::string& what);  // "There is no such <what> …"
Fault handle_not_found();                  // the same for another tenant's handle and for one that does not exist
Fault unavailable(std::string why);        // 503, Retry-After: 1

}  // namespace beckon
