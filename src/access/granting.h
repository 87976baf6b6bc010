// Rules for granting roles, applied by every driver; pure. Contract section 2.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/directory.h"

namespace beckon::access {

inline constexpr std::size_t kMostCollaborators = 100;  // of a handle; its OWNER is not one of them

// The default allowlist: open to every handle.
inline constexpr std::string_view kFirstAllowlist = R"({"handles":["*"],"egress":[]})";

// The state of a handle at a grant or a revocation.
struct Standings {
  std::string owner;
  std::optional<Role> role;  // of the user, before the change
  std::size_t collaborators = 0;
};

// The fault (kConflict) that refuses the grant. std::nullopt if it is allowed: the demoted() user then becomes
// OPERATOR.
std::optional<Fault> judge_grant(const Grant& grant, const Standings& now);

// The former owner, if the grant moves ownership.
std::optional<std::string> demoted(const Grant& grant, const Standings& now);

// The audit detail of a grant: {"role"}, and if it transfers ownership, "formerOwner" and "formerOwnerRole".
std::string detail_of(const Grant& grant, const Standings& now);
// The audit's `before`: {"role"}, or empty if the user had none.
std::string before_of(const Standings& now);

// The fault that refuses to revoke the user's role: kConflict for the owner, kNotFound for a user without a role.
std::optional<Fault> judge_revocation(const std::string& user, const Standings& now);

// kConflict: the user owns these handles, which must be transferred first.
Fault owns_handles(const std::string& user, const std::vector<Handle>& handles);
Fault has_a_role(const std::string& user, Role role);  // kConflict
Fault too_many_invitations();                          // kConflict
Fault is_disabled(const std::string& user);            // kConflict

// kConflict: the handle has kIdentityKeys.
Fault too_many_identity_keys();

}  // namespace beckon::access
