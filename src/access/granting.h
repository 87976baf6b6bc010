// Who may be given which role: the rules that every driver applies, pure. Contract section 2.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "access/directory.h"

namespace beckon::access {

inline constexpr std::size_t kMostCollaborators = 100;  // of a handle; its OWNER is not one of them

// What a handle has open to everybody until an operator says otherwise.
inline constexpr std::string_view kFirstAllowlist = R"({"handles":["*"],"egress":[]})";

// What is known of a handle at the moment of a grant.
struct Standings {
  std::string owner;
  std::optional<Role> role;  // of the user, until now
  std::size_t collaborators = 0;
};

// The fault (kConflict) that refuses the grant. std::nullopt: the role is given, and where it is OWNER of another user,
// the former owner becomes OPERATOR.
std::optional<Fault> judge_grant(const Grant& grant, const Standings& now);

}  // namespace beckon::access
