// `beckon restore` and `beckon verify`.
#include <cstdio>
#include <filesystem>

#include "app/backup/cleanup.h"
#include "app/backup/commands.h"
#include "app/backup/parts.h"
#include "app/keys.h"
#include "app/storage.h"
#include "base/operator_fault.h"
#include "store/sqlite/restored_data.h"
#include "store/sqlite/shipping/point_in_time.h"
#include "store/sqlite/sqlite_store.h"

namespace beckon::app {
namespace {

std::unique_ptr<SecretBox> box_of(const std::optional<MasterKeys>& key) {
  return key ? std::make_unique<SecretBox>(*key) : nullptr;
}

int verify_backup(const Settings& settings, const std::string& from, const std::string& temporary) {
  Cleanup cleanup;
  std::error_code error;
  if (std::filesystem::is_directory(from, error)) {
    const auto damage = store::damage_in_backups(from);
    if (!damage) return complain(damage.error());
    for (const std::string& one : *damage) std::fprintf(stderr, "damaged: %s\n", one.c_str());
    if (!damage->empty()) {
      std::puts("damaged");
      return 1;
    }
  }
  const auto backup = open_backup(from);
  if (!backup) return complain(backup.error());
  const auto key = key_for(settings, backup->key);
  if (!key) return complain(key.error());
  const auto folder = cleanup.make_folder(temporary);
  if (!folder) return complain(folder.error());
  std::printf("%s\n", backup->text.c_str());
  const auto secrets = box_of(*key);
  const auto found = backup->restore(*folder, secrets.get());
  if (!found) return complain(found.error());
  return print(*found, secrets != nullptr) ? 0 : 1;
}

int verify_folder(const Settings& settings) {
  if (const auto why = not_a_data_folder(settings, "verify")) return complain(*why);
  if (!store::SqliteStore::holds_data(settings.data)) return complain(store::SqliteStore::no_data(settings.data));
  const auto key = key_for(settings, {});
  if (!key) return complain(key.error());
  const auto secrets = box_of(*key);
  const auto found =
      store::check_data(store::SqliteStore::data_file(settings.data), {.secrets = secrets.get(), .contents = true});
  if (!found) return complain(found.error());
  return print(*found, secrets != nullptr) ? 0 : 1;
}

// What can be restored from a backup folder: a line for each base, with the commits after it.
int list(const std::string& folder) {
  const auto all = store::list_restorable(folder);
  if (!all) return complain(all.error());
  if (all->empty()) return complain("There is no complete base in " + folder + ", so that nothing can be restored.");
  int status = 0;
  for (const auto& [series, one] : *all) {
    if (!one || one->broken) {
      complain(one ? *one->broken : one.error());
      status = 1;
    }
    if (one)
      std::printf("series %llu: commit %llu of %s to commit %llu of %s; %llu bytes%s\n",
                  static_cast<unsigned long long>(series.number), static_cast<unsigned long long>(one->base.end.from),
                  to_rfc3339(one->base.end.from_at).c_str(), static_cast<unsigned long long>(one->last),
                  to_rfc3339(one->last_at).c_str(), static_cast<unsigned long long>(one->bytes),
                  made_by(one->header).c_str());
  }
  return status;
}

Result<store::WantedPoint> wanted_of(const RestoreRequest& request) {
  store::WantedPoint wanted{.at = std::nullopt, .commit = request.commit};
  if (request.at.empty()) return wanted;
  wanted.at = parse_rfc3339(request.at);
  if (!wanted.at)
    return unexpected(operator_fault("--at must be a time such as 2026-11-29T12:00:00Z, not \"" + request.at + "\"."));
  if (wanted.commit) return unexpected(operator_fault("--at and --commit cannot be combined."));
  return wanted;
}

}  // namespace

int restore(const Settings& settings, const RestoreRequest& request) {
  if (const auto why = not_a_data_folder(settings, "restore")) return complain(*why);
  if (request.list) return list(request.from);
  Cleanup cleanup;
  const auto wanted = wanted_of(request);
  if (!wanted) return complain(wanted.error());
  const auto backup = open_backup(request.from, *wanted);
  if (!backup) return complain(backup.error());
  const auto key = key_for(settings, backup->key);
  if (!key) return complain(key.error());
  const auto secrets = box_of(*key);
  cleanup.add(store::unnamed_data_file(settings.data));
  const auto found = backup->restore(settings.data, secrets.get());
  if (!found) return complain(found.error());
  if (!print(*found, secrets != nullptr)) return complain("The data in the backup is damaged; nothing was restored.");
  std::printf("restored into %s: %s\n", settings.data.c_str(), backup->text.c_str());
  if (!secrets)
    std::printf(
        "To start a server on it, put its master key, with the fingerprint %s, at %s/master.key or name it with "
        "--master-key-file.\n",
        backup->key.empty() ? "unknown" : backup->key.c_str(), settings.data.c_str());
  return 0;
}

int verify(const Settings& settings, const std::string& from, const std::string& temporary) {
  return from.empty() ? verify_folder(settings) : verify_backup(settings, from, temporary);
}

}  // namespace beckon::app
