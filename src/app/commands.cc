#include "app/commands.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>

#include "access/email.h"
#include "access/enrolment.h"
#include "access/invitations.h"
#include "access/issuer.h"
#include "app/complain.h"
#include "app/inside.h"
#include "app/keys.h"
#include "app/password_input.h"
#include "app/storage.h"
#include "base/operator_fault.h"
#include "http/routes/api.h"
#include "store/postgres/postgres_store.h"
#include "system/clock.h"
#include "system/random.h"

namespace beckon::app {
namespace {

int with_store(const Settings& settings, const std::function<int(store::Store&)>& then) {
  const auto opened = open_for_command(settings);
  if (!opened) return complain(opened.error());
  return then(**opened);
}

int enrol(const Settings& settings, const std::function<Result<std::string>(access::Enrolment&)>& act) {
  return with_store(settings, [&](store::Store& store) {
    const SystemClock clock;
    SystemRandom random;
    access::Enrolment enrolment(store.directory(), clock, random);
    const auto said = act(enrolment);
    if (!said) return complain(said.error());
    std::printf("%s\n", said->c_str());
    return 0;
  });
}

std::optional<access::Role> role_of(std::string_view text) {
  for (const access::Role role : {access::Role::kCreator, access::Role::kOperator, access::Role::kOwner})
    if (access::to_text(role) == text) return role;
  return std::nullopt;
}

Result<access::TokenKind> kind_of(access::Directory& directory, access::Enrolment& enrolment,
                                  const TokenRequest& request) {
  Issues issues;
  if (request.platform_admin) {
    if (!request.handle.empty() || !request.role.empty() || !request.user.empty())
      issues.add("--platform-admin", "cannot be combined with other options");
    if (issues.empty()) return access::PlatformAdminToken{};
    return unexpected(issues.fault());
  }
  if (!request.user.empty()) {
    if (!request.handle.empty() || !request.role.empty())
      issues.add("--user", "cannot be combined with --handle or --role; the user's roles are looked up");
    const auto email = access::to_email(request.user);
    if (!email) issues.add("--user", "must be an e-mail address");
    if (!issues.empty()) return unexpected(issues.fault());
    const auto known = directory.user(*email);
    if (!known) return unexpected(known.error());
    if (!*known)
      return unexpected(Fault{.code = FaultCode::kNotFound,
                              .message = "There is no user " + *email + "; create it with: beckon user add " + *email});
    return access::UserToken{.email = *email, .password_version = (*known)->password_version};
  }
  const auto role = role_of(request.role);
  if (request.handle.empty()) issues.add("--handle", "is required (or --platform-admin)");
  if (!role) issues.add("--role", "must be CREATOR, OPERATOR or OWNER");
  if (!issues.empty()) return unexpected(issues.fault());
  const auto record = enrolment.existing(request.handle);
  if (!record) return unexpected(record.error());
  return access::CommandLineToken{record->handle, *role};
}

}  // namespace

int handle_add(const Settings& settings, const std::string& handle, const std::string& owner) {
  return enrol(settings, [&](access::Enrolment& enrolment) -> Result<std::string> {
    const auto record = enrolment.add_handle(handle, owner);
    if (!record) return unexpected(record.error());
    return "handle " + record->handle.text + " created, owned by " + record->owner;
  });
}

int user_add(const Settings& settings, const std::string& email) {
  return enrol(settings, [&](access::Enrolment& enrolment) -> Result<std::string> {
    if (const auto added = enrolment.add_user(email); !added) return unexpected(added.error());
    return "user " + email + " created; set a password with: beckon user password " + email;
  });
}

int user_password(const Settings& settings, const std::string& email, const std::string& file) {
  const auto password = read_password(file);
  if (!password) return complain(password.error());
  return enrol(settings, [&](access::Enrolment& enrolment) -> Result<std::string> {
    if (const auto put = enrolment.put_password(email, *password); !put) return unexpected(put.error());
    return "password set for " + email + "; all earlier sign-ins have ended";
  });
}

int user_list(const Settings& settings) {
  return with_store(settings, [&](store::Store& store) {
    const auto users = store.directory().users();
    if (!users) return complain(users.error());
    for (const access::UserRecord& user : *users) {
      const auto grants = store.directory().grants_of(user.email);
      if (!grants) return complain(grants.error());
      std::string line = user.email;
      if (user.disabled) line += "\tdisabled";
      for (const access::Grant& grant : *grants)
        line.append("\t").append(access::to_text(grant.role)).append(" of ").append(grant.handle.view());
      std::printf("%s\n", line.c_str());
    }
    return 0;
  });
}

namespace {

std::optional<Fault> not_nodes(const Settings& settings) {
  if (is_postgres(settings)) return std::nullopt;
  return operator_fault("Only a PostgreSQL database has nodes; name it: --database postgres://USER@HOST/NAME.");
}

// Of the shards that a node owns: "lanes 0,3,7 (12 shards)", or "no lanes".
std::string lanes_text(const store::postgres::Division& now, const std::string& incarnation) {
  std::string lanes;
  std::size_t shards = 0;
  for (int lane = 0; lane < store::postgres::kLanes; ++lane) {
    bool has = false;
    for (const auto shard : store::postgres::shards_of(lane))
      if (now.of(shard).owner == incarnation) has = true, ++shards;
    if (has) lanes += (lanes.empty() ? "" : ",") + std::to_string(lane);
  }
  return lanes.empty() ? "no lanes" : "lanes " + lanes + " (" + std::to_string(shards) + " shards)";
}

}  // namespace

int node_list(const Settings& settings) {
  if (const auto fault = not_nodes(settings)) return complain(*fault);
  store::postgres::Division now;
  const auto read = store::PostgresStore::look_in(settings.database, [&](auto& connection) -> Result<void> {
    now = store::postgres::division_of(connection);
    return {};
  });
  if (!read) return complain(read.error());
  for (const auto& one : now.nodes) {
    const auto left = static_cast<double>(one.left.count()) / 1000;
    std::printf("%s\t%s\t%s\t", one.node.name.c_str(), one.node.address.c_str(),
                lanes_text(now, one.node.incarnation).c_str());
    if (left > 0)
      std::printf("lease %.1f s", left);
    else
      std::printf("lease over for %.1f s", -left);
    std::printf("%s\n", one.drained ? "\tdrained" : "");
  }
  if (now.nodes.empty()) std::puts("No node has joined.");
  for (int lane = 0; lane < store::postgres::kLanes; ++lane) {
    const auto& of_first = now.of_first(lane);
    if (!of_first.wanted.empty()) std::printf("lane %d\twanted at %s\n", lane, of_first.wanted.c_str());
  }
  return 0;
}

int node_move(const Settings& settings, int lane, const std::string& to) {
  if (const auto fault = not_nodes(settings)) return complain(*fault);
  const auto asked = store::PostgresStore::look_in(settings.database, [&](auto& connection) -> Result<void> {
    if (store::postgres::want(connection, store::postgres::shards_of(lane), to == "any" ? std::string() : to))
      return {};
    return unexpected(operator_fault("There is no node " + to + "; list them: beckon nodes."));
  });
  if (!asked) return complain(asked.error());
  if (to == "any")
    std::printf("lane %d may be at any node\n", lane);
  else
    std::printf("lane %d goes to %s within a second, and stays there while it is up\n", lane, to.c_str());
  return 0;
}

int node_drain(const Settings& settings, const std::string& node, bool drained) {
  if (const auto fault = not_nodes(settings)) return complain(*fault);
  const auto asked = store::PostgresStore::look_in(settings.database, [&](auto& connection) -> Result<void> {
    if (store::postgres::set_drained(connection, node, drained)) return {};
    return unexpected(operator_fault("There is no node " + node + "; list them: beckon nodes."));
  });
  if (!asked) return complain(asked.error());
  std::printf("%s %s\n", node.c_str(),
              drained ? "gives all lanes to other nodes, and takes none until it is resumed or started again"
                      : "may own lanes again");
  return 0;
}

int user_disable(const Settings& settings, const std::string& email, bool disabled) {
  return enrol(settings, [&](access::Enrolment& enrolment) -> Result<std::string> {
    if (const auto put = enrolment.put_disabled(email, disabled); !put) return unexpected(put.error());
    return email + (disabled ? " is disabled; all sign-ins have ended" : " may sign in again");
  });
}

int user_delete(const Settings& settings, const std::string& email) {
  return enrol(settings, [&](access::Enrolment& enrolment) -> Result<std::string> {
    if (const auto removed = enrolment.remove_user(email); !removed) return unexpected(removed.error());
    return email + " is deleted, with all roles; all sign-ins have ended";
  });
}

int user_reset(const Settings& settings, const std::string& email) {
  return with_store(settings, [&](store::Store& store) {
    const SystemClock clock;
    SystemRandom random;
    access::Invitations invitations(store.directory(), clock, random);
    const auto made = invitations.reset_password(email, {"cli"});
    if (!made && made.error().code == FaultCode::kNotFound)
      return complain("There is no user " + email + "; create it with: beckon user add " + email);
    if (!made) return complain(made.error());
    std::printf("/apps/lifecycle-messaging#invitation=%s\n", made->code.c_str());
    std::fprintf(stderr, "Open this path on your server: it sets a new password for %s, once, within 24 h.\n",
                 made->record.user.c_str());
    return 0;
  });
}

int grant(const Settings& settings, const std::string& handle, const std::string& user, const std::string& role) {
  return enrol(settings, [&](access::Enrolment& enrolment) -> Result<std::string> {
    const auto granted = enrolment.grant(handle, user, role);
    if (!granted) return unexpected(granted.error());
    std::string says = user + " is " + role + " of " + handle;
    if (granted->former_owner) says += "; " + *granted->former_owner + ", the former owner, is OPERATOR now";
    return says;
  });
}

int revoke(const Settings& settings, const std::string& handle, const std::string& user) {
  return enrol(settings, [&](access::Enrolment& enrolment) -> Result<std::string> {
    if (const auto revoked = enrolment.revoke(handle, user); !revoked) return unexpected(revoked.error());
    return user + " has no role on " + handle + " any more";
  });
}

int token(const Settings& settings, const TokenRequest& request) {
  return with_store(settings, [&](store::Store& store) {
    const SystemClock clock;
    SystemRandom random;
    const auto master = master_keys(settings.data, settings.master_key_file, MissingKey::kRefuse, random);
    if (!master) return complain(master.error());
    const SecretBox box(*master);
    access::Issuer issuer(store.directory(), box, clock, random);
    if (const auto prepared = issuer.prepare(); !prepared) return complain(prepared.error());
    access::Enrolment enrolment(store.directory(), clock, random);
    const auto kind = kind_of(store.directory(), enrolment, request);
    if (!kind) return complain(kind.error());
    const auto life = parse_duration(request.ttl);
    if (!life) return complain("--ttl must be a duration such as 1h, at most 24h");
    const auto issued = issuer.issue(*kind, *life);
    if (!issued) return complain(issued.error());
    std::printf("%s\n", issued->c_str());
    return 0;
  });
}

// Of a server built for this purpose, on a temporary folder.
int list_routes() {
  char folder[] = "/tmp/beckon-routes-XXXXXX";
  if (::mkdtemp(folder) == nullptr) return complain("could not create a folder in /tmp");
  log::set_level(log::Level::kError);
  Settings settings;
  settings.data = folder;
  settings.listen = "127.0.0.1:0";
  int status = 0;
  {
    const auto server = Server::start(settings, [] {});
    if (server) {
      for (const http::Route& route : (*server)->inside().router->routes())
        std::printf("%s %s %s %s\n", std::string(http::to_text(route.method)).c_str(), route.pattern.c_str(),
                    std::string(http::to_text(route.access.who)).c_str(), std::string(route.access.scope).c_str());
    } else {
      status = complain(server.error());
    }
  }
  std::filesystem::remove_all(folder);
  return status;
}

}  // namespace beckon::app
