#include "access/enrolment.h"

#include "access/email.h"

namespace beckon::access {
namespace {

constexpr const char* kHandleForm =
    "must be 2 to 63 characters from a-z, 0-9, _ and -, starting with a letter or digit";

void judge_handle(std::string_view handle, Issues& issues) {
  if (!is_handle(handle)) issues.add("handle", kHandleForm);
}

std::string object(std::string_view name, std::string_view text) {
  std::string out;
  json::Writer(out).begin_object().member(name, text).end_object();
  return out;
}

Fault no_such_handle(std::string_view handle) {
  return {.code = FaultCode::kHandleNotFound,
          .message = "There is no handle " + std::string(handle) + "; create it with `beckon handle add`."};
}

std::string no_such_user(const std::string& email) {
  return "There is no user " + email + "; add them with `beckon user add`.";
}

// Replaces the directory's message for this code by ours; other faults stay unchanged.
Fault in_words(Fault fault, FaultCode code, std::string message) {
  if (fault.code == code) fault.message = std::move(message);
  return fault;
}

}  // namespace

Result<HandleRecord> Enrolment::add_handle(std::string_view handle, std::string_view owner) {
  Issues issues;
  judge_handle(handle, issues);
  const std::string email = read_email(owner, "ownerEmail", issues);
  if (!issues.empty()) return unexpected(issues.fault());
  const Handle name(handle);
  const auto added = directory_.add_handle(name, email, audit(name, "handle.add", name.text, object("owner", email)));
  if (!added)
    return unexpected(in_words(added.error(), FaultCode::kConflict,
                               "The handle " + name.text +
                                   " already exists; choose another name, or change its owner "
                                   "with `beckon grant --role OWNER`."));
  return existing(handle);
}

Result<void> Enrolment::add_user(std::string_view email) {
  Issues issues;
  const std::string user = read_email(email, "email", issues);
  if (!issues.empty()) return unexpected(issues.fault());
  const auto added = directory_.add_user(user, audit(Handle(), "user.add", user, "{}"));
  if (!added)
    return unexpected(in_words(added.error(), FaultCode::kConflict,
                               "The user " + user + " already exists; grant a role with `beckon grant`."));
  return {};
}

Result<void> Enrolment::put_disabled(std::string_view email, bool disabled) {
  Issues issues;
  const std::string user = read_email(email, "email", issues);
  if (!issues.empty()) return unexpected(issues.fault());
  const auto put =
      directory_.put_disabled(user, disabled, audit(Handle(), disabled ? "user.disable" : "user.enable", user));
  if (!put) return unexpected(in_words(put.error(), FaultCode::kNotFound, no_such_user(user)));
  return {};
}

Result<void> Enrolment::remove_user(std::string_view email) {
  Issues issues;
  const std::string user = read_email(email, "email", issues);
  if (!issues.empty()) return unexpected(issues.fault());
  const auto roles = directory_.grants_of(user);
  if (!roles) return unexpected(roles.error());
  std::string before;
  json::Writer writer(before);
  writer.begin_object().key("roles").begin_object();
  for (const Grant& grant : *roles) writer.member(grant.handle.view(), to_text(grant.role));
  writer.end_object().end_object();
  const auto removed = directory_.remove_user(user, audit(Handle(), "user.delete", user, "{}", std::move(before)));
  if (!removed) return unexpected(in_words(removed.error(), FaultCode::kNotFound, no_such_user(user)));
  return {};
}

Result<std::size_t> Enrolment::end_sign_ins(std::string_view email, const std::string& token, const std::string& but) {
  Issues issues;
  const std::string user = read_email(email, "email", issues);
  if (!issues.empty()) return unexpected(issues.fault());
  std::string detail;
  json::Writer writer(detail);
  writer.begin_object();
  json::text_or_null(writer, "signInId", token);
  writer.end_object();
  const auto ended = directory_.end_sign_ins({.user = user, .token = token, .but = but},
                                             audit(Handle(), "auth.end", user, std::move(detail)));
  if (ended && *ended == 0 && !token.empty()) return unexpected(not_found("sign-in"));
  return ended;
}

Result<void> Enrolment::put_password(std::string_view email, std::string_view password, const PasswordCost& cost) {
  Issues issues;
  const std::string user = read_email(email, "email", issues);
  if (auto issue = issue_of_password(password, user)) issues.add("password", *std::move(issue));
  if (!issues.empty()) return unexpected(issues.fault());
  const auto hash = hash_password(password, cost);
  if (!hash) return unexpected(hash.error());
  const auto put = directory_.put_password(user, *hash, audit(Handle(), "password.put", user, "{}"));
  if (!put) return unexpected(in_words(put.error(), FaultCode::kNotFound, no_such_user(user)));
  return {};
}

Result<Enrolment::Granted> Enrolment::grant(std::string_view handle, std::string_view user, std::string_view role) {
  Issues issues;
  judge_handle(handle, issues);
  const std::string email = read_email(user, "email", issues);
  const auto parsed = parse_role(role);
  if (!parsed) issues.add("role", "must be CREATOR, OPERATOR or OWNER");
  if (!issues.empty()) return unexpected(issues.fault());

  const Handle name(handle);
  const Grant grant{.handle = name, .user = email, .role = *parsed};
  auto granted = directory_.grant(grant, audit(name, "grant.put", email, {}));
  if (granted) return Granted{.grant = grant, .former_owner = *std::move(granted)};
  if (granted.error().code != FaultCode::kNotFound && granted.error().code != FaultCode::kHandleNotFound)
    return unexpected(granted.error());
  if (const auto found = existing(handle); !found) return unexpected(found.error());
  return unexpected(Fault{.code = FaultCode::kNotFound, .message = no_such_user(email)});
}

Result<void> Enrolment::revoke(std::string_view handle, std::string_view user) {
  Issues issues;
  judge_handle(handle, issues);
  const std::string email = read_email(user, "email", issues);
  if (!issues.empty()) return unexpected(issues.fault());
  const Handle name(handle);
  const auto revoked = directory_.revoke(name, email, audit(name, "grant.delete", email, "{}"));
  if (revoked) return {};
  if (revoked.error().code == FaultCode::kHandleNotFound) return unexpected(no_such_handle(handle));
  return unexpected(in_words(revoked.error(), FaultCode::kNotFound, email + " has no role on " + name.text + "."));
}

Result<void> Enrolment::put_allowlist(const Allowlist& allowlist) {
  auto before = directory_.allowlist();
  if (!before) return unexpected(before.error());
  const std::string json = allowlist.to_json();
  return directory_.put_allowlist(json, audit(Handle(), "allowlist.put", "allowlist", json, *std::move(before)));
}

Result<HandleRecord> Enrolment::existing(std::string_view handle) {
  if (!is_handle(handle)) {
    Issues issues;
    judge_handle(handle, issues);
    return unexpected(issues.fault());
  }
  auto record = directory_.handle(Handle(handle));
  if (!record) return unexpected(record.error());
  if (!record->has_value()) return unexpected(no_such_handle(handle));
  return **std::move(record);
}

}  // namespace beckon::access
