// `beckon restore` and `beckon verify`.
#include <cstdio>

#include "app/backup/cleanup.h"
#include "app/backup/commands.h"
#include "app/backup/parts.h"
#include "app/keys.h"
#include "store/sqlite/restored_data.h"
#include "store/sqlite/sqlite_store.h"

namespace beckon::app {
namespace {

std::unique_ptr<SecretBox> box_of(const std::optional<MasterKeys>& key) {
  return key ? std::make_unique<SecretBox>(*key) : nullptr;
}

int verify_backup(const Settings& settings, const std::string& file, const std::string& temporary) {
  Cleanup cleanup;
  auto reader = store::BackupReader::open(file);
  if (!reader) return complain(reader.error());
  const auto key = key_for(settings, reader->header().key);
  if (!key) return complain(key.error());
  const auto folder = cleanup.make_folder(temporary);
  if (!folder) return complain(folder.error());
  std::printf("%s\n", describe(reader->header()).c_str());
  const auto secrets = box_of(*key);
  const auto found = store::restore_data(*reader, *folder, secrets.get());
  if (!found) return complain(found.error());
  return print(*found, secrets != nullptr) ? 0 : 1;
}

int verify_folder(const Settings& settings) {
  if (!store::SqliteStore::holds_data(settings.data)) return complain(store::SqliteStore::no_data(settings.data));
  const auto key = key_for(settings, {});
  if (!key) return complain(key.error());
  const auto secrets = box_of(*key);
  const auto found =
      store::check_data(store::SqliteStore::data_file(settings.data), {.secrets = secrets.get(), .contents = true});
  if (!found) return complain(found.error());
  return print(*found, secrets != nullptr) ? 0 : 1;
}

}  // namespace

int restore(const Settings& settings, const std::string& file) {
  Cleanup cleanup;
  auto reader = store::BackupReader::open(file);
  if (!reader) return complain(reader.error());
  const store::BackupHeader header = reader->header();
  const auto key = key_for(settings, header.key);
  if (!key) return complain(key.error());
  const auto secrets = box_of(*key);
  cleanup.add(store::unnamed_data_file(settings.data));
  const auto found = store::restore_data(*reader, settings.data, secrets.get());
  if (!found) return complain(found.error());
  if (!print(*found, secrets != nullptr)) return complain("The data in the backup is damaged; nothing was restored.");
  std::printf("restored into %s: %s\n", settings.data.c_str(), describe(header).c_str());
  if (!secrets)
    std::printf(
        "To start a server on it, put its master key, with the fingerprint %s, at %s/master.key or name it with "
        "--master-key-file.\n",
        header.key.empty() ? "unknown" : header.key.c_str(), settings.data.c_str());
  return 0;
}

int verify(const Settings& settings, const std::string& file, const std::string& temporary) {
  return file.empty() ? verify_folder(settings) : verify_backup(settings, file, temporary);
}

}  // namespace beckon::app
