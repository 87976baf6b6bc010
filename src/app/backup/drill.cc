// `beckon drill`: shows that a backup restores to a working server.
#include <cstdio>

#include "access/enrolment.h"
#include "app/backup/cleanup.h"
#include "app/backup/commands.h"
#include "app/backup/parts.h"
#include "app/demo/playbook.h"
#include "app/inside.h"
#include "base/operator_fault.h"
#include "system/log.h"

namespace beckon::app {
namespace {

constexpr const char* kOwner = "drill@beckon.invalid";  // RFC 2606: a name that nobody can have

// The drill's own handle, allowed by the platform's allowlist.
Result<Handle> add_handle(Server::Inside& inside) {
  access::Enrolment enrolment(inside.store->directory(), inside.clock, inside.random, {"drill"});
  std::string name = make_ulid("drill-", inside.clock.now(), inside.random);
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto made = enrolment.add_handle(name, kOwner);
  if (!made) return unexpected(made.error());
  const auto stored = inside.store->directory().allowlist();
  if (!stored) return unexpected(stored.error());
  auto allowlist = access::parse_allowlist(*stored);
  if (!allowlist) return unexpected(allowlist.error());
  if (!allowlist->admits(made->handle)) {
    allowlist->handles = {made->handle};
    if (const auto put = enrolment.put_allowlist(*allowlist); !put) return unexpected(put.error());
    inside.reload_allowlist();
  }
  inside.reload(made->handle);
  return made->handle;
}

Result<int> walk(Server& server, OwnReceiver& receiver) {
  Server::Inside& inside = server.inside();
  const auto damaged = inside.sessions.read_recovered();
  if (!damaged) return unexpected(damaged.error());
  if (const std::uint64_t all = inside.recovered.damaged + *damaged; all > 0)
    return unexpected(operator_fault(std::to_string(all) + " records of the journal could not be recovered."));
  std::printf("recovered: %zu sessions from %llu journal rows\n\n", inside.recovered.sessions,
              static_cast<unsigned long long>(inside.recovered.rows));
  std::fflush(stdout);
  const auto handle = add_handle(inside);
  if (!handle) return unexpected(handle.error());
  const auto token = [&](access::Role role) {
    return inside.issuer->issue(access::CommandLineToken{*handle, role}, std::chrono::hours{1});
  };
  const auto operator_token = token(access::Role::kOperator), creator_token = token(access::Role::kCreator);
  if (!operator_token) return unexpected(operator_token.error());
  if (!creator_token) return unexpected(creator_token.error());
  return playbook({.base = server.url(),
                   .handle = handle->text,
                   .operator_token = *operator_token,
                   .creator_token = *creator_token,
                   .receiver = {}},
                  &receiver);
}

// The server of the drill: on loopback, sending only to the drill's own receiver.
Result<int> run_server(const std::string& folder, const std::string& key_file) {
  const auto receiver = OwnReceiver::open();
  if (!receiver) return unexpected(operator_fault("A receiver on loopback could not be opened."));
  Settings settings;
  settings.data = folder;
  settings.master_key_file = key_file;
  settings.listen = "127.0.0.1:0";
  settings.only_receiver = receiver->url();
  const auto server = Server::start(settings, [] { ::_exit(3); });
  if (!server) return unexpected(operator_fault(server.error()));
  const auto status = walk(**server, *receiver);
  (*server)->stop();
  return status;
}

}  // namespace

int drill(const Settings& settings, const std::string& from, const std::string& temporary) {
  Cleanup cleanup;
  log::set_level(log::Level::kError);
  const auto backup = open_backup(from);
  if (!backup) return complain(backup.error());
  const auto key = key_for(settings, backup->key);
  if (!key) return complain(key.error());
  if (!*key)
    return complain("A drill needs the master key of the backup, with the fingerprint " +
                    (backup->key.empty() ? "unknown" : backup->key) + ": name it with --master-key-file.");
  const auto folder = cleanup.make_folder(temporary);
  if (!folder) return complain(folder.error());
  std::printf("%s\n", backup->text.c_str());
  const SecretBox secrets(**key);
  const auto found = backup->restore(*folder, &secrets);
  if (!found) return complain(found.error());
  if (!print(*found, true)) return 1;
  const auto status =
      run_server(*folder, settings.master_key_file.empty() ? settings.data + "/master.key" : settings.master_key_file);
  return status ? *status : complain(status.error());
}

}  // namespace beckon::app
