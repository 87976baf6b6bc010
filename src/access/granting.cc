#include "access/granting.h"

#include "base/json.h"

namespace beckon::access {
namespace {

constexpr const char* kOwned = "This user owns the handle; make another user OWNER first.";

}  // namespace

std::optional<Fault> judge_grant(const Grant& grant, const Standings& now) {
  const bool is_owner = grant.user == now.owner;
  if (is_owner && grant.role != Role::kOwner) return Fault{.code = FaultCode::kConflict, .message = kOwned};
  // A user without a role takes a slot: as a collaborator, or as the owner, whose predecessor becomes one.
  if (!is_owner && !now.role && now.collaborators >= kMostCollaborators)
    return Fault{
        .code = FaultCode::kConflict,
        .message = "The handle has " + std::to_string(kMostCollaborators) + " collaborators, which is the limit."};
  return std::nullopt;
}

std::optional<std::string> demoted(const Grant& grant, const Standings& now) {
  if (grant.role != Role::kOwner || grant.user == now.owner) return std::nullopt;
  return now.owner;
}

std::string detail_of(const Grant& grant, const Standings& now) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().member("role", to_text(grant.role));
  if (const auto former = demoted(grant, now))
    writer.member("formerOwner", *former).member("formerOwnerRole", to_text(Role::kOperator));
  writer.end_object();
  return out;
}

std::string before_of(const Standings& now) {
  std::string out;
  if (now.role) json::Writer(out).begin_object().member("role", to_text(*now.role)).end_object();
  return out;
}

std::optional<Fault> judge_revocation(const std::string& user, const Standings& now) {
  if (user == now.owner) return Fault{.code = FaultCode::kConflict, .message = kOwned};
  if (!now.role) return not_found("collaborator");
  return std::nullopt;
}

Fault owns_handles(const std::string& user, const std::vector<Handle>& handles) {
  std::string names;
  for (const Handle& handle : handles) names += (names.empty() ? "" : ", ") + handle.text;
  return {.code = FaultCode::kConflict,
          .message = user + " is the OWNER of " + names + "; make somebody else the OWNER first."};
}

Fault has_a_role(const std::string& user, Role role) {
  return {.code = FaultCode::kConflict,
          .message =
              user + " is " + std::string(to_text(role)) + " here already; change the role in place of inviting them."};
}

Fault too_many_invitations() {
  return {.code = FaultCode::kConflict,
          .message = "This handle has reached the limit of 100 open invitations; delete one first."};
}

Fault is_disabled(const std::string& user) {
  return {.code = FaultCode::kConflict, .message = "The user " + user + " is disabled."};
}

Fault too_many_identity_keys() {
  return {.code = FaultCode::kConflict,
          .message =
              "The handle has reached the limit of two identity keys. Delete the one that your servers no longer "
              "use; its proofs are not accepted from then on."};
}

}  // namespace beckon::access
