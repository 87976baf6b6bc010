// Failed sign-ins, counted by reason for the metrics. Thread-safe.
#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

#include "base/fault.h"

namespace beckon::http {

enum class SignInFailure : std::uint8_t {
  kPassword,      // the e-mail address or the password is wrong
  kLink,          // the code of a sign-in link is unknown, used or too old, or its user no longer exists
  kProvider,      // an identity provider's response was refused
  kAddressLimit,  // 429: too many attempts from one client address
  kAccountLimit,  // 429: too many failures of one account
  kBusy,          // 503: too many sign-ins at once
  kOther,         // an internal error
};
inline constexpr std::size_t kSignInFailures = 7;
std::string_view to_text(SignInFailure failure);

class SignInFailures {
 public:
  // `wrong`: the reason if the credentials are wrong.
  // An invalid request does not count as a failure.
  void add(const Fault& fault, SignInFailure wrong) {
    if (fault.code == FaultCode::kValidationError || fault.code == FaultCode::kConflict) return;
    counts_[static_cast<std::size_t>(reason(fault, wrong))].fetch_add(1, std::memory_order_relaxed);
  }
  std::uint64_t count(SignInFailure failure) const {
    return counts_[static_cast<std::size_t>(failure)].load(std::memory_order_relaxed);
  }

 private:
  static SignInFailure reason(const Fault& fault, SignInFailure wrong);
  std::array<std::atomic<std::uint64_t>, kSignInFailures> counts_{};
};

}  // namespace beckon::http
