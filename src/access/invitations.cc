#include "access/invitations.h"

#include "access/email.h"
#include "base/json.h"
#include "system/encoding.h"

namespace beckon::access {
namespace {

// For the audit; never contains the code.
std::string detail_of(const InvitationRecord& record) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().member("invitationId", record.id);
  if (!record.handle.empty()) writer.member("role", to_text(record.role));
  writer.member("expiresAt", to_rfc3339(record.expires_at)).end_object();
  return out;
}

Fault unknown_code() {
  return invalid_credentials("This link was used before, was withdrawn, or has expired; ask for a new one.");
}

}  // namespace

Result<Invitations::Made> Invitations::make(InvitationRecord record, Duration life, std::string_view action,
                                            const Caller& by) {
  const Instant now = clock_.now();
  Made made{.record = std::move(record), .code = to_base64url(random_.bytes(kCodeBytes))};
  made.record.id = make_ulid("inv_", now, random_);
  made.record.hash = sha256(made.code);
  made.record.created_by = by.actor;
  made.record.created_at = now;
  made.record.expires_at = now + life;
  const auto added = directory_.add_invitation(
      made.record, audit_entry(now, random_, made.record.handle, by, action, made.record.user, detail_of(made.record)));
  if (!added) return unexpected(added.error());
  return made;
}

Result<Invitations::Made> Invitations::invite(const Handle& handle, std::string_view email, std::string_view role,
                                              const Caller& by) {
  Issues issues;
  std::string user = read_email(email, "email", issues);
  const auto parsed = parse_role(role);
  if (!parsed || *parsed == Role::kOwner) issues.add("role", "must be CREATOR or OPERATOR");
  if (!issues.empty()) return unexpected(issues.fault());
  return make({.handle = handle, .role = *parsed, .user = std::move(user)}, kLife, "invitation.create", by);
}

Result<Invitations::Made> Invitations::reset_password(std::string_view email, const Caller& by) {
  Issues issues;
  std::string user = read_email(email, "email", issues);
  if (!issues.empty()) return unexpected(issues.fault());
  return make({.user = std::move(user)}, kResetLife, "password.reset", by);
}

Result<void> Invitations::remove(const Handle& handle, const std::string& id, const Caller& by) {
  return directory_.remove_invitation(handle, id,
                                      audit_entry(clock_.now(), random_, handle, by, "invitation.delete", id));
}

Result<Invitations::Looked> Invitations::look(std::string_view code) {
  const auto found = directory_.invitation(sha256(code));
  if (!found) return unexpected(found.error());
  if (!*found || (*found)->expires_at <= clock_.now()) return unexpected(unknown_code());
  const auto user = directory_.user((*found)->user);
  if (!user) return unexpected(user.error());
  return Looked{.record = **found, .needs_password = !*user || (*found)->handle.empty()};
}

Result<Invitations::Looked> Invitations::accept(std::string_view code, const std::optional<std::string>& password,
                                                const Visit& visit) {
  auto looked = look(code);
  if (!looked) return unexpected(looked.error());
  const InvitationRecord& record = looked->record;
  Issues issues;
  std::string hash;
  if (!looked->needs_password) {
    if (password) issues.add("password", "must be left out: " + record.user + " is a user already, and keeps theirs");
  } else if (!password) {
    issues.add("password", "is required");
  } else if (auto issue = issue_of_password(*password, record.user)) {
    issues.add("password", *std::move(issue));
  }
  if (!issues.empty()) return unexpected(issues.fault());
  if (looked->needs_password) {
    auto hashed = hash_password(*password, cost_);
    if (!hashed) return unexpected(hashed.error());
    hash = *std::move(hashed);
  }
  const bool is_reset = record.handle.empty();
  const auto accepted =
      directory_.accept_invitation(record, hash,
                                   audit_entry(clock_.now(), random_, record.handle, visit.by(record.user),
                                               is_reset ? "password.put" : "invitation.accept", record.user));
  if (!accepted && accepted.error().code == FaultCode::kNotFound) return unexpected(unknown_code());  // just now
  if (!accepted) return unexpected(accepted.error());
  return looked;
}

}  // namespace beckon::access
