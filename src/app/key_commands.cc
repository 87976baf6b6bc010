// `beckon keys …`: the keys that sign tokens, and the master key.
#include <chrono>
#include <cstdio>
#include <thread>

#include "access/issuer.h"
#include "app/commands.h"
#include "app/complain.h"
#include "app/keys.h"
#include "app/storage.h"
#include "store/postgres/postgres_store.h"
#include "store/sqlite/server_lock.h"
#include "system/clock.h"
#include "system/random.h"

namespace beckon::app {
namespace {

using namespace std::chrono_literals;

// With the issuer of the data folder.
template <class Then>
int with_issuer(const Settings& settings, const Then& then) {
  const auto opened = open_for_command(settings);
  if (!opened) return complain(opened.error());
  const SystemClock clock;
  SystemRandom random;
  const auto keys = master_keys(settings.data, settings.master_key_file, MissingKey::kRefuse, random);
  if (!keys) return complain(keys.error());
  const SecretBox box(*keys);
  access::Issuer issuer((*opened)->directory(), box, clock, random);
  if (const auto prepared = issuer.prepare(); !prepared) return complain(prepared.error());
  return then(issuer, *keys);
}

bool server_runs(const Settings& settings) {
  return is_postgres(settings) ? store::PostgresStore::server_runs(settings.database)
                               : !store::ServerLock::take(settings.data + "/beckon.lock");
}

Result<std::string> sealed_with(const Settings& settings) {
  auto kept = stored_secret(settings, store::kKeyFingerprint);
  if (!kept) return unexpected(kept.error());
  return kept->value_or("");
}

int finish_rotation(const Settings& settings, const std::string& path, const MasterKeys& keys) {
  const std::string newest = key_fingerprint(keys.front());
  if (keys.size() == 1) return complain("There is one master key in " + path + " already: " + newest + ".");
  const auto kept = sealed_with(settings);
  if (!kept) return complain(kept.error());
  if (*kept != newest)
    return complain(
        "The data is not sealed with the new master key yet: start the server, and wait for the event "
        "master_key_replaced in its log.");
  if (const auto written = write_master_keys(path, {keys.front()}); !written) return complain(written.error());
  std::printf("%s has one master key: %s\n", path.c_str(), newest.c_str());
  return 0;
}

}  // namespace

int keys_list(const Settings& settings) {
  return with_issuer(settings, [&](access::Issuer& issuer, const MasterKeys& keys) {
    const auto known = issuer.known();
    if (!known) return complain(known.error());
    for (const access::Issuer::Known& one : *known)
      std::printf("signing  %s  since %s%s\n", one.kid.c_str(), to_rfc3339(one.created_at).c_str(),
                  one.signs ? "  signs now" : "");
    for (const std::string& key : keys) std::printf("master   %s\n", key_fingerprint(key).c_str());
    return 0;
  });
}

int keys_rotate_signing(const Settings& settings, bool at_once) {
  return with_issuer(settings, [&](access::Issuer& issuer, const MasterKeys&) {
    if (const auto rotated = issuer.rotate({"cli"}, at_once); !rotated) return complain(rotated.error());
    std::printf("%s\n", at_once ? "a new key signs; a running server ends all tokens and sign-ins within a second"
                                : "a new key is listed, and signs from an hour on; tokens stay valid");
    return 0;
  });
}

int keys_rotate_master(const Settings& settings, bool finish) {
  SystemRandom random;
  const std::string path = master_key_file(settings.data, settings.master_key_file);
  auto keys = master_keys(settings.data, settings.master_key_file, MissingKey::kRefuse, random);
  if (!keys) return complain(keys.error());
  if (const auto fits = check_keys_fit(settings, *keys); !fits) return complain(fits.error());
  if (finish) return finish_rotation(settings, path, *keys);
  if (keys->size() > 1)
    return complain("A rotation is under way: " + path + " has " + std::to_string(keys->size()) +
                    " keys. End it with `beckon keys rotate-master --finish`.");
  keys->insert(keys->begin(), random.bytes(SecretBox::kKeySize));
  if (const auto written = write_master_keys(path, *keys); !written) return complain(written.error());
  const std::string newest = key_fingerprint(keys->front());
  std::printf(
      "%s has a new master key, %s, before the old one. Copy the file now: data that is sealed with a key that "
      "is lost, is lost.\n",
      path.c_str(), newest.c_str());
  if (!server_runs(settings)) {
    std::printf("The next start of the server seals with it; then run `beckon keys rotate-master --finish`.\n");
    return 0;
  }
  const auto until = std::chrono::steady_clock::now() + 60s;
  while (std::chrono::steady_clock::now() < until) {
    const auto kept = sealed_with(settings);
    if (!kept) return complain(kept.error());
    if (*kept == newest) {
      std::printf(
          "The running server has sealed all secrets with it. When your copy is safe, run `beckon keys "
          "rotate-master --finish`.\n");
      return 0;
    }
    std::this_thread::sleep_for(100ms);
  }
  return complain(
      "The running server has not read the new key within a minute. If it reads another copy of the file, "
      "as with a credential of systemd, restart it; its log has the event master_key_replaced when all is "
      "sealed.");
}

}  // namespace beckon::app
