#include "store/sqlite/store_copy.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include "base/operator_fault.h"
#include "store/sqlite/batch_rows.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/data_file.h"
#include "store/sqlite/sqlite_store.h"
#include "store/store.h"

namespace beckon::store {

std::uint64_t size_of(const std::string& file) {
  struct stat what = {};
  return ::stat(file.c_str(), &what) == 0 ? static_cast<std::uint64_t>(what.st_size) : 0;
}

namespace {

constexpr int kStepsBetween = 500;  // virtual machine instructions between two checks of the WAL

// Watches the WAL while a statement of the connection runs.
class Watch {
 public:
  Watch(Connection& connection, std::string wal, const CopyOptions& options)
      : connection_(connection), wal_(std::move(wal)), options_(options) {
    sqlite3_progress_handler(connection_.raw(), kStepsBetween, &Watch::look, this);
  }
  ~Watch() { sqlite3_progress_handler(connection_.raw(), 0, nullptr, nullptr); }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  bool is_too_long() const { return too_long_; }

 private:
  static int look(void* self) {
    auto& watch = *static_cast<Watch*>(self);
    watch.options_.progressed();
    watch.too_long_ = size_of(watch.wal_) > watch.options_.longest_wal;
    return watch.too_long_ ? 1 : 0;  // 1 aborts the statement
  }

  Connection& connection_;
  const std::string wal_;
  const CopyOptions& options_;
  bool too_long_ = false;
};

Fault copy_fault(const std::string& file, const std::string& to, const SqliteError& error, bool too_long) {
  if (too_long)
    return operator_fault(
        "The server wrote so much while its data was being copied that its log (" + file +
        "-wal) has become longer than --longest-wal. Back up when there is less traffic, or to a faster "
        "disk (--temporary).");
  if (error.primary() == SQLITE_FULL) return operator_fault("The disk is full: the copy " + to + " cannot be written.");
  if (error.primary() == SQLITE_IOERR || error.primary() == SQLITE_CANTOPEN)
    return operator_fault("The copy " + to + " cannot be made: " + error.what() + ".");
  return file_fault(file, error);
}

// Describes the copy, which nobody else uses.
Result<BackupHeader> describe(const std::string& copy, std::int64_t schema, Instant now) {
  Connection connection(copy, Connection::Mode::kReadOnly, kPatience);
  BackupHeader header{.beckon = BECKON_VERSION, .schema = schema, .taken_at = now};
  header.position = last_journal_position(connection);
  header.bytes = size_of(copy);
  auto key = connection.query("SELECT sealed FROM secret WHERE name = ?1", kKeyFingerprint);
  if (key.next()) header.key = key.text(0);
  return header;
}

}  // namespace

Result<BackupHeader> copy_store(const std::string& folder, const std::string& to, Instant now,
                                const CopyOptions& options) {
  if (!SqliteStore::holds_data(folder)) return unexpected(SqliteStore::no_data(folder));
  const std::string file = SqliteStore::data_file(folder);
  const auto schema = schema_of(file);
  if (!schema) return unexpected(schema.error());
  bool too_long = false;
  try {
    Connection connection(file, Connection::Mode::kReadOnly, kPatience);
    connection.execute("PRAGMA synchronous = OFF");  // of the copy: the caller syncs it
    const Watch watch(connection, file + "-wal", options);
    try {
      connection.run("VACUUM INTO ?1", to);
    } catch (const SqliteError&) {
      too_long = watch.is_too_long();
      throw;
    }
    return describe(to, *schema, now);
  } catch (const SqliteError& error) {
    return unexpected(copy_fault(file, to, error, too_long));
  }
}

}  // namespace beckon::store
