// The gate of the control plane: from the Authorization header to a Principal, and from a Principal to its permissions.
// Contract section 2, safety.md sections 2 and 3.
#pragma once
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "access/allowlist.h"
#include "access/directory.h"
#include "access/foreign_tokens.h"
#include "access/issuer.h"
#include "access/verified_tokens.h"

namespace beckon::access {

// The token of "Bearer <token>" (RFC 6750; the scheme in any case), empty for anything else.
std::string_view bearer_token(std::string_view authorization);

// Thread-safe. The constructor arguments must outlive it. Faults of the directory are passed on (kUnavailable).
class Gate {
 public:
  static constexpr std::size_t kMostRemembered = 4'096;  // verified tokens

  // `foreign` is null if tokens of other issuers are not accepted.
  Gate(Directory& directory, Issuer& issuer, const Clock& clock, std::size_t most_remembered = kMostRemembered,
       ForeignTokens* foreign = nullptr)
      : directory_(directory), issuer_(issuer), clock_(clock), foreign_(foreign), remembered_(most_remembered) {}

  // What must complete before authenticate(); empty if nothing. Never blocks.
  ForeignTokens::Wait wait_for(std::string_view authorization);

  // Identifies the caller. `authorization` and `api_key` are the headers' values, empty if absent. kMissingBearerToken
  // if the first is absent or has another scheme; kInvalidToken, also for an access token of a handle in either header,
  // and from still_stands(); kTokenExpired. For another issuer's token: the user who once signed in as its subject.
  Result<Principal> authenticate(std::string_view authorization, std::string_view api_key = {});

  // kInvalidToken if the token was ended early: its holder signed out, or the user's password was changed. Read from
  // the directory each time, so that it takes effect at once.
  Result<void> still_stands(const Principal& principal);

  // The caller's role on the handle, at least `least`. Faults, in this order:
  //  - kHandleNotFound if the caller has no role on it, with the same fault and work as for a handle that does not
  //    exist: a token with its own handle is valid for that one only, and a platform admin has no role on any;
  //  - kInsufficientRole with the role needed and the role held, also in the extras `requiredRole` and `role`;
  //  - kFeatureLocked if the handle is not on the platform's allowlist.
  // The role of a user is read from the directory each time, so that a demotion takes effect at once.
  Result<Role> authorize(const Principal& principal, const Handle& handle, Role least);

  // The role that determines which visitor data a caller sees: for a user their own, with the faults of authorize();
  // for an access token of the handle OPERATOR if it has the scope visitors.read, otherwise CREATOR.
  Result<Role> sees_as(const Principal& principal, const Handle& handle);

  // For /v2/platform-admin/*: kInsufficientRole for everyone except platform admins.
  Result<void> authorize_platform_admin(const Principal& principal) const;

  // For routes without a token: kHandleNotFound, kFeatureLocked.
  Result<void> admit(const Handle& handle);

 private:
  Result<Principal> verified(std::string_view token);
  std::optional<UnverifiedJwt> as_foreign(std::string_view token) const;
  Result<Principal> foreign(const std::string& digest, UnverifiedJwt read);
  Result<Role> role_of(const Principal& principal, const Handle& handle);
  Result<void> require_existing(const Handle& handle);
  Result<void> require_listed(const Handle& handle);
  Result<std::shared_ptr<const Allowlist>> allowlist();

  Directory& directory_;
  Issuer& issuer_;
  const Clock& clock_;
  ForeignTokens* const foreign_;
  VerifiedTokens remembered_;  // of this server

  std::mutex mutex_;  // guards the two below: the allowlist as last read, and as parsed
  std::string allowlist_text_;
  std::shared_ptr<const Allowlist> allowlist_ = std::make_shared<const Allowlist>();
};

}  // namespace beckon::access
