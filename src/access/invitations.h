// Invitation links: to become a collaborator of a handle, or to set a new password. Each works once, until it expires,
// and only its hash is stored. Contract section 8; docs/access.md, Invitations.
//
// Accepting an invitation for a new address creates the user. For an existing user it only grants the role: they sign
// in as before.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "access/directory.h"
#include "access/sign_in.h"

namespace beckon::access {

// Thread-safe. Everything passed to it outlives it. Faults of the directory are passed on.
class Invitations {
 public:
  static constexpr Duration kLife = std::chrono::hours{7 * 24};   // of an invitation
  static constexpr Duration kResetLife = std::chrono::hours{24};  // of a link that sets a password
  static constexpr std::size_t kCodeBytes = 32;                   // of randomness; 43 characters of base64url

  Invitations(Directory& directory, const Clock& clock, Random& random, PasswordCost cost = {})
      : directory_(directory), clock_(clock), random_(random), cost_(cost) {}

  struct Made {
    InvitationRecord record;
    std::string code;  // shown once
  };
  // Replaces an earlier one for that address. kValidationError on email and role (CREATOR or OPERATOR: ownership is
  // transferred, not sent); kConflict if they already have a role, or too many invitations are open.
  Result<Made> invite(const Handle& handle, std::string_view email, std::string_view role, const Caller& by);
  // kValidationError on email; kNotFound.
  Result<Made> reset_password(std::string_view email, const Caller& by);
  Result<void> remove(const Handle& handle, const std::string& id, const Caller& by);  // kNotFound

  struct Looked {
    InvitationRecord record;
    bool needs_password = false;  // to accept it
  };
  // kInvalidCredentials if it was used or deleted, has expired, or never existed.
  Result<Looked> look(std::string_view code);
  // Uses it up. kValidationError on password; kConflict if the handle is full or the user is disabled.
  Result<Looked> accept(std::string_view code, const std::optional<std::string>& password, const Visit& visit);

 private:
  Result<Made> make(InvitationRecord record, Duration life, std::string_view action, const Caller& by);

  Directory& directory_;
  const Clock& clock_;
  Random& random_;
  const PasswordCost cost_;
};

}  // namespace beckon::access
