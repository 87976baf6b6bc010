#include "store/sqlite/restored_data.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>

#include "base/operator_fault.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/data_file.h"
#include "store/sqlite/server_lock.h"
#include "store/sqlite/sqlite_store.h"

namespace beckon::store {
namespace {

Fault not_empty(const std::string& folder) {
  return operator_fault("The folder " + folder +
                            " already holds data. Restore into another folder (--data), or move away " +
                            SqliteStore::data_file(folder) + ", -wal and -shm first.",
                        FaultCode::kConflict);
}

// A WAL without its file belongs to one that was lost or moved away: SQLite would apply it to the new one.
bool has_anything_of_data(const std::string& folder) {
  return std::ranges::any_of(std::array{"", "-wal", "-shm", "-journal"}, [&](const char* end) {
    return std::filesystem::exists(SqliteStore::data_file(folder) + end);
  });
}

// The data file until it has its final name; deletes it and the files beside it if it never gets that name.
class Unnamed {
 public:
  explicit Unnamed(std::string name) : name_(std::move(name)) { remove(); }
  ~Unnamed() { remove(); }
  Unnamed(const Unnamed&) = delete;
  Unnamed& operator=(const Unnamed&) = delete;
  const std::string& name() const { return name_; }

 private:
  void remove() const {
    for (const char* end : {"", "-wal", "-shm", "-journal"}) ::unlink((name_ + end).c_str());
  }
  const std::string name_;
};

Result<void> read_through(BackupReader& backup) {
  while (true) {
    const auto piece = backup.next();
    if (!piece) return unexpected(piece.error());
    if (piece->empty()) return {};
  }
}

Result<void> write_data(BackupReader& backup, int out) {
  backup.rewind();
  while (true) {
    const auto piece = backup.next();
    if (!piece) return unexpected(piece.error());
    if (piece->empty()) return {};
    if (!write_all(out, *piece))
      return unexpected(operator_fault("The data cannot be written: " + system_message(errno) + "."));
  }
}

Result<void> write_file(const DataSource& source, const std::string& to) {
  const auto failed = [&] {
    return unexpected(operator_fault(to + " cannot be written: " + system_message(errno) + "."));
  };
  const FileDescriptor out(::open(to.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!out) return failed();
  if (auto written = source.write(out.number()); !written) return written;
  if (::fsync(out.number()) != 0) return failed();
  return {};
}

// Leaves the file in the state in which make_data_file() leaves a new one.
Result<void> prepare(const std::string& file) {
  if (auto admitted = admit_data_file(file); !admitted) return admitted;
  try {
    Connection connection(file, Connection::Mode::kReadWrite, kPatience);
    connection.execute("PRAGMA journal_mode = WAL; PRAGMA wal_checkpoint(TRUNCATE);");
    return {};
  } catch (const SqliteError& error) {
    return unexpected(file_fault(file, error));
  }
}

}  // namespace

std::string unnamed_data_file(const std::string& folder) {
  return SqliteStore::data_file(folder) + ".restored." + std::to_string(::getpid());
}

Result<DataCheck> restore_data(BackupReader& backup, const std::string& folder, const SecretBox* secrets) {
  return restore_data(
      {.check = [&] { return read_through(backup); }, .write = [&](int out) { return write_data(backup, out); }},
      folder, secrets);
}

Result<DataCheck> restore_data(const DataSource& source, const std::string& folder, const SecretBox* secrets) {
  if (has_anything_of_data(folder)) return unexpected(not_empty(folder));
  if (auto sound = source.check(); !sound) return unexpected(sound.error());
  if (const auto made = SqliteStore::make_folder(folder); !made) return unexpected(made.error());
  const auto lock = ServerLock::take(folder + "/beckon.lock");
  if (!lock) return unexpected(operator_fault("Another process is using " + folder + ".", FaultCode::kConflict));
  const std::string file = SqliteStore::data_file(folder);
  const Unnamed unnamed(unnamed_data_file(folder));
  if (auto written = write_file(source, unnamed.name()); !written) return unexpected(written.error());
  if (auto prepared = prepare(unnamed.name()); !prepared) return unexpected(prepared.error());
  auto found = check_data(unnamed.name(), {.secrets = secrets});
  if (!found || !found->damage.empty()) return found;
  // link() fails if the name is taken, so nothing is ever overwritten.
  if (::link(unnamed.name().c_str(), file.c_str()) != 0)
    return unexpected(errno == EEXIST ? not_empty(folder)
                                      : operator_fault(file + " cannot be created: " + system_message(errno) + "."));
  if (!sync_folder_of(file)) return unexpected(operator_fault("The folder " + folder + " cannot be synced."));
  return found;
}

}  // namespace beckon::store
