#include "store/postgres/roles.h"

namespace beckon::store::postgres {
namespace {

using access::Role;

std::optional<std::string> owner_of(Connection& connection, const Handle& handle) {
  auto row = connection.query("SELECT owner FROM handle WHERE handle = $1", handle);
  if (!row.next()) return std::nullopt;
  return std::string(row.text(0));
}

std::size_t collaborators_of(Connection& connection, const Handle& handle) {
  auto row = connection.query("SELECT count(*) FROM role WHERE handle = $1 AND role <> $2", handle, Role::kOwner);
  row.next();
  return row.whole(0);
}

}  // namespace

void end_invitations_by(Connection& connection, const Handle& handle, const std::string& user) {
  connection.run("DELETE FROM invitation WHERE handle = $1 AND created_by = $2", handle, user);
}

bool add_user_row(Connection& connection, const std::string& email, Instant at) {
  connection.run("INSERT INTO account (email, created_at) VALUES ($1, $2) ON CONFLICT DO NOTHING", email, at);
  return connection.changes() > 0;
}

bool user_exists(Connection& connection, const std::string& email) {
  return connection.query("SELECT 1 FROM account WHERE email = $1", email).next();
}

std::optional<Role> role_in(Connection& connection, const Handle& handle, const std::string& user) {
  auto row = connection.query("SELECT role FROM role WHERE handle = $1 AND email = $2", handle, user);
  if (!row.next()) return std::nullopt;
  return static_cast<Role>(row.integer(0));
}

void put_role(Connection& connection, const access::Grant& grant, const std::string& provider) {
  connection.run(
      "INSERT INTO role (handle, email, role, provider) VALUES ($1, $2, $3, $4) "
      "ON CONFLICT (handle, email) DO UPDATE SET role = excluded.role, provider = excluded.provider",
      grant.handle, grant.user, grant.role, provider);
}

Result<access::Standings> standings_of(Connection& connection, const Handle& handle, const std::string& user) {
  auto owner = owner_of(connection, handle);
  if (!owner) return unexpected(handle_not_found());
  return access::Standings{.owner = *std::move(owner),
                           .role = role_in(connection, handle, user),
                           .collaborators = collaborators_of(connection, handle)};
}

Result<void> give_role(Connection& connection, const access::Grant& grant, const access::Standings& now) {
  auto user = connection.query("SELECT disabled FROM account WHERE email = $1", grant.user);
  if (!user.next()) return unexpected(not_found("user"));
  if (grant.role == Role::kOwner && user.integer(0) != 0) return unexpected(access::is_disabled(grant.user));
  if (auto fault = access::judge_grant(grant, now)) return unexpected(*std::move(fault));
  if (const auto former = access::demoted(grant, now)) {
    put_role(connection, {grant.handle, *former, Role::kOperator});
    connection.run("UPDATE handle SET owner = $2 WHERE handle = $1", grant.handle, grant.user);
    end_invitations_by(connection, grant.handle, *former);
  }
  put_role(connection, grant);
  connection.run("DELETE FROM invitation WHERE handle = $1 AND email = $2", grant.handle, grant.user);
  return {};
}

void take_role(Connection& connection, const Handle& handle, const std::string& user) {
  connection.run("DELETE FROM role WHERE handle = $1 AND email = $2", handle, user);
  end_invitations_by(connection, handle, user);
}

bool handle_exists(Connection& connection, const Handle& handle) { return owner_of(connection, handle).has_value(); }

std::vector<access::HeldRole> held_roles(Connection& connection, const std::string& user) {
  auto row = connection.query("SELECT handle, role, provider FROM role WHERE email = $1 ORDER BY handle", user);
  std::vector<access::HeldRole> found;
  while (row.next())
    found.push_back({Handle(row.text(0)), static_cast<Role>(row.integer(1)), std::string(row.text(2))});
  return found;
}

void link_subject(Connection& connection, const access::ProviderUser& user) {
  connection.run(
      "INSERT INTO provider_subject (issuer, subject, email) VALUES ($1, $2, $3) "
      "ON CONFLICT (issuer, subject) DO UPDATE SET email = excluded.email",
      user.issuer, user.subject, user.email);
}

bool follow_groups(Connection& connection, const access::ProviderUser& user, const access::RoleChange& change) {
  if (!change.after) {
    take_role(connection, change.handle, user.email);
    return true;
  }
  if (!change.before && collaborators_of(connection, change.handle) >= access::kMostCollaborators) return false;
  put_role(connection, {change.handle, user.email, *change.after}, user.provider);
  return true;
}

}  // namespace beckon::store::postgres
