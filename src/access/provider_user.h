// A user who signs in through an identity provider: what of the directory follows from it. The rules are pure.
#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "access/principal.h"
#include "base/audit.h"

namespace beckon::access {

struct Grant {
  Handle handle;
  std::string user;
  Role role = Role::kCreator;
};

// Whether who is no user yet becomes one.
enum class NewUser : std::uint8_t { kNo, kWithRole, kYes };

struct ProviderUser {
  std::string provider;  // the name under which the operator has configured it
  std::string issuer;
  std::string subject;  // at the issuer
  std::string email;    // from to_email()
  NewUser if_unknown = NewUser::kNo;
  std::vector<Grant> roles = {};  // that the groups give, at most one of a handle; never OWNER
};

// A role that a user has. `provider`: the one whose groups gave it; empty: it was given by hand.
struct HeldRole {
  Handle handle;
  Role role = Role::kCreator;
  std::string provider;
};

struct RoleChange {
  Handle handle;
  std::optional<Role> before, after;  // not both empty
};

// Whether a user is made of somebody who is none. Precondition: `roles` are those on handles that exist.
bool may_be_made(const ProviderUser& user);

// How the roles follow the groups. Those that this provider's groups gave and give no longer are taken away; those that
// they give are given where the user has none, and changed where they gave another. A role that was given by hand, or
// by another provider's groups, stays as it is, and so does that of an OWNER.
std::vector<RoleChange> role_changes(const ProviderUser& user, std::span<const HeldRole> held);

// What the audit says of a change: {"role","provider"}, and of a user whom it made {"provider"}. Empty for no role.
std::string role_detail(const std::optional<Role>& role, const std::string& provider);
std::string made_by(const std::string& provider);

// Makes the audit entry of one of several changes of one transaction.
using AuditOf = std::function<AuditEntry(const Handle& handle, std::string_view action, std::string_view target,
                                         std::string detail, std::string before)>;

}  // namespace beckon::access
