#include "store/postgres/postgres_directory.h"

#include <limits>

#include "access/granting.h"
#include "access/pats.h"
#include "base/check.h"
#include "store/postgres/batch_rows.h"
#include "store/postgres/faults.h"
#include "store/postgres/roles.h"
#include "store/rows.h"

namespace beckon::store::postgres {
namespace {

using access::HandleRecord;

void raise_control_version(Connection& connection) {
  connection.run("UPDATE meta SET value = value + 1 WHERE name = 'control_version'");
}

}  // namespace

// Writers of all processes take turns, so that what `body` reads is still true when it writes.
Result<void> PostgresDirectory::write(const AuditEntry* audit, const std::function<Result<void>(Connection&)>& body) {
  const std::lock_guard lock(mutex_);
  return guarded([&]() -> Result<void> {
    for (bool again = true;; again = false) {
      bool asked = false;
      try {
        const bool is_former = connection_ && connection_->is_usable();
        if (!is_former) connection_ = std::make_unique<Connection>(options_);
        again = again && is_former;
        Transaction transaction(*connection_, Transaction::Kind::kWrite);
        connection_->run("SELECT 1 FROM meta WHERE name = 'audit_events' FOR UPDATE");
        if (auto done = body(*connection_); !done) return done;
        if (audit) write_audit(*connection_, *audit);
        asked = true;
        transaction.commit();
        return {};
      } catch (const PostgresError& error) {
        if (asked && error.is_lost())
          return unexpected(
              unavailable("The database did not answer whether the change was stored; look before trying again."));
        if (!error.is_lost() || !again) throw;  // else the server had closed the connection before: once more
      }
    }
  });
}

Result<void> PostgresDirectory::change_handle(const Handle& handle, const AuditEntry& audit,
                                              const std::function<Result<void>(Connection&)>& body) {
  return write(&audit, [&](Connection& connection) -> Result<void> {
    if (auto done = body(connection); !done) return done;
    raise_control_version(connection);
    connection.run(
        "UPDATE handle SET changed = (SELECT value FROM meta WHERE name = 'control_version') WHERE handle = $1",
        handle);
    return {};
  });
}

Result<std::vector<HandleRecord>> PostgresDirectory::handles() {
  return readers_.read([&](Connection& connection) -> Result<std::vector<HandleRecord>> {
    auto row = connection.query("SELECT " BECKON_HANDLE_COLUMNS "FROM handle ORDER BY handle");
    std::vector<HandleRecord> found;
    while (row.next()) found.push_back(handle_from(row));
    return found;
  });
}

Result<std::optional<HandleRecord>> PostgresDirectory::handle(const Handle& handle) {
  return readers_.read([&](Connection& connection) -> Result<std::optional<HandleRecord>> {
    auto row = connection.query("SELECT " BECKON_HANDLE_COLUMNS "FROM handle WHERE handle = $1", handle);
    if (!row.next()) return std::nullopt;
    return handle_from(row);
  });
}

Result<void> PostgresDirectory::add_handle(const Handle& handle, const std::string& owner, const AuditEntry& audit) {
  return change_handle(handle, audit, [&](Connection& connection) -> Result<void> {
    connection.run(
        "INSERT INTO handle (handle, shard, owner, created_at, settings) VALUES ($1, $2, $3, $4, '{}') "
        "ON CONFLICT DO NOTHING",
        handle, first_shard(handle), owner, audit.at);
    if (connection.changes() == 0)
      return unexpected(Fault{.code = FaultCode::kConflict,
                              .message = "The handle " + handle.text + " already exists; choose another name."});
    add_user_row(connection, owner, audit.at);
    put_role(connection, {handle, owner, access::Role::kOwner});
    return {};
  });
}

Result<void> PostgresDirectory::put_settings(const Handle& handle, const std::string& json, const AuditEntry& audit) {
  return change_handle(handle, audit, [&](Connection& connection) -> Result<void> {
    connection.run("UPDATE handle SET settings = $2 WHERE handle = $1", handle, json);
    if (connection.changes() == 0) return unexpected(handle_not_found());
    return {};
  });
}

Result<void> PostgresDirectory::put_origins(const Handle& handle, const std::string& json, const AuditEntry& audit) {
  return change_handle(handle, audit, [&](Connection& connection) -> Result<void> {
    connection.run("UPDATE handle SET origins = $2 WHERE handle = $1", handle, json);
    if (connection.changes() == 0) return unexpected(handle_not_found());
    return {};
  });
}

Result<std::vector<access::IdentityKeyRecord>> PostgresDirectory::identity_keys(const Handle& handle) {
  return readers_.read([&](Connection& connection) -> Result<std::vector<access::IdentityKeyRecord>> {
    auto row = connection.query(
        "SELECT id, sealed_secret, created_at, used_at FROM identity_key WHERE handle = $1 ORDER BY created_at, id",
        handle);
    std::vector<access::IdentityKeyRecord> found;
    while (row.next())
      found.push_back({.id = std::string(row.text(0)),
                       .sealed_secret = std::string(row.text(1)),
                       .created_at = row.instant(2),
                       .used_at = row.instant(3)});
    return found;
  });
}

Result<void> PostgresDirectory::add_identity_key(const Handle& handle, const access::IdentityKeyRecord& key,
                                                 const AuditEntry& audit) {
  return change_handle(handle, audit, [&](Connection& connection) -> Result<void> {
    if (!connection.query("SELECT 1 FROM handle WHERE handle = $1", handle).next())
      return unexpected(handle_not_found());
    auto count = connection.query("SELECT count(*) FROM identity_key WHERE handle = $1", handle);
    count.next();
    if (count.integer(0) >= static_cast<std::int64_t>(access::kIdentityKeys))
      return unexpected(access::too_many_identity_keys());
    connection.run(
        "INSERT INTO identity_key (handle, id, sealed_secret, created_at, used_at) VALUES ($1, $2, $3, $4, $5)", handle,
        key.id, Blob{key.sealed_secret}, key.created_at, key.used_at);
    return {};
  });
}

Result<void> PostgresDirectory::remove_identity_key(const Handle& handle, const std::string& id,
                                                    const AuditEntry& audit) {
  return change_handle(handle, audit, [&](Connection& connection) -> Result<void> {
    connection.run("DELETE FROM identity_key WHERE handle = $1 AND id = $2", handle, id);
    if (connection.changes() == 0) return unexpected(not_found("identity key"));
    return {};
  });
}

Result<void> PostgresDirectory::identity_key_used(const Handle& handle, const std::string& id, Instant at) {
  return write(nullptr, [&](Connection& connection) -> Result<void> {
    connection.run("UPDATE identity_key SET used_at = greatest(used_at, $3) WHERE handle = $1 AND id = $2", handle, id,
                   at);
    return {};
  });
}

Result<std::vector<access::PatRecord>> PostgresDirectory::pats(const Handle& handle) {
  return readers_.read([&](Connection& connection) -> Result<std::vector<access::PatRecord>> {
    auto row = connection.query(
        "SELECT " BECKON_PAT_COLUMNS "FROM access_token WHERE handle = $1 ORDER BY created_at, id", handle);
    std::vector<access::PatRecord> found;
    while (row.next()) found.push_back(pat_from(row));
    return found;
  });
}

Result<void> PostgresDirectory::add_pat(const Handle& handle, const access::PatRecord& pat, const AuditEntry& audit) {
  return change_handle(handle, audit, [&](Connection& connection) -> Result<void> {
    if (!connection.query("SELECT 1 FROM handle WHERE handle = $1", handle).next())
      return unexpected(handle_not_found());
    auto count = connection.query("SELECT count(*) FROM access_token WHERE handle = $1", handle);
    count.next();
    if (count.integer(0) >= static_cast<std::int64_t>(access::kPatsOfHandle))
      return unexpected(access::too_many_pats());
    const std::string scopes = access::to_text(pat.scopes);
    connection.run(
        "INSERT INTO access_token (handle, id, name, scopes, hash, previous_hash, previous_until, created_by, "
        "created_at, expires_at, used_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        handle, pat.id, Blob{pat.name}, scopes, Blob{pat.hash}, Blob{pat.previous_hash}, pat.previous_until,
        pat.created_by, pat.created_at, pat.expires_at, pat.used_at);
    return {};
  });
}

Result<void> PostgresDirectory::rotate_pat(const Handle& handle, const std::string& id, const std::string& hash,
                                           Instant previous_until, const AuditEntry& audit) {
  return change_handle(handle, audit, [&](Connection& connection) -> Result<void> {
    connection.run(
        "UPDATE access_token SET previous_hash = hash, hash = $3, previous_until = $4 WHERE handle = $1 AND id = $2",
        handle, id, Blob{hash}, previous_until);
    if (connection.changes() == 0) return unexpected(not_found("access token"));
    return {};
  });
}

Result<void> PostgresDirectory::remove_pat(const Handle& handle, const std::string& id, const AuditEntry& audit) {
  return change_handle(handle, audit, [&](Connection& connection) -> Result<void> {
    connection.run("DELETE FROM access_token WHERE handle = $1 AND id = $2", handle, id);
    if (connection.changes() == 0) return unexpected(not_found("access token"));
    return {};
  });
}

Result<void> PostgresDirectory::pat_used(const Handle& handle, const std::string& id, Instant at) {
  return write(nullptr, [&](Connection& connection) -> Result<void> {
    connection.run("UPDATE access_token SET used_at = greatest(used_at, $3) WHERE handle = $1 AND id = $2", handle, id,
                   at);
    return {};
  });
}

Result<std::optional<std::string>> PostgresDirectory::grant(const access::Grant& grant, const AuditEntry& audit) {
  std::optional<std::string> former;
  AuditEntry entry = audit;
  const auto done = write(&entry, [&](Connection& connection) -> Result<void> {
    const auto now = standings_of(connection, grant.handle, grant.user);
    if (!now) return unexpected(now.error());
    former = access::demoted(grant, *now);
    entry.detail = access::detail_of(grant, *now);
    entry.before = access::before_of(*now);
    return give_role(connection, grant, *now);
  });
  if (!done) return unexpected(done.error());
  return former;
}

Result<void> PostgresDirectory::revoke(const Handle& handle, const std::string& user, const AuditEntry& audit) {
  AuditEntry entry = audit;
  return write(&entry, [&](Connection& connection) -> Result<void> {
    const auto now = standings_of(connection, handle, user);
    if (!now) return unexpected(now.error());
    if (auto fault = access::judge_revocation(user, *now)) return unexpected(*std::move(fault));
    entry.before = access::before_of(*now);
    take_role(connection, handle, user);
    return {};
  });
}

Result<std::optional<access::Role>> PostgresDirectory::role_of(const Handle& handle, const std::string& user) {
  return readers_.read(
      [&](Connection& connection) -> Result<std::optional<access::Role>> { return role_in(connection, handle, user); });
}

Result<std::vector<access::Grant>> PostgresDirectory::grants_of(const std::string& user) {
  return readers_.read([&](Connection& connection) -> Result<std::vector<access::Grant>> {
    auto row = connection.query("SELECT handle, role FROM role WHERE email = $1 ORDER BY handle", user);
    std::vector<access::Grant> found;
    while (row.next()) found.push_back({Handle(row.text(0)), user, static_cast<access::Role>(row.integer(1))});
    return found;
  });
}

Result<std::vector<access::Grant>> PostgresDirectory::grants_on(const Handle& handle) {
  return readers_.read([&](Connection& connection) -> Result<std::vector<access::Grant>> {
    auto row = connection.query("SELECT email, role FROM role WHERE handle = $1 ORDER BY email", handle);
    std::vector<access::Grant> found;
    while (row.next()) found.push_back({handle, std::string(row.text(0)), static_cast<access::Role>(row.integer(1))});
    return found;
  });
}

Result<void> PostgresDirectory::admit(const access::ProviderUser& user, const access::AuditOf& audit) {
  return write(nullptr, [&](Connection& connection) -> Result<void> {
    access::ProviderUser known = user;
    std::erase_if(known.roles, [&](const access::Grant& grant) { return !handle_exists(connection, grant.handle); });
    if (!user_exists(connection, user.email)) {
      if (!access::may_be_made(known)) return unexpected(not_found("user"));
      const AuditEntry entry = audit({}, "user.add", user.email, access::made_by(user.provider), {});
      add_user_row(connection, user.email, entry.at);
      write_audit(connection, entry);
    }
    link_subject(connection, user);
    for (const access::RoleChange& change : access::role_changes(known, held_roles(connection, user.email))) {
      if (!follow_groups(connection, user, change)) continue;
      write_audit(connection, audit(change.handle, change.after ? "grant.put" : "grant.delete", user.email,
                                    change.after ? access::role_detail(change.after, user.provider) : "{}",
                                    access::role_detail(change.before, user.provider)));
    }
    return {};
  });
}

Result<std::optional<std::string>> PostgresDirectory::user_of_subject(const std::string& issuer,
                                                                      const std::string& subject) {
  return readers_.read([&](Connection& connection) -> Result<std::optional<std::string>> {
    auto row = connection.query(
        "SELECT email FROM provider_subject JOIN account USING (email) WHERE issuer = $1 AND subject = $2", issuer,
        subject);
    if (!row.next()) return std::nullopt;
    return std::string(row.text(0));
  });
}

Result<std::vector<access::SigningKey>> PostgresDirectory::signing_keys() {
  return readers_.read([&](Connection& connection) -> Result<std::vector<access::SigningKey>> {
    auto row = connection.query(
        "SELECT kid, sealed_jwk, created_at FROM signing_key "
        "ORDER BY created_at DESC, kid DESC");
    std::vector<access::SigningKey> found;
    while (row.next()) found.push_back({std::string(row.text(0)), std::string(row.text(1)), row.instant(2)});
    return found;
  });
}

Result<void> PostgresDirectory::add_signing_key(const access::SigningKey& key, const AuditEntry& audit) {
  return write(&audit, [&](Connection& connection) -> Result<void> {
    connection.run("INSERT INTO signing_key (kid, sealed_jwk, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                   key.kid, Blob{key.sealed_jwk}, key.created_at);
    if (connection.changes() == 0)
      return unexpected(Fault{.code = FaultCode::kConflict, .message = "A signing key with this kid already exists."});
    raise_control_version(connection);
    return {};
  });
}

Result<void> PostgresDirectory::remove_signing_key(const std::string& kid, const AuditEntry& audit) {
  return write(&audit, [&](Connection& connection) -> Result<void> {
    connection.run("DELETE FROM signing_key WHERE kid = $1", kid);
    if (connection.changes() == 0) return unexpected(not_found("signing key"));
    raise_control_version(connection);
    return {};
  });
}

Result<std::string> PostgresDirectory::allowlist() {
  return readers_.read([&](Connection& connection) -> Result<std::string> {
    auto row = connection.query("SELECT json FROM allowlist WHERE one = 1");
    return row.next() ? std::string(row.text(0)) : std::string(access::kFirstAllowlist);
  });
}

Result<void> PostgresDirectory::put_allowlist(const std::string& json, const AuditEntry& audit) {
  return write(&audit, [&](Connection& connection) -> Result<void> {
    connection.run(
        "INSERT INTO allowlist (one, json) VALUES (1, $1) "
        "ON CONFLICT (one) DO UPDATE SET json = excluded.json",
        json);
    raise_control_version(connection);
    connection.run(
        "INSERT INTO meta (name, value) SELECT 'allowlist_changed', value FROM meta WHERE name = 'control_version' "
        "ON CONFLICT (name) DO UPDATE SET value = excluded.value");
    return {};
  });
}

Result<std::string> PostgresDirectory::named_secret(const std::string& name, const std::string& sealed_if_absent) {
  std::string secret;
  const auto done = write(nullptr, [&](Connection& connection) -> Result<void> {
    connection.run("INSERT INTO secret (name, sealed) VALUES ($1, $2) ON CONFLICT DO NOTHING", name,
                   Blob{sealed_if_absent});
    auto row = connection.query("SELECT sealed FROM secret WHERE name = $1", name);
    row.next();
    secret = row.text(0);  // ours, or that of a process that was faster
    return {};
  });
  if (!done) return unexpected(done.error());
  return secret;
}

Result<std::size_t> PostgresDirectory::seal_again(const Again& again) {
  std::size_t replaced = 0;
  const auto done = write(nullptr, [&](Connection& connection) -> Result<void> {
    replaced = 0;
    struct Sealed {
      std::string handle, name, bytes;
    };
    // `select` returns these three columns; `update` takes the new bytes, the name and the handle.
    const auto renew = [&](const char* select, const char* update, const auto& place_of) {
      std::vector<Sealed> rows;
      {
        auto row = connection.query(select);
        while (row.next())
          rows.push_back({std::string(row.text(0)), std::string(row.text(1)), std::string(row.text(2))});
      }
      for (const Sealed& row : rows)
        if (const auto fresh = again(row.bytes, place_of(row))) {
          connection.run(update, Blob{*fresh}, row.name, row.handle);
          ++replaced;
        }
    };
    renew("SELECT '', name, sealed FROM secret", "UPDATE secret SET sealed = $1 WHERE name = $2 AND $3 = ''",
          [](const Sealed& row) { return access::named_secret_place(row.name); });
    renew("SELECT '', kid, sealed_jwk FROM signing_key",
          "UPDATE signing_key SET sealed_jwk = $1 WHERE kid = $2 AND $3 = ''",
          [](const Sealed& row) { return access::signing_key_place(row.name); });
    renew("SELECT handle, id, sealed_secret FROM identity_key",
          "UPDATE identity_key SET sealed_secret = $1 WHERE id = $2 AND handle = $3",
          [](const Sealed& row) { return access::identity_key_place(Handle(row.handle), row.name); });
    return {};
  });
  if (!done) return unexpected(done.error());
  return replaced;
}

Result<void> PostgresDirectory::put_named_secret(const std::string& name, const std::string& sealed,
                                                 const AuditEntry& audit) {
  return write(&audit, [&](Connection& connection) -> Result<void> {
    connection.run("INSERT INTO secret (name, sealed) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET sealed = $2",
                   name, Blob{sealed});
    return {};
  });
}

Result<void> PostgresDirectory::add_audit(const AuditEntry& audit) {
  return write(&audit, [](Connection&) -> Result<void> { return {}; });
}

Result<access::AuditPage> PostgresDirectory::audit(const access::AuditQuery& query,
                                                   const std::optional<access::AuditPlace>& behind, std::size_t limit) {
  CHECK(query.handle);
  return readers_.read([&](Connection& connection) -> Result<access::AuditPage> {
    const std::int64_t at = behind ? to_ms(behind->first) : std::numeric_limits<std::int64_t>::max();
    const std::string_view id = behind ? behind->second.view() : std::string_view{};
    auto row = connection.query("SELECT " BECKON_AUDIT_COLUMNS
                                "FROM audit WHERE handle = $1 AND (at, id) < ($2, $3) ORDER BY at DESC, id DESC "
                                "LIMIT $4",
                                *query.handle, at, id, access::AuditPage::kMostRead + 1);
    access::AuditPage page;
    for (std::size_t read = 0; row.next(); ++read) {
      if (read == access::AuditPage::kMostRead || page.entries.size() == limit) return page;
      AuditEntry entry = audit_from(row);
      page.more_behind = access::AuditPlace{entry.at, entry.id};
      if (access::matches(query, entry)) page.entries.push_back(std::move(entry));
    }
    page.more_behind.reset();
    return page;
  });
}

Result<std::vector<AuditEntry>> PostgresDirectory::audit_chain(const std::optional<Handle>& handle,
                                                               std::uint64_t number, std::size_t limit) {
  return readers_.read([&](Connection& connection) -> Result<std::vector<AuditEntry>> {
    auto row = handle ? connection.query("SELECT " BECKON_AUDIT_COLUMNS
                                         "FROM audit WHERE number > $1 AND handle = $2 ORDER BY number LIMIT $3",
                                         number, *handle, limit)
                      : connection.query("SELECT " BECKON_AUDIT_COLUMNS
                                         "FROM audit WHERE number > $1 AND number > 0 ORDER BY number LIMIT $2",
                                         number, limit);
    std::vector<AuditEntry> found;
    while (row.next()) found.push_back(audit_from(row));
    return found;
  });
}

}  // namespace beckon::store::postgres
