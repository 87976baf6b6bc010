#include "store/sqlite/upgrade.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "base/operator_fault.h"
#include "store/sqlite/data_file.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/sqlite_store.h"
#include "store/sqlite/store_copy.h"
#include "system/log.h"

namespace beckon::store {
namespace {

constexpr std::string_view kBefore = ".before-schema-";

std::vector<std::string> copies_in(const std::string& folder) {
  const std::string begin = SqliteStore::data_file(folder) + std::string(kBefore);
  std::vector<std::string> found;
  std::error_code error;
  for (auto at = std::filesystem::directory_iterator(folder, error);
       !error && at != std::filesystem::directory_iterator(); at.increment(error)) {
    const std::string name = folder + "/" + at->path().filename().string();
    if (name.starts_with(begin) && name.find_first_not_of("0123456789", begin.size()) == std::string::npos)
      found.push_back(name);
  }
  return found;
}

Result<void> look_for_space(const std::string& folder, std::int64_t schema) {
  const std::string file = SqliteStore::data_file(folder);
  const std::uint64_t needed = size_of(file) + size_of(file + "-wal");
  struct statvfs disk = {};
  if (::statvfs(folder.c_str(), &disk) != 0) return {};
  const std::uint64_t free = std::uint64_t{disk.f_bavail} * disk.f_frsize;
  if (free >= needed) return {};
  return unexpected(operator_fault(
      "The data in " + folder + " is of an older version (schema " + std::to_string(schema) + ", this version has " +
      std::to_string(newest_schema()) + "). A copy is made before it is upgraded, which needs " +
      std::to_string((needed >> 20) + 1) + " MiB there, and " + std::to_string(free >> 20) +
      " MiB are free. Make room, or make a backup elsewhere (beckon backup) and start with --upgrade-copy false."));
}

// Leaves the copy in the state in which make_data_file() leaves a new file.
Result<void> complete(const std::string& copy) {
  try {
    Connection connection(copy, Connection::Mode::kReadWrite, kPatience);
    connection.execute("PRAGMA journal_mode = WAL; PRAGMA wal_checkpoint(TRUNCATE);");
  } catch (const SqliteError& error) {
    return unexpected(file_fault(copy, error));
  }
  for (const char* end : {"-wal", "-shm"}) ::unlink((copy + end).c_str());
  const FileDescriptor made(::open(copy.c_str(), O_RDWR | O_CLOEXEC));
  if (!made || ::fsync(made.number()) != 0)
    return unexpected(operator_fault("The copy " + copy + " cannot be synced: " + system_message(errno) + "."));
  return {};
}

Result<void> make_copy(const std::string& folder, const std::string& unnamed) {
  ::unlink(unnamed.c_str());
  if (!FileDescriptor(::open(unnamed.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)))
    return unexpected(operator_fault(unnamed + " cannot be created: " + system_message(errno) + "."));
  if (const auto copied = copy_store(folder, unnamed, {}, {}); !copied) return unexpected(copied.error());
  return complete(unnamed);
}

}  // namespace

Result<void> copy_before_upgrade(const std::string& folder, std::int64_t schema) {
  const std::string copy = SqliteStore::data_file(folder) + std::string(kBefore) + std::to_string(newest_schema());
  if (size_of(copy) > 0)
    if (const auto former = schema_of(copy); former && *former < schema) return {};
  if (auto space = look_for_space(folder, schema); !space) return space;
  const std::string unnamed = copy + ".new";
  if (auto made = make_copy(folder, unnamed); !made) {
    for (const char* end : {"", "-wal", "-shm", "-journal"}) ::unlink((unnamed + end).c_str());
    return made;
  }
  if (::rename(unnamed.c_str(), copy.c_str()) != 0 || !sync_folder_of(copy))
    return unexpected(operator_fault(copy + " cannot be created: " + system_message(errno) + "."));
  for (const std::string& one : copies_in(folder)) {
    if (one != copy) ::unlink(one.c_str());
    for (const char* end : {"-wal", "-shm"}) ::unlink((one + end).c_str());  // left by readers of the copy
  }
  log::info("copied_before_upgrade")
      .add("copy", copy)
      .add("bytes", static_cast<std::int64_t>(size_of(copy)))
      .add("schema", schema);
  return {};
}

std::optional<FormerData> former_data(const std::string& folder) {
  for (const std::string& copy : copies_in(folder)) return FormerData{copy, size_of(copy)};
  return std::nullopt;
}

}  // namespace beckon::store
