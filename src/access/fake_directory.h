// For tests: a directory in containers that counts its readings and can be told to fail. To be exchanged for MemoryStore's,
// behind the same counters, once that stands.
#pragma once
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "access/directory.h"

namespace beckon::access {

// Confined to one thread.
class FakeDirectory final : public Directory {
 public:
  int role_readings = 0, handle_readings = 0, key_readings = 0;
  bool failing = false;
  std::string allowlist_text = R"({"handles":["*"],"egress":[]})";
  std::vector<SigningKey> keys;
  std::vector<AuditEntry> audits;
  std::map<std::pair<Handle, std::string>, Role> roles;
  std::map<Handle, HandleRecord> records;
  std::set<std::string> users;

  Result<std::vector<HandleRecord>> handles() override {
    std::vector<HandleRecord> all;
    for (const auto& [name, record] : records) all.push_back(record);
    return all;
  }
  Result<std::optional<HandleRecord>> handle(const Handle& handle) override {
    ++handle_readings;
    if (failing) return unexpected(unavailable("The directory cannot be read."));
    const auto found = records.find(handle);
    return found == records.end() ? std::nullopt : std::optional(found->second);
  }
  Result<void> add_handle(const Handle& handle, const std::string& owner, const AuditEntry& audit) override {
    if (records.contains(handle)) return refused(FaultCode::kConflict);
    records[handle] = {.handle = handle, .owner = owner, .created_at = audit.at, .settings = "{}"};
    users.insert(owner);
    roles[{handle, owner}] = Role::kOwner;
    audits.push_back(audit);
    return {};
  }
  Result<void> put_settings(const Handle& handle, const std::string& json, const AuditEntry& audit) override {
    records[handle].settings = json;
    audits.push_back(audit);
    return {};
  }
  Result<void> add_user(const std::string& email, const AuditEntry& audit) override {
    if (!users.insert(email).second) return refused(FaultCode::kConflict);
    audits.push_back(audit);
    return {};
  }
  Result<bool> has_user(const std::string& email) override { return users.contains(email); }
  Result<void> grant(const Grant& grant, const AuditEntry& audit) override {
    const auto found = records.find(grant.handle);
    if (found == records.end() || !users.contains(grant.user)) return refused(FaultCode::kNotFound);
    HandleRecord& record = found->second;
    if (grant.role != Role::kOwner && record.owner == grant.user) return refused(FaultCode::kConflict);
    if (grant.role == Role::kOwner) {
      roles[{grant.handle, record.owner}] = Role::kOperator;
      record.owner = grant.user;
    }
    roles[{grant.handle, grant.user}] = grant.role;
    audits.push_back(audit);
    return {};
  }
  Result<std::optional<Role>> role_of(const Handle& handle, const std::string& user) override {
    ++role_readings;
    if (failing) return unexpected(unavailable("The directory cannot be read."));
    const auto found = roles.find({handle, user});
    return found == roles.end() ? std::nullopt : std::optional(found->second);
  }
  Result<std::vector<Grant>> grants_of(const std::string& user) override {
    std::vector<Grant> all;
    for (const auto& [place, role] : roles)
      if (place.second == user) all.push_back({place.first, user, role});
    return all;
  }
  Result<std::vector<SigningKey>> signing_keys() override {
    ++key_readings;
    if (failing) return unexpected(unavailable("The directory cannot be read."));
    auto newest_first = keys;
    std::ranges::reverse(newest_first);
    return newest_first;
  }
  Result<void> add_signing_key(const SigningKey& key) override {
    keys.push_back(key);
    return {};
  }
  Result<std::string> allowlist() override { return allowlist_text; }
  Result<void> put_allowlist(const std::string& json, const AuditEntry& audit) override {
    allowlist_text = json;
    audits.push_back(audit);
    return {};
  }
  Result<std::string> named_secret(const std::string&, const std::string& sealed) override { return sealed; }
  Result<void> add_audit(const AuditEntry& audit) override {
    audits.push_back(audit);
    return {};
  }
  Result<std::vector<AuditEntry>> audit(const Handle&, const std::optional<std::pair<Instant, AuditId>>&,
                                        std::size_t) override {
    return audits;
  }

 private:
  static unexpected<Fault> refused(FaultCode code) { return unexpected(Fault{.code = code, .message = "refused"}); }
};

}  // namespace beckon::access
