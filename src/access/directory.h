// The port of the directory: handles, users, grants, keys, settings and the allowlist. Written by the command line and
// by the control plane; a change and its audit entry are one transaction. Other processes see it at their next read.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "access/audit_query.h"
#include "access/principal.h"
#include "access/provider_user.h"
#include "base/audit.h"
#include "base/result.h"

namespace beckon::access {

struct HandleRecord {
  Handle handle;
  std::string owner;  // e-mail of its one OWNER
  Instant created_at{};
  std::string settings;      // a JSON object, as PUT; "{}" if none was
  std::string origins = {};  // {"origins":[…]}, as PUT; empty if none was
};

struct SigningKey {
  std::string kid;
  std::string sealed_jwk;  // SecretBox, for signing_key_place()
  Instant created_at{};
};

// The associated data (SecretBox) of each secret sealed with the master key.
inline std::string signing_key_place(std::string_view kid) { return "signing-key/" + std::string(kid); }
inline std::string named_secret_place(std::string_view name) { return "secret/" + std::string(name); }
inline std::string identity_key_place(const Handle& handle, std::string_view id) {
  return handle.text + "/" + std::string(id);
}

// Proves who a handle's visitors are (commit/identity_keys.h).
struct IdentityKeyRecord {
  std::string id;             // idk_…
  std::string sealed_secret;  // SecretBox, for identity_key_place()
  Instant created_at{};
  Instant used_at{};  // when it last proved an id, to the hour; the epoch if never
};
inline constexpr std::size_t kIdentityKeys = 2;  // per handle: the current one, and the next or previous one

// An access token (access/pats.h).
struct PatRecord {
  std::string id;  // tok_…
  std::string name;
  Scopes scopes;
  std::string hash;           // of the token
  std::string previous_hash;  // of the token before the last rotation; empty if never rotated
  Instant previous_until{};   // until then that one is valid too
  std::string created_by;
  Instant created_at{};
  Instant expires_at{};  // the epoch if never
  Instant used_at{};     // last use, to the minute; the epoch if never
};
inline constexpr std::size_t kPatsOfHandle = 100;

struct UserRecord {
  std::string email;
  std::string password_hash;          // from hash_password(); empty if password sign-in is not possible
  std::int64_t password_version = 0;  // how often a password was set
  bool disabled = false;              // may not sign in
  Instant created_at{};               // the epoch if unknown
  Instant signed_in_at{};             // last sign-in; the epoch if never, or unknown
};

// What may have ended a token early.
struct TokenStanding {
  bool ended = false;                      // by its holder or an administrator
  bool disabled = false;                   // its user
  std::int64_t password_version = 0;       // of its user now; 0 if there is no such user
  std::optional<Instant> user_since = {};  // creation of that user; std::nullopt if there is none
};

// A sign-in of a user. Stored until it ends: by its holder, by others, or by time.
struct SignInRecord {
  std::string token;  // its `jti`, which is no secret
  std::string user;
  Instant at{}, until{};
  std::string way;      // "password", "link", "invitation", "oidc"
  std::string address;  // of the client
  std::string agent;    // its User-Agent, at most kLongestAgent bytes
  // With way "oidc": the provider's name, its subject, and its own name of the session.
  std::string provider = {}, subject = {}, provider_session = {};
};
inline constexpr std::size_t kSignInsOfUser = 1'000;  // beyond it, the oldest ends
inline constexpr std::size_t kLongestAgent = 256;

// Selects sign-ins; empty members match anything, but not all may be empty.
struct SignInQuery {
  std::string user = {}, token = {};
  std::string provider = {}, subject = {}, provider_session = {};
  std::string but = {};  // except this token
};

// Lets the holder of its secret become a collaborator, or set a password.
struct InvitationRecord {
  std::string id;    // inv_…
  std::string hash;  // of the secret
  Handle handle;     // empty for a password reset
  Role role = Role::kCreator;
  std::string user;
  std::string created_by;
  Instant created_at{}, expires_at{};
};
inline constexpr std::size_t kInvitationsOfHandle = 100;

// Thread-safe. Reads see the last commit.
class Directory {
 public:
  virtual ~Directory() = default;

  virtual Result<std::vector<HandleRecord>> handles() = 0;  // sorted by name
  virtual Result<std::optional<HandleRecord>> handle(const Handle& handle) = 0;
  // kConflict if it exists. Adds the owner as a user if needed.
  virtual Result<void> add_handle(const Handle& handle, const std::string& owner, const AuditEntry& audit) = 0;
  virtual Result<void> put_settings(const Handle& handle, const std::string& json, const AuditEntry& audit) = 0;

  virtual Result<void> put_origins(const Handle& handle, const std::string& json, const AuditEntry& audit) = 0;

  virtual Result<std::vector<IdentityKeyRecord>> identity_keys(const Handle& handle) = 0;  // oldest first
  // kConflict if the handle has kIdentityKeys.
  virtual Result<void> add_identity_key(const Handle& handle, const IdentityKeyRecord& key,
                                        const AuditEntry& audit) = 0;
  virtual Result<void> remove_identity_key(const Handle& handle, const std::string& id,
                                           const AuditEntry& audit) = 0;  // kNotFound if there is none
  // As for ended tokens, servers need not reread anything. No effect if the key no longer exists.
  virtual Result<void> identity_key_used(const Handle& handle, const std::string& id, Instant at) = 0;

  virtual Result<std::vector<PatRecord>> pats(const Handle& handle) = 0;  // oldest first
  // kConflict if the handle has kPatsOfHandle.
  virtual Result<void> add_pat(const Handle& handle, const PatRecord& pat, const AuditEntry& audit) = 0;
  // Replaces its hash; the previous one is valid until `previous_until`. kNotFound if there is none.
  virtual Result<void> rotate_pat(const Handle& handle, const std::string& id, const std::string& hash,
                                  Instant previous_until, const AuditEntry& audit) = 0;
  virtual Result<void> remove_pat(const Handle& handle, const std::string& id,
                                  const AuditEntry& audit) = 0;  // kNotFound if there is none
  // As identity_key_used().
  virtual Result<void> pat_used(const Handle& handle, const std::string& id, Instant at) = 0;

  virtual Result<void> add_user(const std::string& email, const AuditEntry& audit) = 0;  // kConflict if it exists
  virtual Result<bool> has_user(const std::string& email) = 0;
  virtual Result<std::vector<UserRecord>> users() = 0;  // sorted by e-mail
  // Disabling ends all sign-ins of the user, and the invitations they created. kNotFound for an unknown user.
  virtual Result<void> put_disabled(const std::string& email, bool disabled, const AuditEntry& audit) = 0;
  // Removes the user with their roles, sign-ins and invitations, including those they created. kNotFound; kConflict,
  // which names the handles, for an OWNER.
  virtual Result<void> remove_user(const std::string& email, const AuditEntry& audit) = 0;
  virtual Result<std::optional<UserRecord>> user(const std::string& email) = 0;
  // Increments the password version, which ends all earlier sign-ins and password-reset invitations of the user.
  // kNotFound for an unknown user.
  virtual Result<void> put_password(const std::string& email, const std::string& hash, const AuditEntry& audit) = 0;
  // Ends a token; stored until `until`, when it would have expired. Idempotent.
  virtual Result<void> end_token(const std::string& token_id, Instant until, const AuditEntry& audit) = 0;
  // kNotFound if the user does not exist or is disabled.
  virtual Result<void> add_sign_in(const SignInRecord& record, const AuditEntry& audit) = 0;
  // Those that have not ended by `now`, newest first; ties by token.
  virtual Result<std::vector<SignInRecord>> sign_ins_of(const std::string& user, Instant now) = 0;
  // Ends those tokens and returns their number. Writes nothing if there are none.
  virtual Result<std::size_t> end_sign_ins(const SignInQuery& query, const AuditEntry& audit) = 0;

  // Replaces an earlier one for the same user, on the same handle or to set a password. kNotFound if there is no user
  // to set a password for; kHandleNotFound; kConflict if the handle has kInvitationsOfHandle, or the user has a role.
  virtual Result<void> add_invitation(const InvitationRecord& record, const AuditEntry& audit) = 0;
  virtual Result<std::vector<InvitationRecord>> invitations(const Handle& handle) = 0;  // oldest first
  virtual Result<std::optional<InvitationRecord>> invitation(const std::string& hash) = 0;
  virtual Result<void> remove_invitation(const Handle& handle, const std::string& id,
                                         const AuditEntry& audit) = 0;  // kNotFound if there is none
  // Uses it up. Creates the user with that password if there is none, or sets the password if the invitation is for
  // that; then grants the role. kNotFound if the invitation is gone; kConflict as in grant(), or for a disabled user.
  virtual Result<void> accept_invitation(const InvitationRecord& record, const std::string& password_hash,
                                         const AuditEntry& audit) = 0;

  virtual Result<TokenStanding> standing_of(const std::string& token_id, const std::string& user) = 0;
  // Granting OWNER transfers ownership: the former owner becomes OPERATOR, and is returned. This call writes the
  // entry's detail, which names them. kNotFound for an unknown user or handle; kConflict for the 101st collaborator, or
  // for taking the OWNER's role away.
  virtual Result<std::optional<std::string>> grant(const Grant& grant, const AuditEntry& audit) = 0;
  // Takes the user's role away. kNotFound if they have none, or there is no such handle; kConflict for the OWNER.
  virtual Result<void> revoke(const Handle& handle, const std::string& user, const AuditEntry& audit) = 0;
  virtual Result<std::optional<Role>> role_of(const Handle& handle, const std::string& user) = 0;
  virtual Result<std::vector<Grant>> grants_of(const std::string& user) = 0;
  virtual Result<std::vector<Grant>> grants_on(const Handle& handle) = 0;  // including the OWNER's; sorted by user

  // A sign-in through a provider, in one transaction: creates the user if needed and allowed, links the subject
  // to the user, and makes the roles follow the groups (role_changes()); skips handles that do not exist or
  // have kMostCollaborators. Each change has an audit entry. kNotFound if there is no such user, and none is
  // created.
  virtual Result<void> admit(const ProviderUser& user, const AuditOf& audit) = 0;
  // The user who last signed in as this subject, if they still exist.
  virtual Result<std::optional<std::string>> user_of_subject(const std::string& issuer, const std::string& subject) = 0;

  virtual Result<std::vector<SigningKey>> signing_keys() = 0;                                // newest first
  virtual Result<void> add_signing_key(const SigningKey& key, const AuditEntry& audit) = 0;  // kConflict if it exists
  // kNotFound if there is none.
  virtual Result<void> remove_signing_key(const std::string& kid, const AuditEntry& audit) = 0;

  // The platform's allowlist, as JSON: {"handles":["*"],"egress":[…]}.
  virtual Result<std::string> allowlist() = 0;
  virtual Result<void> put_allowlist(const std::string& json, const AuditEntry& audit) = 0;

  // Replaces everything sealed with the master key: named secrets, signing keys, identity keys. `again` gets each with
  // the associated data it is sealed with, and returns its replacement, or std::nullopt to leave it. Returns how many
  // were replaced.
  using Again = std::function<std::optional<std::string>(const std::string& sealed, const std::string& place)>;
  virtual Result<std::size_t> seal_again(const Again& again) = 0;
  virtual Result<void> put_named_secret(const std::string& name, const std::string& sealed,
                                        const AuditEntry& audit) = 0;

  // A secret of the server by name ("hash-key", "decision-key"), sealed; stores `sealed_if_absent` if there is none.
  virtual Result<std::string> named_secret(const std::string& name, const std::string& sealed_if_absent) = 0;

  // Does not change anything that servers keep in memory, so the control version stays; likewise for ended tokens.
  virtual Result<void> add_audit(const AuditEntry& audit) = 0;
  // Newest first, at most `limit`, strictly older than `behind` if given. `query` has a handle.
  virtual Result<AuditPage> audit(const AuditQuery& query, const std::optional<AuditPlace>& behind,
                                  std::size_t limit) = 0;
  // The chain after entry `number` (0: from its beginning), in order, at most `limit`. Excludes entries from before the
  // chain existed.
  virtual Result<std::vector<AuditEntry>> audit_chain(const std::optional<Handle>& handle, std::uint64_t number,
                                                      std::size_t limit) = 0;
};

}  // namespace beckon::access
