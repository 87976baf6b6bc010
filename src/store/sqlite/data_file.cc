#include "store/sqlite/data_file.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "store/sqlite/faults.h"
#include "store/sqlite/schema.h"
#include "system/files.h"

namespace beckon::store {
namespace {

constexpr off_t kHeaderSize = 100;  // sqlite.org/fileformat.html, 1.3

Fault refusal(const std::string& file, const std::string& why) {
  return {.code = FaultCode::kInternalError, .message = "The data file " + file + " " + why};
}

std::int64_t number(Connection& connection, const char* pragma) {
  auto row = connection.query(pragma);
  row.next();
  return row.integer(0);
}

// Also detects a file shorter than its header says, which SQLite reports as corrupt.
void touch_every_table(Connection& connection) {
  std::vector<std::string> tables;
  {
    auto row = connection.query("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
    while (row.next()) tables.emplace_back(row.text(0));
  }
  for (const std::string& table : tables) connection.execute(("SELECT * FROM \"" + table + "\" LIMIT 1").c_str());
}

// What to tell the operator about a damaged or foreign file; std::nullopt for errors that are not the file's.
std::optional<std::string> named(const SqliteError& error) {
  if (error.primary() == SQLITE_NOTADB) return "is not a Beckon data file, or its first bytes are damaged.";
  if (error.primary() == SQLITE_CORRUPT || error.code == SQLITE_IOERR_SHORT_READ)
    return "is damaged or truncated; restore a backup. (" + std::string(error.what()) + ")";
  return std::nullopt;
}

}  // namespace

Result<void> make_data_file(const std::string& file) {
  struct stat there = {};
  if (::stat(file.c_str(), &there) == 0) return {};
  const std::string aside = file + ".new." + std::to_string(::getpid());
  const auto made = guarded([&]() -> Result<void> {
    ::unlink(aside.c_str());
    const int fd = ::open(aside.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return unexpected(refusal(file, "cannot be created there; check the folder and its permissions."));
    ::close(fd);
    Connection connection(aside, Connection::Mode::kReadWrite, kPatience);
    connection.execute(("PRAGMA page_size = " + std::to_string(kPageSize)).c_str());
    migrate(connection);
    connection.execute("PRAGMA journal_mode = WAL; PRAGMA wal_checkpoint(TRUNCATE);");
    return {};
  });
  ::unlink((aside + "-wal").c_str());
  ::unlink((aside + "-shm").c_str());
  // link() fails if another process was faster; then its file is just as good.
  const bool moved = made && (::link(aside.c_str(), file.c_str()) == 0 || errno == EEXIST) && sync_folder_of(file);
  ::unlink(aside.c_str());
  if (made && !moved) return unexpected(refusal(file, "cannot be created there."));
  return made;
}

std::string unfinished_data_file(const std::string& file) { return file + ".moving"; }

Result<std::int64_t> schema_of(const std::string& file) {
  struct stat there = {};
  if (::stat(file.c_str(), &there) != 0) return unexpected(refusal(file, "cannot be read; check its permissions."));
  if (there.st_size < kHeaderSize) return unexpected(refusal(file, "is damaged or truncated; restore a backup."));
  try {
    Connection connection(file, Connection::Mode::kReadOnly, kPatience);
    if (number(connection, "PRAGMA application_id") != kApplicationId)
      return unexpected(refusal(file, "belongs to another program; choose another --data folder."));
    const std::int64_t version = number(connection, "PRAGMA user_version");
    if (version > newest_schema())
      return unexpected(refusal(file, "was written by a newer version (schema " + std::to_string(version) +
                                          ", this version supports " + std::to_string(newest_schema()) +
                                          "); run the newer version, or restore a backup."));
    return version;
  } catch (const SqliteError& error) {
    return unexpected(file_fault(file, error));
  }
}

Result<std::optional<std::string>> stored_secret(const std::string& file, std::string_view name) {
  try {
    Connection connection(file, Connection::Mode::kReadOnly, kPatience);
    auto row = connection.query("SELECT sealed FROM secret WHERE name = ?1", name);
    if (!row.next()) return std::nullopt;
    return std::string(row.text(0));
  } catch (const SqliteError& error) {
    return unexpected(file_fault(file, error));
  }
}

Result<void> admit_data_file(const std::string& file) {
  if (const auto schema = schema_of(file); !schema) return unexpected(schema.error());
  try {
    Connection connection(file, Connection::Mode::kReadWrite, kPatience);
    migrate(connection);
    touch_every_table(connection);
    return {};
  } catch (const SqliteError& error) {
    return unexpected(file_fault(file, error));
  }
}

Fault file_fault(const std::string& file, const SqliteError& error) {
  if (auto why = named(error)) return refusal(file, *why);
  return port_fault(error);
}

}  // namespace beckon::store
