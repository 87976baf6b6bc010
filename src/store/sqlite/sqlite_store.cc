#include "store/sqlite/sqlite_store.h"

#include <sqlite3.h>

#include <filesystem>
#include <system_error>

#include "store/sqlite/batch_rows.h"
#include "store/sqlite/data_file.h"
#include "store/sqlite/faults.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/upgrade.h"
#include "system/log.h"

namespace beckon::store {
namespace {

using commit::CommitFault;

std::unique_ptr<Connection> writer(const std::string& file, const SqliteOptions& options) {
  auto connection = std::make_unique<Connection>(file, Connection::Mode::kReadWrite, options.busy_timeout);
  // When the WAL restarts, gives back the space to which a long read by another process made it grow.
  connection->execute(("PRAGMA journal_size_limit = " + std::to_string(SqliteStore::kWalKept)).c_str());
  if (options.most_pages > 0)
    connection->execute(("PRAGMA max_page_count = " + std::to_string(options.most_pages)).c_str());
  return connection;
}

}  // namespace

std::string SqliteStore::data_file(const std::string& folder) { return folder + "/beckon.db"; }

Fault SqliteStore::no_data(const std::string& folder) {
  return {.code = FaultCode::kNotFound,
          .message = "There is no data in " + folder +
                     ". Name the folder of a server with --data; its data is created when the server first starts: "
                     "beckon serve --data " +
                     folder};
}

bool SqliteStore::holds_data(const std::string& folder) {
  std::error_code error;
  return std::filesystem::exists(data_file(folder), error);
}

Result<void> SqliteStore::make_folder(const std::string& folder) {
  std::error_code error;
  if (std::filesystem::is_directory(folder, error)) return {};
  std::filesystem::create_directories(folder, error);
  if (!error) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  if (!error) return {};
  return unexpected(
      Fault{.code = FaultCode::kInternalError, .message = "The folder " + folder + " cannot be created."});
}

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::string& folder, const SqliteOptions& options) {
  // Memory statistics are off: they cost a global lock per allocation. Once, before the first connection.
  static const int configured = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(configured);

  const std::string file = data_file(folder);
  std::error_code error;
  if (!holds_data(folder) && std::filesystem::exists(unfinished_data_file(file), error))
    return unexpected(
        Fault{.code = FaultCode::kConflict,
              .message = "The folder " + folder +
                         " holds a part of other data, because beckon migrate has not ended. Run it again "
                         "with the same settings, or delete " +
                         unfinished_data_file(file) + "."});
  if (!options.create && !holds_data(folder)) return unexpected(no_data(folder));
  if (const auto made = make_folder(folder); !made) return unexpected(made.error());
  std::unique_ptr<ServerLock> lock;
  if (options.server) lock = ServerLock::take(folder + "/beckon.lock");
  if (options.server && !lock)
    return unexpected(
        Fault{.code = FaultCode::kConflict,
              .message = "Another server is using " + folder + "; stop it, or choose another --data folder."});
  if (auto made = make_data_file(file); !made) return unexpected(made.error());
  if (auto admitted = admit(folder, options); !admitted) return unexpected(admitted.error());
  return guarded([&]() -> Result<std::unique_ptr<SqliteStore>> {
    return std::unique_ptr<SqliteStore>(new SqliteStore(folder, options, std::move(lock)));
  });
}

// A command migrates only data that no server uses, under the server's lock: a server of an older version could not
// work with another schema.
Result<void> SqliteStore::admit(const std::string& folder, const SqliteOptions& options) {
  const std::string file = data_file(folder);
  const auto schema = schema_of(file);
  if (!schema) return unexpected(schema.error());
  if (*schema == newest_schema()) return admit_data_file(file);
  const auto lock = options.server ? nullptr : ServerLock::take(folder + "/beckon.lock");
  if (!options.server && !lock)
    return unexpected(Fault{
        .code = FaultCode::kConflict,
        .message = "A server of an older version is using " + folder + " (schema " + std::to_string(*schema) +
                   ", this version has " + std::to_string(newest_schema()) +
                   "), so this version does not touch its data. Use the commands of the server's version, or stop "
                   "the server, start this version's, and try again."});
  if (options.upgrade_copy)
    if (auto copied = copy_before_upgrade(folder, *schema); !copied) return copied;
  if (auto admitted = admit_data_file(file); !admitted) return admitted;
  log::info("upgraded").add("from_schema", *schema).add("to_schema", newest_schema());
  return {};
}

SqliteStore::SqliteStore(const std::string& folder, const SqliteOptions& options, std::unique_ptr<ServerLock> lock)
    : file_(data_file(folder)),
      lock_(std::move(lock)),
      hold_(file_),
      readers_(file_, options.readers, options.busy_timeout),
      owed_(options.server ? options.owed : outbox::OwedLimits{.most = 0}),
      commit_(writer(file_, options), owed_, turn_,
              Reserve(folder + "/reserve", options.server ? options.reserve_bytes : 0), hold_, broken_),
      ledger_(readers_),
      outbox_(readers_, owed_),
      delivery_log_(readers_, owed_),
      timers_(readers_),
      analytics_(readers_),
      rules_(readers_),
      traits_(readers_),
      directory_(writer(file_, options), turn_, broken_),
      copier_(file_, Connection::Mode::kReadWrite, options.busy_timeout) {
  if (options.server) restore_owed(*readers_.borrow(), owed_);
  if (options.ships) hold_.take();
}

SqliteStore::~SqliteStore() {
  if (lock_ && !broken_) static_cast<void>(checkpoint_wal());
}

Result<ControlChanges> SqliteStore::control_changes(std::uint64_t version) {
  return guarded([&]() -> Result<ControlChanges> {
    auto reader = readers_.borrow();
    const Transaction one_view(*reader, Transaction::Kind::kRead);
    ControlChanges changes;
    {
      auto row = reader->query("SELECT name, value FROM meta WHERE name IN ('allowlist_changed', 'control_version')");
      while (row.next()) {
        if (row.text(0) == "control_version") changes.version = row.whole(1);
        if (row.text(0) == "allowlist_changed") changes.allowlist = row.whole(1) > version;
      }
    }
    if (version != 0 && changes.version <= version) return changes;
    auto row = reader->query("SELECT handle FROM handle WHERE changed > ?1 OR ?1 = 0 ORDER BY handle", version);
    while (row.next()) changes.handles.emplace_back(row.text(0));
    return changes;
  });
}

std::expected<void, CommitFault> SqliteStore::copy_wal(int mode, Duration patience) {
  const std::lock_guard lock(copying_);
  const auto copying = hold_.copying();
  if (broken_) return unexpected(CommitFault::kBroken);
  sqlite3_busy_timeout(copier_.raw(), static_cast<int>(patience.count()));
  int frames = 0;
  const int code = sqlite3_wal_checkpoint_v2(copier_.raw(), nullptr, mode, &frames, nullptr);
  if (frames >= 0) wal_bytes_ = static_cast<std::uint64_t>(frames) * kPageSize;
  if (code == SQLITE_OK) return {};
  const SqliteError error(code, sqlite3_system_errno(copier_.raw()), sqlite3_errmsg(copier_.raw()));
  const CommitFault fault = commit_fault(error);
  if (fault == CommitFault::kBroken) broken_ = true;
  if (fault != CommitFault::kBusy)
    log::warn("checkpoint_failed").add("code", error.code).add("errno", error.system_errno);
  return unexpected(fault);
}

// Passive: blocks no one. If another process is already copying, that is just as good.
std::expected<void, CommitFault> SqliteStore::checkpoint_wal() {
  auto copied = copy_wal(SQLITE_CHECKPOINT_PASSIVE, {});
  if (!copied && copied.error() == CommitFault::kBusy) return {};
  return copied;
}

// While commits wait to be shipped, the Shipper truncates the WAL.
std::expected<void, CommitFault> SqliteStore::purge() {
  if (!hold_.held()) {
    cut_asked_ = cut_done_ = false;
    return empty_wal();
  }
  if (cut_done_.exchange(false)) return {};
  const auto now = std::chrono::steady_clock::now();
  if (!cut_asked_.exchange(true)) cut_asked_at_ = now;
  if (now - cut_asked_at_ < kCutPatience) return unexpected(CommitFault::kBusy);
  cut_asked_ = false;
  hold_.let_go("erased data must leave the log, and the backup folder does not take what is in it");
  return empty_wal();
}

void SqliteStore::cut_is_done() {
  if (cut_asked_.exchange(false)) cut_done_ = true;
}

bool SqliteStore::begin_wal_again(const std::function<bool()>& rest, bool cut) {
  if (!copy_wal(SQLITE_CHECKPOINT_PASSIVE, {})) return false;  // so that little is left to be copied below
  const WriteTurn::Hold hold(turn_);
  // The first move allows copying everything that was read; after the second, the WAL may restart. Another process may
  // write at any time: before each move, everything that the previous move allows to be copied must have been read.
  if (!rest() || !hold_.move() || !copy_wal(SQLITE_CHECKPOINT_PASSIVE, {}) || !rest() || !hold_.move()) return false;
  return !cut || copy_wal(SQLITE_CHECKPOINT_TRUNCATE, kPurgePatience);
}

std::expected<void, CommitFault> SqliteStore::empty_wal(Duration patience) {
  const WriteTurn::Hold hold(turn_);
  return copy_wal(SQLITE_CHECKPOINT_TRUNCATE, patience);
}

}  // namespace beckon::store
