#include "store/memory/memory_directory.h"

#include <algorithm>
#include <tuple>

#include "access/granting.h"
#include "access/pats.h"
#include "base/check.h"

namespace beckon::store {
namespace {

Fault conflict(std::string message) { return {.code = FaultCode::kConflict, .message = std::move(message)}; }

}  // namespace

using access::Role;

Result<void> MemoryDirectory::changed(const Handle& handle, const AuditEntry& audit) {
  facts_.add_audit(audit);
  facts_.changed_handles[handle] = ++facts_.control_version;
  return {};
}

Result<std::vector<access::HandleRecord>> MemoryDirectory::handles() {
  const std::lock_guard lock(facts_.mutex);
  std::vector<access::HandleRecord> found;
  for (const auto& [name, record] : facts_.handles) found.push_back(record);
  return found;
}

Result<std::optional<access::HandleRecord>> MemoryDirectory::handle(const Handle& handle) {
  const std::lock_guard lock(facts_.mutex);
  const auto found = facts_.handles.find(handle);
  if (found == facts_.handles.end()) return std::nullopt;
  return found->second;
}

Result<void> MemoryDirectory::add_handle(const Handle& handle, const std::string& owner, const AuditEntry& audit) {
  const std::lock_guard lock(facts_.mutex);
  if (facts_.handles.contains(handle))
    return unexpected(conflict("The handle " + handle.text + " already exists; choose another name."));
  facts_.handles[handle] = {.handle = handle, .owner = owner, .created_at = audit.at, .settings = "{}"};
  facts_.users.try_emplace(owner, access::UserRecord{.email = owner, .created_at = audit.at});
  facts_.roles[{handle, owner}] = Role::kOwner;
  return changed(handle, audit);
}

Result<void> MemoryDirectory::put_settings(const Handle& handle, const std::string& json, const AuditEntry& audit) {
  const std::lock_guard lock(facts_.mutex);
  const auto found = facts_.handles.find(handle);
  if (found == facts_.handles.end()) return unexpected(handle_not_found());
  found->second.settings = json;
  return changed(handle, audit);
}

Result<void> MemoryDirectory::put_origins(const Handle& handle, const std::string& json, const AuditEntry& audit) {
  const std::lock_guard lock(facts_.mutex);
  const auto found = facts_.handles.find(handle);
  if (found == facts_.handles.end()) return unexpected(handle_not_found());
  found->second.origins = json;
  return changed(handle, audit);
}

Result<std::vector<access::IdentityKeyRecord>> MemoryDirectory::identity_keys(const Handle& handle) {
  const std::lock_guard lock(facts_.mutex);
  const auto found = facts_.identity_keys.find(handle);
  if (found == facts_.identity_keys.end()) return std::vector<access::IdentityKeyRecord>{};
  return found->second;
}

Result<void> MemoryDirectory::add_identity_key(const Handle& handle, const access::IdentityKeyRecord& key,
                                               const AuditEntry& audit) {
  const std::lock_guard lock(facts_.mutex);
  if (!facts_.handles.contains(handle)) return unexpected(handle_not_found());
  auto& keys = facts_.identity_keys[handle];
  if (keys.size() >= access::kIdentityKeys) return unexpected(access::too_many_identity_keys());
  keys.push_back(key);
  return changed(handle, audit);
}

Result<void> MemoryDirectory::remove_identity_key(const Handle& handle, const std::string& id,
                                                  const AuditEntry& audit) {
  const std::lock_guard lock(facts_.mutex);
  if (std::erase_if(facts_.identity_keys[handle], [&](const auto& key) { return key.id == id; }) == 0)
    return unexpected(not_found("identity key"));
  return changed(handle, audit);
}

Result<void> MemoryDirectory::identity_key_used(const Handle& handle, const std::string& id, Instant at) {
  const std::lock_guard lock(facts_.mutex);
  for (access::IdentityKeyRecord& key : facts_.identity_keys[handle])
    if (key.id == id) key.used_at = std::max(key.used_at, at);
  return {};
}

Result<std::vector<access::PatRecord>> MemoryDirectory::pats(const Handle& handle) {
  const std::lock_guard lock(facts_.mutex);
  const auto found = facts_.pats.find(handle);
  if (found == facts_.pats.end()) return std::vector<access::PatRecord>{};
  return found->second;
}

Result<void> MemoryDirectory::add_pat(const Handle& handle, const access::PatRecord& pat, const AuditEntry& audit) {
  const std::lock_guard lock(facts_.mutex);
  if (!facts_.handles.contains(handle)) return unexpected(handle_not_found());
  auto& pats = facts_.pats[handle];
  if (pats.size() >= access::kPatsOfHandle) return unexpected(access::too_many_pats());
  pats.push_back(pat);
  return changed(handle, audit);
}

Result<void> MemoryDirectory::rotate_pat(const Handle& handle, const std::string& id, const std::string& hash,
                                         Instant previous_until, const AuditEntry& audit) {
  const std::lock_guard lock(facts_.mutex);
  auto& pats = facts_.pats[handle];
  const auto found = std::ranges::find(pats, id, &access::PatRecord::id);
  if (found == pats.end()) return unexpected(not_found("access token"));
  found->previous_hash = std::exchange(found->hash, hash);
  found->previous_until = previous_until;
  return changed(handle, audit);
}

Result<void> MemoryDirectory::remove_pat(const Handle& handle, const std::string& id, const AuditEntry& audit) {
  const std::lock_guard lock(facts_.mutex);
  if (std::erase_if(facts_.pats[handle], [&](const auto& pat) { return pat.id == id; }) == 0)
    return unexpected(not_found("access token"));
  return changed(handle, audit);
}

Result<void> MemoryDirectory::pat_used(const Handle& handle, const std::string& id, Instant at) {
  const std::lock_guard lock(facts_.mutex);
  for (access::PatRecord& pat : facts_.pats[handle])
    if (pat.id == id) pat.used_at = std::max(pat.used_at, at);
  return {};
}

// Called under the lock, like the following functions. Deletes the invitations by a user who can no longer invite.
void MemoryDirectory::end_invitations_by(const Handle& handle, const std::string& user) {
  std::erase_if(facts_.invitations,
                [&](const auto& one) { return one.second.handle == handle && one.second.created_by == user; });
}

Result<access::Standings> MemoryDirectory::standings_of(const Handle& handle, const std::string& user) const {
  const auto found = facts_.handles.find(handle);
  if (found == facts_.handles.end()) return unexpected(handle_not_found());
  access::Standings now{.owner = found->second.owner};
  for (const auto& [key, role] : facts_.roles) {
    if (key.first != handle) continue;
    if (key.second == user) now.role = role;
    now.collaborators += role != Role::kOwner;
  }
  return now;
}

Result<std::optional<std::string>> MemoryDirectory::grant(const access::Grant& grant, const AuditEntry& audit) {
  const std::lock_guard lock(facts_.mutex);
  return give_role(grant, audit);
}

Result<std::optional<std::string>> MemoryDirectory::give_role(const access::Grant& grant, AuditEntry entry) {
  const auto now = standings_of(grant.handle, grant.user);
  if (!now) return unexpected(now.error());
  const auto user = facts_.users.find(grant.user);
  if (user == facts_.users.end()) return unexpected(not_found("user"));
  if (grant.role == Role::kOwner && user->second.disabled) return unexpected(access::is_disabled(grant.user));
  if (auto fault = access::judge_grant(grant, *now)) return unexpected(*std::move(fault));
  auto former = access::demoted(grant, *now);
  if (former) {
    facts_.roles[{grant.handle, *former}] = Role::kOperator;
    facts_.role_providers.erase({grant.handle, *former});
    facts_.handles.at(grant.handle).owner = grant.user;
    end_invitations_by(grant.handle, *former);
  }
  facts_.roles[{grant.handle, grant.user}] = grant.role;
  facts_.role_providers.erase({grant.handle, grant.user});
  std::erase_if(facts_.invitations,
                [&](const auto& one) { return one.second.handle == grant.handle && one.second.user == grant.user; });
  entry.detail = access::detail_of(grant, *now);
  entry.before = access::before_of(*now);
  facts_.add_audit(entry);
  return former;
}

Result<void> MemoryDirectory::revoke(const Handle& handle, const std::string& user, const AuditEntry& audit) {
  const std::lock_guard lock(facts_.mutex);
  const auto now = standings_of(handle, user);
  if (!now) return unexpected(now.error());
  if (auto fault = access::judge_revocation(user, *now)) return unexpected(*std::move(fault));
  facts_.roles.erase({handle, user});
  end_invitations_by(handle, user);
  facts_.role_providers.erase({handle, user});
  AuditEntry entry = audit;
  entry.before = access::before_of(*now);
  facts_.add_audit(std::move(entry));
  return {};
}

Result<std::optional<Role>> MemoryDirectory::role_of(const Handle& handle, const std::string& user) {
  const std::lock_guard lock(facts_.mutex);
  const auto found = facts_.roles.find({handle, user});
  if (found == facts_.roles.end()) return std::nullopt;
  return found->second;
}

Result<std::vector<access::Grant>> MemoryDirectory::grants_of(const std::string& user) {
  const std::lock_guard lock(facts_.mutex);
  std::vector<access::Grant> found;
  for (const auto& [key, role] : facts_.roles)
    if (key.second == user) found.push_back({key.first, user, role});
  return found;
}

Result<std::vector<access::Grant>> MemoryDirectory::grants_on(const Handle& handle) {
  const std::lock_guard lock(facts_.mutex);
  std::vector<access::Grant> found;
  for (const auto& [key, role] : facts_.roles)
    if (key.first == handle) found.push_back({key.first, key.second, role});
  std::ranges::sort(found, {}, &access::Grant::user);
  return found;
}

Result<void> MemoryDirectory::admit(const access::ProviderUser& user, const access::AuditOf& audit) {
  const std::lock_guard lock(facts_.mutex);
  access::ProviderUser known = user;
  std::erase_if(known.roles, [&](const access::Grant& grant) { return !facts_.handles.contains(grant.handle); });
  if (!facts_.users.contains(user.email)) {
    if (!access::may_be_made(known)) return unexpected(not_found("user"));
    AuditEntry entry = audit({}, "user.add", user.email, access::made_by(user.provider), {});
    facts_.users[user.email] = {.email = user.email, .created_at = entry.at};
    facts_.add_audit(std::move(entry));
  }
  facts_.subjects[{user.issuer, user.subject}] = user.email;
  std::vector<access::HeldRole> held;
  for (const auto& [key, role] : facts_.roles)
    if (key.second == user.email) {
      const auto provider = facts_.role_providers.find(key);
      held.push_back({key.first, role, provider == facts_.role_providers.end() ? "" : provider->second});
    }
  for (const access::RoleChange& change : access::role_changes(known, held)) {
    const std::pair key(change.handle, user.email);
    if (!change.before && standings_of(change.handle, user.email)->collaborators >= access::kMostCollaborators)
      continue;
    if (change.after) {
      facts_.roles[key] = *change.after;
      facts_.role_providers[key] = user.provider;
    } else {
      facts_.roles.erase(key);
      facts_.role_providers.erase(key);
    }
    facts_.add_audit(audit(change.handle, change.after ? "grant.put" : "grant.delete", user.email,
                           change.after ? access::role_detail(change.after, user.provider) : "{}",
                           access::role_detail(change.before, user.provider)));
  }
  return {};
}

Result<std::optional<std::string>> MemoryDirectory::user_of_subject(const std::string& issuer,
                                                                    const std::string& subject) {
  const std::lock_guard lock(facts_.mutex);
  const auto found = facts_.subjects.find({issuer, subject});
  if (found == facts_.subjects.end() || !facts_.users.contains(found->second)) return std::nullopt;
  return found->second;
}

Result<std::vector<access::SigningKey>> MemoryDirectory::signing_keys() {
  const std::lock_guard lock(facts_.mutex);
  auto found = facts_.signing_keys;
  std::ranges::sort(found, std::greater{}, [](const auto& key) { return std::pair(key.created_at, key.kid); });
  return found;
}

Result<void> MemoryDirectory::add_signing_key(const access::SigningKey& key, const AuditEntry& audit) {
  const std::lock_guard lock(facts_.mutex);
  if (std::ranges::any_of(facts_.signing_keys, [&](const auto& known) { return known.kid == key.kid; }))
    return unexpected(conflict("A signing key with this kid already exists."));
  facts_.signing_keys.push_back(key);
  facts_.add_audit(audit);
  ++facts_.control_version;
  return {};
}

Result<void> MemoryDirectory::remove_signing_key(const std::string& kid, const AuditEntry& audit) {
  const std::lock_guard lock(facts_.mutex);
  if (std::erase_if(facts_.signing_keys, [&](const auto& key) { return key.kid == kid; }) == 0)
    return unexpected(not_found("signing key"));
  facts_.add_audit(audit);
  ++facts_.control_version;
  return {};
}

Result<std::string> MemoryDirectory::allowlist() {
  const std::lock_guard lock(facts_.mutex);
  return facts_.allowlist.empty() ? std::string(access::kFirstAllowlist) : facts_.allowlist;
}

Result<void> MemoryDirectory::put_allowlist(const std::string& json, const AuditEntry& audit) {
  const std::lock_guard lock(facts_.mutex);
  facts_.allowlist = json;
  facts_.add_audit(audit);
  facts_.changed_allowlist = ++facts_.control_version;
  return {};
}

Result<std::string> MemoryDirectory::named_secret(const std::string& name, const std::string& sealed_if_absent) {
  const std::lock_guard lock(facts_.mutex);
  return facts_.secrets.try_emplace(name, sealed_if_absent).first->second;
}

Result<std::size_t> MemoryDirectory::seal_again(const Again& again) {
  const std::lock_guard lock(facts_.mutex);
  std::size_t replaced = 0;
  const auto renew = [&](std::string& sealed, const std::string& place) {
    if (auto fresh = again(sealed, place)) {
      sealed = *std::move(fresh);
      ++replaced;
    }
  };
  for (auto& [name, sealed] : facts_.secrets) renew(sealed, access::named_secret_place(name));
  for (access::SigningKey& key : facts_.signing_keys) renew(key.sealed_jwk, access::signing_key_place(key.kid));
  for (auto& [handle, keys] : facts_.identity_keys)
    for (access::IdentityKeyRecord& key : keys) renew(key.sealed_secret, access::identity_key_place(handle, key.id));
  return replaced;
}

Result<void> MemoryDirectory::put_named_secret(const std::string& name, const std::string& sealed,
                                               const AuditEntry& audit) {
  const std::lock_guard lock(facts_.mutex);
  facts_.secrets[name] = sealed;
  facts_.add_audit(audit);
  return {};
}

Result<void> MemoryDirectory::add_audit(const AuditEntry& audit) {
  const std::lock_guard lock(facts_.mutex);
  facts_.add_audit(audit);
  return {};
}

Result<access::AuditPage> MemoryDirectory::audit(const access::AuditQuery& query,
                                                 const std::optional<access::AuditPlace>& behind, std::size_t limit) {
  CHECK(query.handle);
  const std::lock_guard lock(facts_.mutex);
  access::AuditPage page;
  const auto entries = facts_.audit.find(*query.handle);
  if (entries == facts_.audit.end()) return page;
  auto row = behind ? entries->second.lower_bound(*behind) : entries->second.end();
  for (std::size_t read = 0; row != entries->second.begin(); ++read) {
    if (read == access::AuditPage::kMostRead || page.entries.size() == limit) return page;
    --row;
    page.more_behind = row->first;
    if (access::matches(query, row->second)) page.entries.push_back(row->second);
  }
  page.more_behind.reset();
  return page;
}

Result<std::vector<AuditEntry>> MemoryDirectory::audit_chain(const std::optional<Handle>& handle, std::uint64_t number,
                                                             std::size_t limit) {
  const std::lock_guard lock(facts_.mutex);
  std::vector<AuditEntry> found;
  for (const auto& [of, entries] : facts_.audit)
    for (const auto& [place, entry] : entries)
      if (entry.number > number && (!handle || of == *handle)) found.push_back(entry);
  std::ranges::sort(found, {}, &AuditEntry::number);
  if (found.size() > limit) found.erase(found.begin() + static_cast<std::ptrdiff_t>(limit), found.end());
  return found;
}

}  // namespace beckon::store
