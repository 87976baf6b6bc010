// The store that --database names: SQLite in the data folder, or a PostgreSQL database. What one of them can do and the
// other cannot is asked of the store (store::Capabilities), or answered here for commands that need no open store.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "app/keys.h"
#include "app/settings.h"
#include "store/store.h"

namespace beckon::store {
class PostgresStore;
class SqliteStore;
namespace postgres {
class Ownership;
}
}  // namespace beckon::store

namespace beckon::app {

// A connection URI or string of libpq: "postgres://…", "postgresql://…" or "host=…".
bool is_postgres(std::string_view database);
inline bool is_postgres(const Settings& settings) { return is_postgres(settings.database); }
// "sqlite", or the above.
bool is_database(std::string_view text);

// For a command beside a running server. Fault: a sentence for the operator.
Result<std::unique_ptr<store::Store>> open_for_command(const Settings& settings);

struct OpenedStore {
  std::unique_ptr<store::Store> store;
  MasterKeys keys;
  store::SqliteStore* sqlite = nullptr;      // the same, if it is in a data folder
  store::PostgresStore* postgres = nullptr;  // or in a database
};
// For the one server; with `serving`, it is created if there is none. The master key is found or, where nothing is
// sealed yet, created, and a key that does not fit is refused before anything is written.
Result<OpenedStore> open_for_server(const Settings& settings, bool serving, Random& random);
// For a lane of a node, whose shards are taken, over a database that is prepared (Server::prepare).
Result<OpenedStore> open_lane(const Settings& settings, std::shared_ptr<store::postgres::Ownership> ownership,
                              const MasterKeys& keys);
// The same of the master key of a database alone.
Result<MasterKeys> keys_of_database(const Settings& settings, Random& random);

// Refuses keys that do not include the one that sealed the secrets of the store.
Result<void> check_keys_fit(const Settings& settings, const MasterKeys& keys);
// A named secret as stored; std::nullopt if there is none, or no store.
Result<std::optional<std::string>> stored_secret(const Settings& settings, std::string_view name);

// For commands that work on the files of a data folder: why they cannot, with what to use instead.
std::optional<std::string> not_a_data_folder(const Settings& settings, std::string_view command);

}  // namespace beckon::app
