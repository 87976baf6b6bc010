// The changes that the command line and the platform admin make to the directory: each checks its arguments, makes the
// change, and adds an audit entry in the same transaction. Thread-safe if the directory, clock and random are.
//
// Faults: kValidationError with every fault at once; kConflict, kNotFound, kHandleNotFound with a sentence that says
// what to do next; faults of the directory are passed on.
#pragma once
#include <string>
#include <string_view>

#include "access/allowlist.h"
#include "access/directory.h"
#include "access/password.h"
#include "base/random.h"

namespace beckon::access {

class Enrolment {
 public:
  // `by`: the author of the changes.
  Enrolment(Directory& directory, const Clock& clock, Random& random, Caller by = {"cli"})
      : directory_(directory), clock_(clock), random_(random), by_(std::move(by)) {}

  // Creates the handle with its one OWNER, who is added as a user if needed. Fields of faults: handle, ownerEmail.
  Result<HandleRecord> add_handle(std::string_view handle, std::string_view owner);
  Result<void> add_user(std::string_view email);  // field: email
  // Disabling ends all sign-ins of the user. Field: email.
  Result<void> put_disabled(std::string_view email, bool disabled);
  // Also removes their roles. kConflict for the OWNER of a handle. Field: email.
  Result<void> remove_user(std::string_view email);
  // Ends one of the user's sign-ins, or all if `token` is empty, except `but`; returns how many. kNotFound if there is
  // no such sign-in. Field: email.
  Result<std::size_t> end_sign_ins(std::string_view email, const std::string& token, const std::string& but = {});
  // Ends every sign-in of the user. Fields: email, password.
  Result<void> put_password(std::string_view email, std::string_view password, const PasswordCost& cost = {});
  struct Granted {
    Grant grant;                              // the user as stored
    std::optional<std::string> former_owner;  // now OPERATOR
  };
  // OWNER transfers ownership: the former owner becomes OPERATOR. Fields: handle, email, role.
  Result<Granted> grant(std::string_view handle, std::string_view user, std::string_view role);
  // Takes the user's role away, unless they own the handle. Fields: handle, email.
  Result<void> revoke(std::string_view handle, std::string_view user);
  Result<void> put_allowlist(const Allowlist& allowlist);

  // The handle, if it exists: for `beckon token`.
  Result<HandleRecord> existing(std::string_view handle);

 private:
  AuditEntry audit(Handle handle, std::string_view action, std::string_view target, std::string detail = "{}",
                   std::string before = {}) const {
    return audit_entry(clock_.now(), random_, std::move(handle), by_, action, target, std::move(detail),
                       std::move(before));
  }

  Directory& directory_;
  const Clock& clock_;
  Random& random_;
  const Caller by_;
};

}  // namespace beckon::access
