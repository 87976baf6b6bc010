#include "access/granting.h"

namespace beckon::access {

std::optional<Fault> judge_grant(const Grant& grant, const Standings& now) {
  const bool is_owner = grant.user == now.owner;
  if (is_owner && grant.role != Role::kOwner)
    return Fault{.code = FaultCode::kConflict, .message = "This user owns the handle; make another user OWNER first."};
  // A user who has no role yet takes a place: as a collaborator, or as the owner whose predecessor becomes one.
  if (!is_owner && !now.role && now.collaborators >= kMostCollaborators)
    return Fault{
        .code = FaultCode::kConflict,
        .message = "The handle has " + std::to_string(kMostCollaborators) + " collaborators, which is the limit."};
  return std::nullopt;
}

}  // namespace beckon::access
