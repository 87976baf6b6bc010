// access::Directory over PostgreSQL. Thread-safe: readers borrow a connection, writers share one under a lock. Works
// next to running servers in other processes: changes that a server caches raise the control version in the same
// transaction. kUnavailable while the database is away; where it went away during a commit, the change may have been
// stored.
#pragma once
#include <functional>
#include <memory>
#include <mutex>

#include "access/directory.h"
#include "store/postgres/readers.h"

namespace beckon::store::postgres {

class PostgresDirectory final : public access::Directory {
 public:
  PostgresDirectory(Readers& readers, ConnectionOptions options) : readers_(readers), options_(std::move(options)) {}

  Result<std::vector<access::HandleRecord>> handles() override;
  Result<std::optional<access::HandleRecord>> handle(const Handle& handle) override;
  Result<void> add_handle(const Handle& handle, const std::string& owner, const AuditEntry& audit) override;
  Result<void> put_settings(const Handle& handle, const std::string& json, const AuditEntry& audit) override;
  Result<void> put_origins(const Handle& handle, const std::string& json, const AuditEntry& audit) override;
  Result<std::vector<access::IdentityKeyRecord>> identity_keys(const Handle& handle) override;
  Result<void> add_identity_key(const Handle& handle, const access::IdentityKeyRecord& key,
                                const AuditEntry& audit) override;
  Result<void> remove_identity_key(const Handle& handle, const std::string& id, const AuditEntry& audit) override;
  Result<void> identity_key_used(const Handle& handle, const std::string& id, Instant at) override;
  Result<std::vector<access::PatRecord>> pats(const Handle& handle) override;
  Result<void> add_pat(const Handle& handle, const access::PatRecord& pat, const AuditEntry& audit) override;
  Result<void> rotate_pat(const Handle& handle, const std::string& id, const std::string& hash, Instant previous_until,
                          const AuditEntry& audit) override;
  Result<void> remove_pat(const Handle& handle, const std::string& id, const AuditEntry& audit) override;
  Result<void> pat_used(const Handle& handle, const std::string& id, Instant at) override;
  Result<void> add_user(const std::string& email, const AuditEntry& audit) override;
  Result<bool> has_user(const std::string& email) override;
  Result<std::vector<access::UserRecord>> users() override;
  Result<void> put_disabled(const std::string& email, bool disabled, const AuditEntry& audit) override;
  Result<void> remove_user(const std::string& email, const AuditEntry& audit) override;
  Result<std::optional<access::UserRecord>> user(const std::string& email) override;
  Result<void> put_password(const std::string& email, const std::string& hash, const AuditEntry& audit) override;
  Result<void> end_token(const std::string& token_id, Instant until, const AuditEntry& audit) override;
  Result<void> add_sign_in(const access::SignInRecord& record, const AuditEntry& audit) override;
  Result<std::vector<access::SignInRecord>> sign_ins_of(const std::string& user, Instant now) override;
  Result<std::size_t> end_sign_ins(const access::SignInQuery& query, const AuditEntry& audit) override;
  Result<void> add_invitation(const access::InvitationRecord& record, const AuditEntry& audit) override;
  Result<std::vector<access::InvitationRecord>> invitations(const Handle& handle) override;
  Result<std::optional<access::InvitationRecord>> invitation(const std::string& hash) override;
  Result<void> remove_invitation(const Handle& handle, const std::string& id, const AuditEntry& audit) override;
  Result<void> accept_invitation(const access::InvitationRecord& record, const std::string& password_hash,
                                 const AuditEntry& audit) override;
  Result<access::TokenStanding> standing_of(const std::string& token_id, const std::string& user) override;
  Result<std::optional<std::string>> grant(const access::Grant& grant, const AuditEntry& audit) override;
  Result<void> revoke(const Handle& handle, const std::string& user, const AuditEntry& audit) override;
  Result<std::optional<access::Role>> role_of(const Handle& handle, const std::string& user) override;
  Result<std::vector<access::Grant>> grants_of(const std::string& user) override;
  Result<std::vector<access::Grant>> grants_on(const Handle& handle) override;
  Result<void> admit(const access::ProviderUser& user, const access::AuditOf& audit) override;
  Result<std::optional<std::string>> user_of_subject(const std::string& issuer, const std::string& subject) override;
  Result<std::vector<access::SigningKey>> signing_keys() override;
  Result<void> add_signing_key(const access::SigningKey& key, const AuditEntry& audit) override;
  Result<void> remove_signing_key(const std::string& kid, const AuditEntry& audit) override;
  Result<std::string> allowlist() override;
  Result<void> put_allowlist(const std::string& json, const AuditEntry& audit) override;
  Result<std::size_t> seal_again(const Again& again) override;
  Result<void> put_named_secret(const std::string& name, const std::string& sealed, const AuditEntry& audit) override;
  Result<std::string> named_secret(const std::string& name, const std::string& sealed_if_absent) override;
  Result<void> add_audit(const AuditEntry& audit) override;
  Result<access::AuditPage> audit(const access::AuditQuery& query, const std::optional<access::AuditPlace>& behind,
                                  std::size_t limit) override;
  Result<std::vector<AuditEntry>> audit_chain(const std::optional<Handle>& handle, std::uint64_t number,
                                              std::size_t limit) override;

 private:
  // One transaction of `body` and the audit entry, if any. A fault of `body` rolls back everything.
  Result<void> write(const AuditEntry* audit, const std::function<Result<void>(Connection&)>& body);
  // write() that also raises the control version, for changes of the handle that a server
  // keeps in memory.
  Result<void> change_handle(const Handle& handle, const AuditEntry& audit,
                             const std::function<Result<void>(Connection&)>& body);

  Readers& readers_;
  const ConnectionOptions options_;
  std::mutex mutex_;
  std::unique_ptr<Connection> connection_;  // guarded by mutex_
};

}  // namespace beckon::store::postgres
