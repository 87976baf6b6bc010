#include "access/provider_user.h"

#include <algorithm>

#include "base/check.h"
#include "base/json.h"

namespace beckon::access {

std::vector<RoleChange> role_changes(const ProviderUser& user, std::span<const HeldRole> held) {
  std::vector<RoleChange> changes;
  for (const HeldRole& role : held) {
    if (role.provider != user.provider || role.role == Role::kOwner) continue;
    const auto given = std::ranges::find(user.roles, role.handle, &Grant::handle);
    if (given == user.roles.end())
      changes.push_back({role.handle, role.role, std::nullopt});
    else if (given->role != role.role)
      changes.push_back({role.handle, role.role, given->role});
  }
  for (const Grant& given : user.roles)
    if (std::ranges::find(held, given.handle, &HeldRole::handle) == held.end())
      changes.push_back({given.handle, std::nullopt, given.role});
  return changes;
}

bool may_be_made(const ProviderUser& user) {
  switch (user.if_unknown) {
    case NewUser::kNo: return false;
    case NewUser::kWithRole: return !user.roles.empty();
    case NewUser::kYes: return true;
  }
  CHECK(false);
  return false;
}

std::string role_detail(const std::optional<Role>& role, const std::string& provider) {
  std::string out;
  if (role) json::Writer(out).begin_object().member("role", to_text(*role)).member("provider", provider).end_object();
  return out;
}

std::string made_by(const std::string& provider) {
  std::string out;
  json::Writer(out).begin_object().member("provider", provider).end_object();
  return out;
}

}  // namespace beckon::access
