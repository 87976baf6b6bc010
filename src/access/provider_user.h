// A user who signs in through an identity provider, and what that changes in the directory. The rules are pure.
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

// Whether an unknown person becomes a user.
enum class NewUser : std::uint8_t { kNo, kWithRole, kYes };

struct ProviderUser {
  std::string provider;  // the name the operator has configured
  std::string issuer;
  std::string subject;  // at the issuer
  std::string email;    // from to_email()
  NewUser if_unknown = NewUser::kNo;
  std::vector<Grant> roles = {};  // from the groups, at most one per handle; never OWNER
};

// A role of a user. `provider`: the one whose groups gave it; empty if it was granted manually.
struct HeldRole {
  Handle handle;
  Role role = Role::kCreator;
  std::string provider;
};

struct RoleChange {
  Handle handle;
  std::optional<Role> before, after;  // not both empty
};

// Whether to create a user for an unknown person. Precondition: the handles of `roles` exist.
bool may_be_made(const ProviderUser& user);

// How roles follow the groups. Roles from this provider's groups are revoked if the groups no longer give them, and
// changed if they give another; roles are granted if the user has none. A role granted manually or by another
// provider's groups stays unchanged, and so does that of an OWNER.
std::vector<RoleChange> role_changes(const ProviderUser& user, std::span<const HeldRole> held);

// The audit detail of a change: {"role","provider"}; of a user created by it, {"provider"}. Empty without a role.
std::string role_detail(const std::optional<Role>& role, const std::string& provider);
std::string made_by(const std::string& provider);

// Builds the audit entry for one of several changes in a transaction.
using AuditOf = std::function<AuditEntry(const Handle& handle, std::string_view action, std::string_view target,
                                         std::string detail, std::string before)>;

}  // namespace beckon::access
