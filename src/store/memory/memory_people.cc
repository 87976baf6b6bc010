// The part of the directory for people: users, sign-ins, invitations.
#include <algorithm>

#include "access/granting.h"
#include "access/jwt.h"
#include "base/check.h"
#include "store/memory/memory_directory.h"

namespace beckon::store {

using access::InvitationRecord;
using access::SignInRecord;
using access::UserRecord;

Result<void> MemoryDirectory::add_user(const std::string& email, const AuditEntry& audit) {
  const std::lock_guard lock(facts_.mutex);
  if (!facts_.users.try_emplace(email, UserRecord{.email = email, .created_at = audit.at}).second)
    return unexpected(Fault{.code = FaultCode::kConflict, .message = "The user " + email + " already exists."});
  facts_.add_audit(audit);
  return {};
}

Result<bool> MemoryDirectory::has_user(const std::string& email) {
  const std::lock_guard lock(facts_.mutex);
  return facts_.users.contains(email);
}

Result<std::optional<UserRecord>> MemoryDirectory::user(const std::string& email) {
  const std::lock_guard lock(facts_.mutex);
  const auto found = facts_.users.find(email);
  if (found == facts_.users.end()) return std::nullopt;
  return found->second;
}

Result<std::vector<UserRecord>> MemoryDirectory::users() {
  const std::lock_guard lock(facts_.mutex);
  std::vector<UserRecord> found;
  for (const auto& [email, user] : facts_.users) found.push_back(user);
  return found;
}

Result<void> MemoryDirectory::put_disabled(const std::string& email, bool disabled, const AuditEntry& audit) {
  const std::lock_guard lock(facts_.mutex);
  const auto found = facts_.users.find(email);
  if (found == facts_.users.end()) return unexpected(not_found("user"));
  found->second.disabled = disabled;
  if (disabled) {
    end_them({.user = email});
    std::erase_if(facts_.invitations, [&](const auto& one) { return one.second.created_by == email; });
  }
  facts_.add_audit(audit);
  return {};
}

Result<void> MemoryDirectory::remove_user(const std::string& email, const AuditEntry& audit) {
  const std::lock_guard lock(facts_.mutex);
  std::vector<Handle> owned;
  for (const auto& [handle, record] : facts_.handles)
    if (record.owner == email) owned.push_back(handle);
  if (!owned.empty()) return unexpected(access::owns_handles(email, owned));
  if (facts_.users.erase(email) == 0) return unexpected(not_found("user"));
  std::erase_if(facts_.roles, [&](const auto& one) { return one.first.second == email; });
  std::erase_if(facts_.role_providers, [&](const auto& one) { return one.first.second == email; });
  std::erase_if(facts_.subjects, [&](const auto& one) { return one.second == email; });
  std::erase_if(facts_.invitations,
                [&](const auto& one) { return one.second.user == email || one.second.created_by == email; });
  end_them({.user = email});
  facts_.add_audit(audit);
  return {};
}

void MemoryDirectory::end_with_password(const std::string& email) {
  std::erase_if(facts_.sign_ins, [&](const auto& one) { return one.second.user == email; });
  std::erase_if(facts_.invitations,
                [&](const auto& one) { return one.second.handle.empty() && one.second.user == email; });
}

Result<void> MemoryDirectory::put_password(const std::string& email, const std::string& hash, const AuditEntry& audit) {
  const std::lock_guard lock(facts_.mutex);
  const auto found = facts_.users.find(email);
  if (found == facts_.users.end()) return unexpected(not_found("user"));
  found->second.password_hash = hash;
  ++found->second.password_version;
  end_with_password(email);
  facts_.add_audit(audit);
  return {};
}

Result<void> MemoryDirectory::end_token(const std::string& token_id, Instant until, const AuditEntry& audit) {
  const std::lock_guard lock(facts_.mutex);
  std::erase_if(facts_.ended_tokens, [&](const auto& ended) { return ended.second <= audit.at; });
  facts_.ended_tokens.try_emplace(token_id, until);
  facts_.sign_ins.erase(token_id);
  facts_.add_audit(audit);
  return {};
}

std::size_t MemoryDirectory::end_them(const access::SignInQuery& q) {
  const auto fits = [](const std::string& wanted, const std::string& is) { return wanted.empty() || wanted == is; };
  return std::erase_if(facts_.sign_ins, [&](const auto& row) {
    const SignInRecord& one = row.second;
    const bool is_one = fits(q.user, one.user) && fits(q.token, one.token) && fits(q.provider, one.provider) &&
                        fits(q.subject, one.subject) && fits(q.provider_session, one.provider_session) &&
                        one.token != q.but;
    if (is_one) facts_.ended_tokens.try_emplace(one.token, one.until + access::kLeeway);
    return is_one;
  });
}

Result<void> MemoryDirectory::add_sign_in(const SignInRecord& record, const AuditEntry& audit) {
  const std::lock_guard lock(facts_.mutex);
  const auto user = facts_.users.find(record.user);
  if (user == facts_.users.end() || user->second.disabled) return unexpected(not_found("user"));
  user->second.signed_in_at = std::max(user->second.signed_in_at, record.at);
  std::erase_if(facts_.sign_ins, [&](const auto& one) { return one.second.until <= record.at; });
  std::erase_if(facts_.ended_tokens, [&](const auto& ended) { return ended.second <= record.at; });
  std::vector<std::pair<Instant, std::string>> theirs;
  for (const auto& [token, one] : facts_.sign_ins)
    if (one.user == record.user) theirs.emplace_back(one.at, token);
  if (theirs.size() >= access::kSignInsOfUser) end_them({.token = std::ranges::min(theirs).second});
  facts_.sign_ins.emplace(record.token, record);
  facts_.add_audit(audit);
  return {};
}

Result<std::vector<SignInRecord>> MemoryDirectory::sign_ins_of(const std::string& user, Instant now) {
  const std::lock_guard lock(facts_.mutex);
  std::vector<SignInRecord> found;
  for (const auto& [token, one] : facts_.sign_ins)
    if (one.user == user && one.until > now) found.push_back(one);
  std::ranges::sort(found, {},
                    [](const SignInRecord& one) { return std::pair(-one.at.time_since_epoch(), one.token); });
  return found;
}

Result<std::size_t> MemoryDirectory::end_sign_ins(const access::SignInQuery& query, const AuditEntry& audit) {
  CHECK(!(query.user + query.token + query.provider + query.subject + query.provider_session).empty());
  const std::lock_guard lock(facts_.mutex);
  std::erase_if(facts_.sign_ins, [&](const auto& one) { return one.second.until <= audit.at; });
  const std::size_t ended = end_them(query);
  if (ended > 0) facts_.add_audit(audit);
  return ended;
}

Result<access::TokenStanding> MemoryDirectory::standing_of(const std::string& token_id, const std::string& user) {
  const std::lock_guard lock(facts_.mutex);
  access::TokenStanding standing{.ended = facts_.ended_tokens.contains(token_id)};
  if (const auto found = facts_.users.find(user); found != facts_.users.end()) {
    standing.disabled = found->second.disabled;
    standing.user_since = found->second.created_at;
    standing.password_version = found->second.password_version;
  }
  return standing;
}

Result<void> MemoryDirectory::add_invitation(const InvitationRecord& record, const AuditEntry& audit) {
  const std::lock_guard lock(facts_.mutex);
  const auto stays = [&](const InvitationRecord& one) {
    return one.expires_at > audit.at && (one.handle != record.handle || one.user != record.user);
  };
  if (record.handle.empty()) {
    if (!facts_.users.contains(record.user)) return unexpected(not_found("user"));
  } else {
    if (!facts_.handles.contains(record.handle)) return unexpected(handle_not_found());
    if (const auto role = facts_.roles.find({record.handle, record.user}); role != facts_.roles.end())
      return unexpected(access::has_a_role(record.user, role->second));
    if (std::ranges::count_if(facts_.invitations, [&](const auto& one) {
          return one.second.handle == record.handle && stays(one.second);
        }) >= static_cast<std::ptrdiff_t>(access::kInvitationsOfHandle))
      return unexpected(access::too_many_invitations());
  }
  std::erase_if(facts_.invitations, [&](const auto& one) { return !stays(one.second); });
  facts_.invitations.emplace(record.id, record);
  facts_.add_audit(audit);
  return {};
}

Result<std::vector<InvitationRecord>> MemoryDirectory::invitations(const Handle& handle) {
  const std::lock_guard lock(facts_.mutex);
  std::vector<InvitationRecord> found;
  for (const auto& [id, one] : facts_.invitations)
    if (one.handle == handle) found.push_back(one);
  std::ranges::sort(found, {}, [](const InvitationRecord& one) { return std::pair(one.created_at, one.id); });
  return found;
}

Result<std::optional<InvitationRecord>> MemoryDirectory::invitation(const std::string& hash) {
  const std::lock_guard lock(facts_.mutex);
  for (const auto& [id, one] : facts_.invitations)
    if (one.hash == hash) return one;
  return std::nullopt;
}

Result<void> MemoryDirectory::remove_invitation(const Handle& handle, const std::string& id, const AuditEntry& audit) {
  const std::lock_guard lock(facts_.mutex);
  if (std::erase_if(facts_.invitations,
                    [&](const auto& one) { return one.first == id && one.second.handle == handle; }) == 0)
    return unexpected(not_found("invitation"));
  facts_.add_audit(audit);
  return {};
}

Result<void> MemoryDirectory::accept_invitation(const InvitationRecord& record, const std::string& password_hash,
                                                const AuditEntry& audit) {
  const std::lock_guard lock(facts_.mutex);
  if (!facts_.invitations.contains(record.id)) return unexpected(not_found("invitation"));
  const auto found = facts_.users.find(record.user);
  const bool is_new = found == facts_.users.end(), is_reset = record.handle.empty();
  if (!is_new && found->second.disabled) return unexpected(access::is_disabled(record.user));
  if (is_new && is_reset) return unexpected(not_found("user"));
  if (is_new) facts_.users[record.user] = {.email = record.user, .created_at = audit.at};
  if (!is_reset) {
    const auto given = give_role({.handle = record.handle, .user = record.user, .role = record.role}, audit);
    if (!given) {
      if (is_new) facts_.users.erase(record.user);
      return unexpected(given.error());
    }
  } else {
    facts_.add_audit(audit);
  }
  if (is_new || is_reset) {
    UserRecord& user = facts_.users.at(record.user);
    user.password_hash = password_hash;
    ++user.password_version;
    end_with_password(record.user);
  }
  facts_.invitations.erase(record.id);
  return {};
}

}  // namespace beckon::store
