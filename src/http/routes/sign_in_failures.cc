#include "http/routes/sign_in_failures.h"

namespace beckon::http {

std::string_view to_text(SignInFailure failure) {
  switch (failure) {
    case SignInFailure::kPassword: return "password";
    case SignInFailure::kLink: return "link";
    case SignInFailure::kProvider: return "provider";
    case SignInFailure::kAddressLimit: return "address_limit";
    case SignInFailure::kAccountLimit: return "account_limit";
    case SignInFailure::kBusy: return "busy";
    case SignInFailure::kOther: return "other";
  }
  return "other";
}

SignInFailure SignInFailures::reason(const Fault& fault, SignInFailure wrong) {
  if (fault.code == FaultCode::kInvalidCredentials) return wrong;
  if (fault.code == FaultCode::kUnavailable) return SignInFailure::kBusy;
  if (fault.code != FaultCode::kRateLimited) return SignInFailure::kOther;
  return fault.limit == RateLimit::kAccountSignIns ? SignInFailure::kAccountLimit : SignInFailure::kAddressLimit;
}

}  // namespace beckon::http
