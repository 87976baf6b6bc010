// For tests: the directory of a MemoryStore that counts reads and can be made to fail.
#pragma once
#include <string>
#include <vector>

#include "store/memory/memory_directory.h"

namespace beckon::access {

// Confined to one thread.
class WatchedDirectory final : public Directory {
 public:
  int role_readings = 0, handle_readings = 0, key_readings = 0;
  bool failing = false;            // those reads, and reads of users and tokens, return kUnavailable
  std::vector<AuditEntry> audits;  // of successful changes
  store::Facts facts;

  Result<std::vector<HandleRecord>> handles() override { return inner_.handles(); }
  Result<std::optional<HandleRecord>> handle(const Handle& handle) override {
    ++handle_readings;
    if (failing) return in_trouble();
    return inner_.handle(handle);
  }
  Result<void> add_handle(const Handle& handle, const std::string& owner, const AuditEntry& audit) override {
    return noted(inner_.add_handle(handle, owner, audit), audit);
  }
  Result<void> put_settings(const Handle& handle, const std::string& json, const AuditEntry& audit) override {
    return noted(inner_.put_settings(handle, json, audit), audit);
  }
  Result<void> put_origins(const Handle& handle, const std::string& json, const AuditEntry& audit) override {
    return noted(inner_.put_origins(handle, json, audit), audit);
  }
  Result<std::vector<IdentityKeyRecord>> identity_keys(const Handle& handle) override {
    return inner_.identity_keys(handle);
  }
  Result<void> add_identity_key(const Handle& handle, const IdentityKeyRecord& key, const AuditEntry& audit) override {
    return noted(inner_.add_identity_key(handle, key, audit), audit);
  }
  Result<void> remove_identity_key(const Handle& handle, const std::string& id, const AuditEntry& audit) override {
    return noted(inner_.remove_identity_key(handle, id, audit), audit);
  }
  Result<void> identity_key_used(const Handle& handle, const std::string& id, Instant at) override {
    return inner_.identity_key_used(handle, id, at);
  }
  Result<std::vector<PatRecord>> pats(const Handle& handle) override { return inner_.pats(handle); }
  Result<void> add_pat(const Handle& handle, const PatRecord& pat, const AuditEntry& audit) override {
    return noted(inner_.add_pat(handle, pat, audit), audit);
  }
  Result<void> rotate_pat(const Handle& handle, const std::string& id, const std::string& hash, Instant previous_until,
                          const AuditEntry& audit) override {
    return noted(inner_.rotate_pat(handle, id, hash, previous_until, audit), audit);
  }
  Result<void> remove_pat(const Handle& handle, const std::string& id, const AuditEntry& audit) override {
    return noted(inner_.remove_pat(handle, id, audit), audit);
  }
  Result<void> pat_used(const Handle& handle, const std::string& id, Instant at) override {
    return inner_.pat_used(handle, id, at);
  }
  Result<void> add_user(const std::string& email, const AuditEntry& audit) override {
    return noted(inner_.add_user(email, audit), audit);
  }
  Result<bool> has_user(const std::string& email) override { return inner_.has_user(email); }
  Result<std::vector<UserRecord>> users() override { return inner_.users(); }
  Result<void> put_disabled(const std::string& email, bool disabled, const AuditEntry& audit) override {
    return noted(inner_.put_disabled(email, disabled, audit), audit);
  }
  Result<void> remove_user(const std::string& email, const AuditEntry& audit) override {
    return noted(inner_.remove_user(email, audit), audit);
  }
  Result<std::optional<UserRecord>> user(const std::string& email) override {
    if (failing) return in_trouble();
    return inner_.user(email);
  }
  Result<void> put_password(const std::string& email, const std::string& hash, const AuditEntry& audit) override {
    return noted(inner_.put_password(email, hash, audit), audit);
  }
  Result<void> end_token(const std::string& token_id, Instant until, const AuditEntry& audit) override {
    return noted(inner_.end_token(token_id, until, audit), audit);
  }
  Result<void> add_sign_in(const SignInRecord& record, const AuditEntry& audit) override {
    return noted(inner_.add_sign_in(record, audit), audit);
  }
  Result<std::vector<SignInRecord>> sign_ins_of(const std::string& user, Instant now) override {
    return inner_.sign_ins_of(user, now);
  }
  Result<std::size_t> end_sign_ins(const SignInQuery& query, const AuditEntry& audit) override {
    auto ended = inner_.end_sign_ins(query, audit);
    return ended && *ended == 0 ? ended : noted(std::move(ended), audit);
  }
  Result<void> add_invitation(const InvitationRecord& record, const AuditEntry& audit) override {
    return noted(inner_.add_invitation(record, audit), audit);
  }
  Result<std::vector<InvitationRecord>> invitations(const Handle& handle) override {
    return inner_.invitations(handle);
  }
  Result<std::optional<InvitationRecord>> invitation(const std::string& hash) override {
    return inner_.invitation(hash);
  }
  Result<void> remove_invitation(const Handle& handle, const std::string& id, const AuditEntry& audit) override {
    return noted(inner_.remove_invitation(handle, id, audit), audit);
  }
  Result<void> accept_invitation(const InvitationRecord& record, const std::string& password_hash,
                                 const AuditEntry& audit) override {
    return noted(inner_.accept_invitation(record, password_hash, audit), audit);
  }
  Result<TokenStanding> standing_of(const std::string& token_id, const std::string& user) override {
    if (failing) return in_trouble();
    return inner_.standing_of(token_id, user);
  }
  Result<std::optional<std::string>> grant(const Grant& grant, const AuditEntry& audit) override {
    return noted(inner_.grant(grant, audit), audit);
  }
  Result<void> revoke(const Handle& handle, const std::string& user, const AuditEntry& audit) override {
    return noted(inner_.revoke(handle, user, audit), audit);
  }
  Result<std::optional<Role>> role_of(const Handle& handle, const std::string& user) override {
    ++role_readings;
    if (failing) return in_trouble();
    return inner_.role_of(handle, user);
  }
  Result<std::vector<Grant>> grants_of(const std::string& user) override { return inner_.grants_of(user); }
  Result<std::vector<Grant>> grants_on(const Handle& handle) override { return inner_.grants_on(handle); }
  Result<void> admit(const ProviderUser& user, const AuditOf& audit) override { return inner_.admit(user, audit); }
  Result<std::optional<std::string>> user_of_subject(const std::string& issuer, const std::string& subject) override {
    return inner_.user_of_subject(issuer, subject);
  }
  Result<std::vector<SigningKey>> signing_keys() override {
    ++key_readings;
    if (failing) return in_trouble();
    return inner_.signing_keys();
  }
  Result<void> add_signing_key(const SigningKey& key, const AuditEntry& audit) override {
    return inner_.add_signing_key(key, audit);
  }
  Result<void> remove_signing_key(const std::string& kid, const AuditEntry& audit) override {
    return inner_.remove_signing_key(kid, audit);
  }
  Result<std::string> allowlist() override { return inner_.allowlist(); }
  Result<void> put_allowlist(const std::string& json, const AuditEntry& audit) override {
    return noted(inner_.put_allowlist(json, audit), audit);
  }
  Result<std::size_t> seal_again(const Again& again) override { return inner_.seal_again(again); }
  Result<void> put_named_secret(const std::string& name, const std::string& sealed, const AuditEntry& audit) override {
    return noted(inner_.put_named_secret(name, sealed, audit), audit);
  }
  Result<std::string> named_secret(const std::string& name, const std::string& sealed_if_absent) override {
    return inner_.named_secret(name, sealed_if_absent);
  }
  Result<void> add_audit(const AuditEntry& audit) override { return noted(inner_.add_audit(audit), audit); }
  Result<AuditPage> audit(const AuditQuery& query, const std::optional<AuditPlace>& behind,
                          std::size_t limit) override {
    return inner_.audit(query, behind, limit);
  }
  Result<std::vector<AuditEntry>> audit_chain(const std::optional<Handle>& handle, std::uint64_t number,
                                              std::size_t limit) override {
    return inner_.audit_chain(handle, number, limit);
  }

 private:
  static unexpected<Fault> in_trouble() { return unexpected(unavailable("The directory cannot be read.")); }

  template <class Value>
  Result<Value> noted(Result<Value> result, const AuditEntry& audit) {
    if (result) audits.push_back(facts.audit.at(audit.handle).at({audit.at, audit.id}));  // as written
    return result;
  }

  store::MemoryDirectory inner_{facts};
};

}  // namespace beckon::access
