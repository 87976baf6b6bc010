#include "access/principal.h"

#include "base/check.h"

namespace beckon::access {

std::string_view to_text(Role role) {
  switch (role) {
    case Role::kCreator: return "CREATOR";
    case Role::kOperator: return "OPERATOR";
    case Role::kOwner: return "OWNER";
  }
  CHECK(false);
  return {};
}

std::optional<Role> parse_role(std::string_view text) {
  for (const Role role : {Role::kCreator, Role::kOperator, Role::kOwner})
    if (text == to_text(role)) return role;
  return std::nullopt;
}

}  // namespace beckon::access
