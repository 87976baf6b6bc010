// The gate of the control plane: from the Authorization header to a Principal, and from a Principal to what it may do.
// Contract section 2, safety.md sections 2 and 3.
#pragma once
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "access/allowlist.h"
#include "access/directory.h"
#include "access/issuer.h"
#include "access/verified_tokens.h"

namespace beckon::access {

// Thread-safe. What it is made from must outlive it. Faults of the directory pass through (kUnavailable).
class Gate {
 public:
  static constexpr std::size_t kMostRemembered = 4'096;  // verified tokens

  Gate(Directory& directory, Issuer& issuer, const Clock& clock, std::size_t most_remembered = kMostRemembered)
      : directory_(directory), issuer_(issuer), clock_(clock), remembered_(most_remembered) {}

  // Who is calling. `authorization` is the header's value, empty where there is none. kMissingBearerToken for none and
  // for another scheme; kInvalidToken, also as still_stands() says; kTokenExpired.
  Result<Principal> authenticate(std::string_view authorization);

  // kInvalidToken where the token was ended before its time: its holder signed out, or its user has another password.
  // Read from the directory each time, so that it holds at once.
  Result<void> still_stands(const Principal& principal);

  // The caller's role on the handle, which is at least `least`. In this order:
  //  - kHandleNotFound, the very fault and work of a handle that does not exist, where the caller has no role on it: a
  //    token with a handle of its own is good for that one alone, and a platform admin has no role on any;
  //  - kInsufficientRole with the role needed and the role held, also as extras `requiredRole` and `role`;
  //  - kFeatureLocked where the handle is not on the platform's allowlist.
  // The role of a user is read from the directory each time, so that a demotion holds at once.
  Result<Role> authorize(const Principal& principal, const Handle& handle, Role least);

  // For /v2/platform-admin/*: kInsufficientRole for anybody but the platform admin.
  Result<void> authorize_platform_admin(const Principal& principal) const;

  // For routes without a token: kHandleNotFound, kFeatureLocked.
  Result<void> admit(const Handle& handle);

 private:
  Result<Principal> verified(std::string_view token);
  Result<Role> role_of(const Principal& principal, const Handle& handle);
  Result<void> require_existing(const Handle& handle);
  Result<void> require_listed(const Handle& handle);
  Result<std::shared_ptr<const Allowlist>> allowlist();

  Directory& directory_;
  Issuer& issuer_;
  const Clock& clock_;
  VerifiedTokens remembered_;

  std::mutex mutex_;  // guards the two below: the allowlist as last read, and what it means
  std::string allowlist_text_;
  std::shared_ptr<const Allowlist> allowlist_ = std::make_shared<const Allowlist>();
};

}  // namespace beckon::access
