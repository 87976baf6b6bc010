// Who may be given which role: the rules that every driver applies, pure. Contract section 2.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/directory.h"

namespace beckon::access {

inline constexpr std::size_t kMostCollaborators = 100;  // of a handle; its OWNER is not one of them

// What a handle has open to everybody until an operator says otherwise.
inline constexpr std::string_view kFirstAllowlist = R"({"handles":["*"],"egress":[]})";

// What is known of a handle at the moment of a grant or a revocation.
struct Standings {
  std::string owner;
  std::optional<Role> role;  // of the user, until now
  std::size_t collaborators = 0;
};

// The fault (kConflict) that refuses the grant. std::nullopt: the role is given, and the demoted() user becomes
// OPERATOR.
std::optional<Fault> judge_grant(const Grant& grant, const Standings& now);

// The former owner, if the grant moves ownership.
std::optional<std::string> demoted(const Grant& grant, const Standings& now);

// What the audit says of a grant: {"role"}, and if it moves ownership, "formerOwner" and "formerOwnerRole".
std::string detail_of(const Grant& grant, const Standings& now);
// And of what the user had: {"role"}; empty if they had none.
std::string before_of(const Standings& now);

// The fault that refuses to take the user's role away: kConflict for the owner, kNotFound for a user who has none.
std::optional<Fault> judge_revocation(const std::string& user, const Standings& now);

// kConflict: the user owns these, which must first be somebody else's.
Fault owns_handles(const std::string& user, const std::vector<Handle>& handles);
Fault has_a_role(const std::string& user, Role role);  // kConflict
Fault too_many_invitations();                          // kConflict
Fault is_disabled(const std::string& user);            // kConflict

// kConflict: the handle has kIdentityKeys.
Fault too_many_identity_keys();

}  // namespace beckon::access
