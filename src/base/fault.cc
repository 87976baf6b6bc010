#include "base/fault.h"

namespace beckon {

std::string_view to_text(RateLimit limit) {
  switch (limit) {
    case RateLimit::kAddressSignals: return "address_signals";
    case RateLimit::kAddressDecisions: return "address_decisions";
    case RateLimit::kTokenSignals: return "token_signals";
    case RateLimit::kTokenDecisions: return "token_decisions";
    case RateLimit::kSessionSignals: return "session_signals";
    case RateLimit::kAddressSignIns: return "address_sign_ins";
    case RateLimit::kAccountSignIns: return "account_sign_ins";
    case RateLimit::kOther: return "other";
  }
  return "other";
}

Fault Issues::fault() const {
  std::string message = "The request has " + std::to_string(items_.size()) +
                        (items_.size() == 1 ? " error" : " errors") + "; correct the fields listed in `details`: ";
  for (std::size_t i = 0; i < items_.size(); ++i) {
    if (i == 3) {
      message += ", …";
      break;
    }
    if (i > 0) message += ", ";
    message += items_[i].field + " " + items_[i].issue;
  }
  return {.code = FaultCode::kValidationError, .message = message + ".", .details = items_};
}

Fault not_found(const std::string& what) {
  return {.code = FaultCode::kNotFound, .message = "There is no such " + what + "; check the id in the path."};
}

Fault handle_not_found() {
  return {.code = FaultCode::kHandleNotFound,
          .message = "There is no such handle, or you have no role on it; check the name or ask its owner."};
}

Fault unavailable(std::string why) {
  return {.code = FaultCode::kUnavailable,
          .message = std::move(why) + " Nothing was stored; retry after the time in Retry-After.",
          .retry_after = std::chrono::seconds{1}};
}

}  // namespace beckon
