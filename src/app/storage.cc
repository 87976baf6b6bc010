#include "app/storage.h"

#include "store/postgres/postgres_store.h"
#include "store/sqlite/data_file.h"
#include "store/sqlite/sqlite_store.h"

namespace beckon::app {
namespace {

Result<OpenedStore> open_postgres(const Settings& settings, bool serving, Random& random) {
  const auto keys = keys_of_database(settings, random);
  if (!keys) return unexpected(keys.error());
  auto opened = store::PostgresStore::open(settings.database, {.server = true, .create = serving});
  if (!opened) return unexpected(opened.error());
  store::PostgresStore* const postgres = opened->get();
  return OpenedStore{.store = std::move(*opened), .keys = *keys, .postgres = postgres};
}

Result<OpenedStore> open_sqlite(const Settings& settings, bool serving, Random& random) {
  const bool fresh = !store::SqliteStore::holds_data(settings.data);
  if (fresh && !serving) return unexpected(store::SqliteStore::no_data(settings.data));
  // A new folder gets its key before its data, so that data without a key always means that the key was lost.
  if (fresh)
    if (const auto made = store::SqliteStore::make_folder(settings.data); !made) return unexpected(made.error());
  const auto keys =
      master_keys(settings.data, settings.master_key_file, fresh ? MissingKey::kCreate : MissingKey::kRefuse, random);
  if (!keys) return unexpected(keys.error());
  // A wrong key is refused before anything is written.
  if (const auto fit = check_keys_fit(settings, *keys); !fit) return unexpected(fit.error());
  auto opened = store::SqliteStore::open(settings.data, {.server = true,
                                                         .create = serving,
                                                         .upgrade_copy = settings.upgrade_copy,
                                                         .ships = serving && !settings.backup.folder.empty()});
  if (!opened) return unexpected(opened.error());
  if (const auto sealed = (*opened)->seal_headers(SecretBox(*keys), random); !sealed) return unexpected(sealed.error());
  store::SqliteStore* const sqlite = opened->get();
  return OpenedStore{.store = std::move(*opened), .keys = *keys, .sqlite = sqlite};
}

}  // namespace

bool is_postgres(std::string_view database) {
  return database.starts_with("postgres://") || database.starts_with("postgresql://") ||
         database.find('=') != std::string_view::npos;
}

bool is_database(std::string_view text) { return text == "sqlite" || is_postgres(text); }

Result<std::unique_ptr<store::Store>> open_for_command(const Settings& settings) {
  if (is_postgres(settings)) {
    auto opened = store::PostgresStore::open(settings.database, {.create = false, .readers = 1});
    if (!opened) return unexpected(opened.error());
    return std::unique_ptr<store::Store>(std::move(*opened));
  }
  auto opened =
      store::SqliteStore::open(settings.data, {.create = false, .readers = 1, .upgrade_copy = settings.upgrade_copy});
  if (!opened) return unexpected(opened.error());
  return std::unique_ptr<store::Store>(std::move(*opened));
}

Result<MasterKeys> keys_of_database(const Settings& settings, Random& random) {
  const auto sealed = stored_secret(settings, store::kKeyFingerprint);
  if (!sealed) return unexpected(sealed.error());
  if (settings.master_key_file.empty() && !*sealed)
    if (const auto made = store::SqliteStore::make_folder(settings.data); !made) return unexpected(made.error());
  const auto keys =
      master_keys(settings.data, settings.master_key_file, *sealed ? MissingKey::kRefuse : MissingKey::kCreate, random);
  if (!keys) return unexpected(keys.error());
  if (const auto fit = check_keys_fit(settings, *keys); !fit) return unexpected(fit.error());
  return *keys;
}

Result<OpenedStore> open_for_server(const Settings& settings, bool serving, Random& random) {
  return is_postgres(settings) ? open_postgres(settings, serving, random) : open_sqlite(settings, serving, random);
}

Result<OpenedStore> open_lane(const Settings& settings, std::shared_ptr<store::postgres::Ownership> ownership,
                              const MasterKeys& keys) {
  constexpr std::size_t kReaders = 2;  // it is one of several on the same database
  outbox::OwedLimits owed;             // of a node that owns all lanes
  for (std::size_t* one : {&owed.most, &owed.most_recorded, &owed.body_bytes}) *one /= store::postgres::kLanes;
  auto opened = store::PostgresStore::open(
      settings.database,
      {.server = true, .prepared = true, .readers = kReaders, .owed = owed, .ownership = std::move(ownership)});
  if (!opened) return unexpected(opened.error());
  store::PostgresStore* const postgres = opened->get();
  return OpenedStore{.store = std::move(*opened), .keys = keys, .postgres = postgres};
}

Result<std::optional<std::string>> stored_secret(const Settings& settings, std::string_view name) {
  if (is_postgres(settings)) return store::PostgresStore::stored_secret(settings.database, name);
  if (!store::SqliteStore::holds_data(settings.data)) return std::nullopt;
  const std::string file = store::SqliteStore::data_file(settings.data);
  if (const auto schema = store::schema_of(file); !schema) return unexpected(schema.error());
  return store::stored_secret(file, name);
}

Result<void> check_keys_fit(const Settings& settings, const MasterKeys& keys) {
  const auto kept = stored_secret(settings, store::kKeyFingerprint);
  if (!kept) return unexpected(kept.error());
  if (*kept) return check_fingerprint(**kept, keys);
  const auto sealed = stored_secret(settings, kHashKey);  // of a version without fingerprints
  if (!sealed) return unexpected(sealed.error());
  return *sealed ? check_opens_hash_key(**sealed, keys) : Result<void>{};
}

std::optional<std::string> not_a_data_folder(const Settings& settings, std::string_view command) {
  if (!is_postgres(settings)) return std::nullopt;
  return "beckon " + std::string(command) +
         " works on a data folder. A PostgreSQL database is backed up and checked with its own programs: pg_dump, or "
         "pg_basebackup with an archive of its log for any point in time (docs/scale.md). Keep a copy of the master "
         "key with either.";
}

}  // namespace beckon::app
