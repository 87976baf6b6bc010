// `beckon backup`: copies the store into a temporary folder, then from there into the file or the pipe, so that the
// server's store is read no longer than the copy takes, however slow the target is.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <filesystem>

#include "app/backup/cleanup.h"
#include "app/backup/commands.h"
#include "app/backup/parts.h"
#include "app/storage.h"
#include "base/operator_fault.h"
#include "store/sqlite/store_copy.h"
#include "system/clock.h"

namespace beckon::app {
namespace {

constexpr std::uint64_t kSyncEvery = 32u << 20;  // bytes, so that no single sync takes long

std::string folder_of(const std::string& file) {
  const std::string folder = std::filesystem::path(file).parent_path();
  return folder.empty() ? "." : folder;
}

// Only older backups are ever replaced.
Result<void> may_write(const std::string& file) {
  if (file == "-") {
    if (::isatty(STDOUT_FILENO) == 1)
      return unexpected(operator_fault("Standard output is a terminal; send it to a file or a command."));
    return {};
  }
  std::error_code error;
  if (std::filesystem::exists(file, error) && !store::is_backup(file))
    return unexpected(operator_fault(file + " exists and is not a backup; choose another name."));
  return {};
}

struct Copied {
  store::BackupHeader header;
  FileDescriptor data;
};

// The copy no longer has a name when it is returned.
Result<Copied> copy(const Settings& settings, const BackupRequest& request, Cleanup& cleanup) {
  const std::string where =
      !request.temporary.empty() || request.file == "-" ? request.temporary : folder_of(request.file);
  cleanup.begin("copying the data");
  const auto folder = cleanup.make_folder(where);
  if (!folder) return unexpected(folder.error());
  const std::string to = *folder + "/copy";
  const FileDescriptor made(::open(to.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!made) return unexpected(operator_fault(to + " cannot be created: " + system_message(errno) + "."));
  const SystemClock clock;
  auto header =
      store::copy_store(settings.data, to, clock.now(),
                        {.longest_wal = request.longest_wal, .progressed = [&cleanup] { cleanup.progressed(); }});
  if (!header) return unexpected(header.error());
  Copied copied{*std::move(header), FileDescriptor(::open(to.c_str(), O_RDONLY | O_CLOEXEC))};
  cleanup.remove(*folder);
  if (!copied.data) return unexpected(operator_fault(to + " cannot be read: " + system_message(errno) + "."));
  return copied;
}

// Reads back from the disk rather than from the page cache.
Result<void> read_back(const std::string& file, int fd, std::uint64_t written, Cleanup& cleanup) {
  ::posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
  auto reader = store::BackupReader::open(file);
  if (!reader) return unexpected(reader.error());
  while (true) {
    const auto piece = reader->next();
    if (!piece) return unexpected(piece.error());
    if (piece->empty()) break;
    cleanup.progressed();
  }
  if (reader->size() != written) return unexpected(operator_fault(file + " is not as long as what was written."));
  return {};
}

Result<std::uint64_t> into_file(const Copied& copied, const std::string& file, Cleanup& cleanup) {
  const std::string aside = file + ".new." + std::to_string(::getpid());
  const auto failed = [&] {
    return unexpected(operator_fault("The backup " + file + " cannot be written: " + system_message(errno) + "."));
  };
  ::unlink(aside.c_str());  // left by a crashed process with this number
  const FileDescriptor out = cleanup.make_file(aside);
  if (!out) return failed();
  cleanup.begin("writing " + file);
  std::uint64_t unsynced = 0;
  const auto written = store::write_backup(copied.header, copied.data.number(), [&](std::string_view bytes) {
    cleanup.progressed();
    unsynced += bytes.size();
    if (!write_all(out.number(), bytes)) return false;
    return unsynced < kSyncEvery || (unsynced = 0, ::fdatasync(out.number()) == 0);
  });
  if (!written) return written;
  if (::fsync(out.number()) != 0) return failed();
  cleanup.begin("reading back " + file);
  if (auto sound = read_back(aside, out.number(), *written, cleanup); !sound) return unexpected(sound.error());
  if (::rename(aside.c_str(), file.c_str()) != 0) return failed();
  cleanup.keep(aside);
  if (!sync_folder_of(file)) return failed();
  return written;
}

Result<std::uint64_t> into_pipe(const Copied& copied, Cleanup& cleanup) {
  std::signal(SIGPIPE, SIG_IGN);
  cleanup.begin("writing to standard output");
  const auto written = store::write_backup(copied.header, copied.data.number(), [&](std::string_view bytes) {
    cleanup.progressed();
    return write_all(STDOUT_FILENO, bytes);
  });
  if (!written) return written;
  // A pipe cannot be synced; a file opened by the shell can.
  if (::fsync(STDOUT_FILENO) != 0 && errno != EINVAL && errno != EROFS && errno != ENOTSUP)
    return unexpected(operator_fault("Standard output cannot be synced: " + system_message(errno) + "."));
  return written;
}

}  // namespace

int backup(const Settings& settings, const BackupRequest& request) {
  if (const auto why = not_a_data_folder(settings, "backup")) return complain(*why);
  const auto stalled = parse_duration(request.stalled_after);
  if (!stalled) return complain("--stalled-after must be a duration such as 60s");
  if (const auto may = may_write(request.file); !may) return complain(may.error());
  Cleanup cleanup(*stalled);
  const auto copied = copy(settings, request, cleanup);
  if (!copied) return complain(copied.error());
  const bool piped = request.file == "-";
  const auto written = piped ? into_pipe(*copied, cleanup) : into_file(*copied, request.file, cleanup);
  if (!written) return complain(written.error());
  std::fprintf(piped ? stderr : stdout, "backup: %s; %llu bytes of %llu\n", describe(copied->header).c_str(),
               static_cast<unsigned long long>(*written), static_cast<unsigned long long>(copied->header.bytes));
  return 0;
}

}  // namespace beckon::app
