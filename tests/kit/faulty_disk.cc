// Preloaded into a server (LD_PRELOAD): a faulty disk under its data folder, which counts syncs and writes and fails
// as ordered. FAULTY_DISK is the folder; FAULTY_DISK_ORDERS a file of the eight numbers of `Orders`,
// mapped here and written by faulty_disk.mjs; FAULTY_DISK_SYNCED, if set, a folder with the content of each file, by
// its inode, at its last sync, and the synced names of the folder: everything that survives a power failure.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>

namespace {

constexpr std::uint64_t kSync = 1, kWrite = 2;                                // Orders::of
constexpr std::uint64_t kDieBefore = 1000, kDieBehind = 1001, kStall = 1002;  // Orders::how; else an errno

struct Orders {
  std::atomic<std::uint64_t> syncs, writes;      // counted so far
  std::atomic<std::uint64_t> of, from, to, how;  // the from-th to the to-th sync or write meets `how`
  std::atomic<std::uint64_t> met, unused;        // how many met it
};

Orders* orders() {
  static Orders* const mapped = [] {
    const char* file = std::getenv("FAULTY_DISK_ORDERS");
    const int fd = file ? ::open(file, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0) std::abort();
    void* at = ::mmap(nullptr, sizeof(Orders), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ::close(fd);
    if (at == MAP_FAILED) std::abort();
    return static_cast<Orders*>(at);
  }();
  return mapped;
}

std::string path_of(int fd) {
  char path[4096];
  const auto size = ::readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), path, sizeof path);
  return size < 0 ? std::string{} : std::string(path, static_cast<std::size_t>(size));
}

bool is_ours(int fd) {
  static const std::string folder = std::getenv("FAULTY_DISK");
  return path_of(fd).starts_with(folder);
}

// The errno with which this call must fail, or 0.
int met(std::uint64_t of, std::uint64_t number) {
  Orders& ordered = *orders();
  if (ordered.of != of || number < ordered.from || number > ordered.to) return 0;
  ++ordered.met;
  if (ordered.how == kDieBefore) ::kill(::getpid(), SIGKILL);
  while (ordered.how == kStall) ::usleep(10'000);
  return ordered.how < kDieBefore ? static_cast<int>(ordered.how) : 0;
}

void write_whole(const std::string& file, const std::string& bytes) {
  const std::string aside = file + "." + std::to_string(::gettid());
  std::ofstream(aside, std::ios::binary) << bytes;
  std::filesystem::rename(aside, file);
}

void keep_synced(int fd) {
  static std::mutex one_at_a_time;  // so that an older copy never overwrites a newer one
  const std::lock_guard lock(one_at_a_time);
  static const char* const kept = std::getenv("FAULTY_DISK_SYNCED");
  struct stat what = {};
  if (!kept || ::fstat(fd, &what) != 0) return;
  std::string bytes;
  if (S_ISDIR(what.st_mode)) {
    for (const auto& entry : std::filesystem::directory_iterator(path_of(fd))) {
      struct stat named = {};
      if (::stat(entry.path().c_str(), &named) == 0)
        bytes += std::to_string(named.st_ino) + " " + entry.path().filename().string() + "\n";
    }
    return write_whole(std::string(kept) + "/names", bytes);
  }
  bytes.resize(static_cast<std::size_t>(what.st_size));
  auto read = ::pread(fd, bytes.data(), bytes.size(), 0);
  if (read < 0) {  // for writing only. Not so otherwise: closing a second descriptor would let go of SQLite's locks
    const int again = ::open(("/proc/self/fd/" + std::to_string(fd)).c_str(), O_RDONLY | O_CLOEXEC);
    read = ::pread(again, bytes.data(), bytes.size(), 0);
    ::close(again);
  }
  bytes.resize(read < 0 ? 0 : static_cast<std::size_t>(read));
  write_whole(std::string(kept) + "/" + std::to_string(what.st_ino), bytes);
}

template <class Call>
Call* next(const char* name) {
  return reinterpret_cast<Call*>(::dlsym(RTLD_NEXT, name));
}

template <class Call>
int sync(const char* name, int fd) {
  if (!is_ours(fd)) return next<Call>(name)(fd);
  const std::uint64_t number = ++orders()->syncs;
  if (const int fault = met(kSync, number)) {
    errno = fault;
    return -1;
  }
  const int result = next<Call>(name)(fd);
  if (result == 0) keep_synced(fd);
  const Orders& ordered = *orders();
  if (ordered.of == kSync && ordered.how == kDieBehind && number >= ordered.from && number <= ordered.to)
    ::kill(::getpid(), SIGKILL);
  return result;
}

int write_fault(int fd) { return is_ours(fd) ? met(kWrite, ++orders()->writes) : 0; }

template <class Call, class... Args>
auto write(const char* name, int fd, Args... args) -> decltype(next<Call>(name)(fd, args...)) {
  if (const int fault = write_fault(fd)) {
    errno = fault;
    return -1;
  }
  return next<Call>(name)(fd, args...);
}

}  // namespace

extern "C" {
int fsync(int fd) { return sync<int(int)>("fsync", fd); }
int fdatasync(int fd) { return sync<int(int)>("fdatasync", fd); }
ssize_t write(int fd, const void* from, size_t size) {
  return write<ssize_t(int, const void*, size_t)>("write", fd, from, size);
}
ssize_t pwrite(int fd, const void* from, size_t size, off_t at) {
  return write<ssize_t(int, const void*, size_t, off_t)>("pwrite", fd, from, size, at);
}
ssize_t pwrite64(int fd, const void* from, size_t size, off64_t at) {
  return write<ssize_t(int, const void*, size_t, off64_t)>("pwrite64", fd, from, size, at);
}
int ftruncate(int fd, off_t size) noexcept { return write<int(int, off_t)>("ftruncate", fd, size); }
int ftruncate64(int fd, off64_t size) noexcept { return write<int(int, off64_t)>("ftruncate64", fd, size); }
int posix_fallocate(int fd, off_t from, off_t size) {  // returns the errno directly
  if (const int fault = write_fault(fd)) return fault;
  return next<int(int, off_t, off_t)>("posix_fallocate")(fd, from, size);
}
}
