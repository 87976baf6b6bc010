#include "app/migrate.h"

#include <chrono>
#include <cstdio>

#include "app/complain.h"
#include "app/storage.h"
#include "base/operator_fault.h"
#include "store/move/move.h"
#include "store/move/postgres_side.h"
#include "store/move/sqlite_side.h"
#include "store/postgres/postgres_store.h"
#include "store/sqlite/sqlite_store.h"
#include "system/random.h"

namespace beckon::app {
namespace {

using store::PostgresStore;
using store::SqliteStore;

// Once a second at most.
class Teller {
 public:
  void tell(const std::string& table, std::uint64_t rows) {
    const auto now = std::chrono::steady_clock::now();
    if (now - told_ < std::chrono::seconds{1}) return;
    told_ = now;
    std::fprintf(stderr, "%s: %llu rows\n", table.c_str(), static_cast<unsigned long long>(rows));
  }

 private:
  std::chrono::steady_clock::time_point told_ = std::chrono::steady_clock::now();
};

int move_between(store::move::Side& source, store::move::Target& target, PostgresStore& leased,
                 const std::string& into) {
  leased.keep_renewing();
  Teller teller;
  const auto moved = store::move::move_all(
      source, target, [&](const std::string& table, std::uint64_t rows) -> std::optional<std::string> {
        teller.tell(table, rows);
        if (leased.maintain()) return std::nullopt;
        return "Another server or command has taken over the database. Stop it; the same command goes on where this "
               "one ended.";
      });
  if (!moved) return complain(moved.error());
  if (moved->resumed) std::puts("An earlier move was continued.");
  std::uint64_t rows = 0;
  for (const store::move::Compared& one : moved->tables) {
    rows += one.source.rows;
    std::printf("%-16s %12llu rows  %s\n", one.table.c_str(), static_cast<unsigned long long>(one.source.rows),
                store::move::to_text(one.source).c_str());
  }
  std::printf("Moved into %s: %llu rows. Both sides have the same rows with the same hashes.\n", into.c_str(),
              static_cast<unsigned long long>(rows));
  return 0;
}

Settings in_folder(Settings settings) {
  settings.database = "sqlite";
  return settings;
}

int into_database(const Settings& settings) {
  SystemRandom random;
  const auto from = open_for_server(in_folder(settings), false, random);
  if (!from) return complain(from.error());
  const auto to = PostgresStore::open(settings.database, {.server = true, .moving = true});
  if (!to) return complain(to.error());
  store::move::SqliteSource source(from->sqlite->data_file());
  store::move::PostgresTarget target(settings.database);
  if (!target.unfinished() && !target.is_empty())
    return complain("The database already has data of Beckon. Name an empty one.");
  const int status = move_between(source, target, **to, "the database");
  if (status == 0)
    std::printf(
        "Start the server with --database and the same master key. Keep %s as a copy, and start no server on "
        "it: it would send what is due again.\n",
        settings.data.c_str());
  return status;
}

int into_folder(const Settings& settings) {
  if (SqliteStore::holds_data(settings.data))
    return complain("The folder " + settings.data + " already has data. Name another one with --data.");
  SystemRandom random;
  const auto from = open_for_server(settings, false, random);
  if (!from) return complain(from.error());
  if (const auto made = SqliteStore::make_folder(settings.data); !made) return complain(made.error());
  const auto lock = store::ServerLock::take(settings.data + "/beckon.lock");
  if (!lock) return complain("Another process is using " + settings.data + ".");
  store::move::PostgresTarget source(settings.database);
  store::move::SqliteTarget target(settings.data);
  const int status = move_between(source, target, *from->postgres, settings.data);
  if (status == 0)
    std::puts("Start the server without --database. Start no server on the database: it would send what is due again.");
  return status;
}

}  // namespace

int migrate(const Settings& settings, const std::string& to) {
  if (!is_postgres(settings))
    return complain("--database must name the PostgreSQL database: postgres://USER@HOST/NAME");
  try {
    return to == "data" ? into_folder(settings) : into_database(settings);
  } catch (const store::postgres::PostgresError& error) {
    return complain(std::string("The database cannot be used: ") + error.what());
  } catch (const store::SqliteError& error) {
    return complain(std::string("The data folder cannot be used: ") + error.what());
  }
}

}  // namespace beckon::app
