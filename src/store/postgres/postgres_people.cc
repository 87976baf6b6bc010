// The part of the directory for people: users, sign-ins, invitations.
#include "access/granting.h"
#include "access/jwt.h"
#include "base/check.h"
#include "store/postgres/batch_rows.h"
#include "store/postgres/faults.h"
#include "store/postgres/postgres_directory.h"
#include "store/postgres/roles.h"
#include "store/rows.h"

namespace beckon::store::postgres {
namespace {

using access::InvitationRecord;
using access::SignInRecord;
using access::UserRecord;

#define BECKON_PG_INVITATION_COLUMNS "id, hash, handle, role, email, created_by, created_at, expires_at "

// A condition on all columns of a filter; empty values match anything.
#define BECKON_PG_SIGN_INS_ASKED_FOR                                                                                  \
  "WHERE ($1 = '' OR email = $1) AND ($2 = '' OR token = $2) AND ($3 = '' OR provider = $3) AND ($4 = '' OR subject " \
  "= $4) AND ($5 = '' OR provider_session = $5) AND token <> $6 "

// Revokes their tokens until they would have expired, including the leeway.
std::size_t end_them(Connection& connection, const access::SignInQuery& q) {
  connection.run(
      "INSERT INTO ended_token (token, until) SELECT token, until + $7 FROM sign_in " BECKON_PG_SIGN_INS_ASKED_FOR
      "ON CONFLICT DO NOTHING",
      q.user, q.token, q.provider, q.subject, q.provider_session, q.but,
      std::chrono::duration_cast<Duration>(access::kLeeway).count());
  connection.run("DELETE FROM sign_in " BECKON_PG_SIGN_INS_ASKED_FOR, q.user, q.token, q.provider, q.subject,
                 q.provider_session, q.but);
  return static_cast<std::size_t>(connection.changes());
}

void set_password(Connection& connection, const std::string& email, const std::string& hash) {
  connection.run("UPDATE account SET password_hash = $2, password_version = password_version + 1 WHERE email = $1",
                 email, hash);
}

// Ends what a new password ends, apart from tokens, which contain the password's version.
void end_with_password(Connection& connection, const std::string& email) {
  connection.run("DELETE FROM sign_in WHERE email = $1", email);
  connection.run("DELETE FROM invitation WHERE handle = '' AND email = $1", email);
}

std::optional<UserRecord> user_in(Connection& connection, const std::string& email) {
  auto row = connection.query("SELECT " BECKON_USER_COLUMNS "FROM account WHERE email = $1", email);
  if (!row.next()) return std::nullopt;
  return user_from(row);
}

}  // namespace

Result<void> PostgresDirectory::add_user(const std::string& email, const AuditEntry& audit) {
  return write(&audit, [&](Connection& connection) -> Result<void> {
    if (add_user_row(connection, email, audit.at)) return {};
    return unexpected(Fault{.code = FaultCode::kConflict, .message = "The user " + email + " already exists."});
  });
}

Result<bool> PostgresDirectory::has_user(const std::string& email) {
  return readers_.read([&](Connection& connection) -> Result<bool> { return user_exists(connection, email); });
}

Result<std::optional<UserRecord>> PostgresDirectory::user(const std::string& email) {
  return readers_.read(
      [&](Connection& connection) -> Result<std::optional<UserRecord>> { return user_in(connection, email); });
}

Result<std::vector<UserRecord>> PostgresDirectory::users() {
  return readers_.read([&](Connection& connection) -> Result<std::vector<UserRecord>> {
    auto row = connection.query("SELECT " BECKON_USER_COLUMNS "FROM account ORDER BY email");
    std::vector<UserRecord> found;
    while (row.next()) found.push_back(user_from(row));
    return found;
  });
}

Result<void> PostgresDirectory::put_disabled(const std::string& email, bool disabled, const AuditEntry& audit) {
  return write(&audit, [&](Connection& connection) -> Result<void> {
    connection.run("UPDATE account SET disabled = $2 WHERE email = $1", email, disabled);
    if (connection.changes() == 0) return unexpected(not_found("user"));
    if (!disabled) return {};
    end_them(connection, {.user = email});
    connection.run("DELETE FROM invitation WHERE created_by = $1", email);
    return {};
  });
}

Result<void> PostgresDirectory::remove_user(const std::string& email, const AuditEntry& audit) {
  return write(&audit, [&](Connection& connection) -> Result<void> {
    std::vector<Handle> owned;
    {
      auto row = connection.query("SELECT handle FROM handle WHERE owner = $1 ORDER BY handle", email);
      while (row.next()) owned.emplace_back(row.text(0));
    }
    if (!owned.empty()) return unexpected(access::owns_handles(email, owned));
    connection.run("DELETE FROM account WHERE email = $1", email);
    if (connection.changes() == 0) return unexpected(not_found("user"));
    connection.run("DELETE FROM role WHERE email = $1", email);
    connection.run("DELETE FROM invitation WHERE email = $1 OR created_by = $1", email);
    connection.run("DELETE FROM provider_subject WHERE email = $1", email);
    end_them(connection, {.user = email});
    return {};
  });
}

Result<void> PostgresDirectory::put_password(const std::string& email, const std::string& hash,
                                             const AuditEntry& audit) {
  return write(&audit, [&](Connection& connection) -> Result<void> {
    set_password(connection, email, hash);
    if (connection.changes() == 0) return unexpected(not_found("user"));
    end_with_password(connection, email);
    return {};
  });
}

Result<void> PostgresDirectory::end_token(const std::string& token_id, Instant until, const AuditEntry& audit) {
  return write(&audit, [&](Connection& connection) -> Result<void> {
    connection.run("DELETE FROM ended_token WHERE until <= $1", audit.at);
    connection.run("INSERT INTO ended_token (token, until) VALUES ($1, $2) ON CONFLICT DO NOTHING", token_id, until);
    connection.run("DELETE FROM sign_in WHERE token = $1", token_id);
    return {};
  });
}

Result<void> PostgresDirectory::add_sign_in(const SignInRecord& record, const AuditEntry& audit) {
  return write(&audit, [&](Connection& connection) -> Result<void> {
    connection.run("UPDATE account SET signed_in_at = greatest(signed_in_at, $2) WHERE email = $1 AND NOT disabled",
                   record.user, record.at);
    if (connection.changes() == 0) return unexpected(not_found("user"));
    connection.run("DELETE FROM sign_in WHERE until <= $1", record.at);
    connection.run("DELETE FROM ended_token WHERE until <= $1", record.at);
    std::string oldest;
    {
      auto row = connection.query(
          "SELECT token FROM sign_in WHERE email = $1 ORDER BY at DESC, token DESC LIMIT 1 "
          "OFFSET $2",
          record.user, access::kSignInsOfUser - 1);
      if (row.next()) oldest = row.text(0);
    }
    if (!oldest.empty()) end_them(connection, {.token = oldest});
    connection.run(
        "INSERT INTO sign_in (token, email, at, until, way, address, agent, provider, subject, provider_session) "
        "VALUES "
        "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        record.token, record.user, record.at, record.until, record.way, record.address, Blob{record.agent},
        record.provider, record.subject, record.provider_session);
    return {};
  });
}

Result<std::vector<SignInRecord>> PostgresDirectory::sign_ins_of(const std::string& user, Instant now) {
  return readers_.read([&](Connection& connection) -> Result<std::vector<SignInRecord>> {
    auto row = connection.query(
        "SELECT token, email, at, until, way, address, agent, provider, subject, provider_session FROM sign_in "
        "WHERE email = $1 AND until > $2 ORDER BY at DESC, token",
        user, now);
    std::vector<SignInRecord> found;
    while (row.next()) found.push_back(sign_in_from(row));
    return found;
  });
}

Result<std::size_t> PostgresDirectory::end_sign_ins(const access::SignInQuery& query, const AuditEntry& audit) {
  CHECK(!(query.user + query.token + query.provider + query.subject + query.provider_session).empty());
  std::size_t ended = 0;
  const auto done = write(nullptr, [&](Connection& connection) -> Result<void> {
    connection.run("DELETE FROM sign_in WHERE until <= $1", audit.at);
    ended = end_them(connection, query);
    if (ended > 0) write_audit(connection, audit);
    return {};
  });
  if (!done) return unexpected(done.error());
  return ended;
}

Result<access::TokenStanding> PostgresDirectory::standing_of(const std::string& token_id, const std::string& user) {
  return readers_.read([&](Connection& connection) -> Result<access::TokenStanding> {
    access::TokenStanding standing;
    standing.ended = connection.query("SELECT 1 FROM ended_token WHERE token = $1", token_id).next();
    auto row = connection.query("SELECT password_version, disabled, created_at FROM account WHERE email = $1", user);
    if (row.next()) {
      standing.password_version = row.integer(0);
      standing.disabled = row.integer(1) != 0;
      standing.user_since = row.instant(2);
    }
    return standing;
  });
}

Result<void> PostgresDirectory::add_invitation(const InvitationRecord& record, const AuditEntry& audit) {
  return write(&audit, [&](Connection& connection) -> Result<void> {
    connection.run("DELETE FROM invitation WHERE expires_at <= $1 OR (handle = $2 AND email = $3)", audit.at,
                   record.handle, record.user);
    if (record.handle.empty()) {
      if (!user_exists(connection, record.user)) return unexpected(not_found("user"));
    } else {
      if (!connection.query("SELECT 1 FROM handle WHERE handle = $1", record.handle).next())
        return unexpected(handle_not_found());
      if (const auto role = role_in(connection, record.handle, record.user))
        return unexpected(access::has_a_role(record.user, *role));
      auto count = connection.query("SELECT count(*) FROM invitation WHERE handle = $1", record.handle);
      count.next();
      if (count.whole(0) >= access::kInvitationsOfHandle) return unexpected(access::too_many_invitations());
    }
    connection.run(
        "INSERT INTO invitation (id, hash, handle, role, email, created_by, created_at, expires_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        record.id, Blob{record.hash}, record.handle, record.role, record.user, record.created_by, record.created_at,
        record.expires_at);
    return {};
  });
}

Result<std::vector<InvitationRecord>> PostgresDirectory::invitations(const Handle& handle) {
  return readers_.read([&](Connection& connection) -> Result<std::vector<InvitationRecord>> {
    auto row = connection.query(
        "SELECT " BECKON_PG_INVITATION_COLUMNS "FROM invitation WHERE handle = $1 ORDER BY created_at, id", handle);
    std::vector<InvitationRecord> found;
    while (row.next()) found.push_back(invitation_from(row));
    return found;
  });
}

Result<std::optional<InvitationRecord>> PostgresDirectory::invitation(const std::string& hash) {
  return readers_.read([&](Connection& connection) -> Result<std::optional<InvitationRecord>> {
    auto row = connection.query("SELECT " BECKON_PG_INVITATION_COLUMNS "FROM invitation WHERE hash = $1", Blob{hash});
    if (!row.next()) return std::nullopt;
    return invitation_from(row);
  });
}

Result<void> PostgresDirectory::remove_invitation(const Handle& handle, const std::string& id,
                                                  const AuditEntry& audit) {
  return write(&audit, [&](Connection& connection) -> Result<void> {
    connection.run("DELETE FROM invitation WHERE handle = $1 AND id = $2", handle, id);
    if (connection.changes() == 0) return unexpected(not_found("invitation"));
    return {};
  });
}

Result<void> PostgresDirectory::accept_invitation(const InvitationRecord& record, const std::string& password_hash,
                                                  const AuditEntry& audit) {
  AuditEntry entry = audit;
  return write(&entry, [&](Connection& connection) -> Result<void> {
    connection.run("DELETE FROM invitation WHERE id = $1", record.id);
    if (connection.changes() == 0) return unexpected(not_found("invitation"));
    const auto user = user_in(connection, record.user);
    if (user && user->disabled) return unexpected(access::is_disabled(record.user));
    const bool is_reset = record.handle.empty();
    if (is_reset && !user) return unexpected(not_found("user"));
    if (!user) add_user_row(connection, record.user, audit.at);
    if (!user || is_reset) {
      set_password(connection, record.user, password_hash);
      end_with_password(connection, record.user);
    }
    if (is_reset) return {};
    const auto now = standings_of(connection, record.handle, record.user);
    if (!now) return unexpected(now.error());
    const access::Grant grant{.handle = record.handle, .user = record.user, .role = record.role};
    entry.detail = access::detail_of(grant, *now);
    entry.before = access::before_of(*now);
    return give_role(connection, grant, *now);
  });
}

}  // namespace beckon::store::postgres
