#include "app/backup/cleanup.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <system_error>

#include "system/log.h"

namespace beckon::app {
namespace {

constexpr timespec kTick{.tv_sec = 0, .tv_nsec = 100'000'000};
constexpr unsigned kRemovingSeconds = 5;  // on a stalled disk, removing stalls too

}  // namespace

Cleanup::Cleanup(Duration stalled) : stalled_(stalled) {
  ::sigemptyset(&signals_);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&signals_, signal);
  ::pthread_sigmask(SIG_BLOCK, &signals_, &before_);
  watcher_ = std::jthread([this](const std::stop_token& stop) { watch(stop); });
}

Cleanup::~Cleanup() {
  watcher_.request_stop();
  watcher_.join();
  const std::lock_guard lock(mutex_);
  remove_all();
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

Result<std::string> Cleanup::make_folder(std::string where) {
  if (where.empty()) {
    const char* given = ::getenv("TMPDIR");
    where = given != nullptr && *given != '\0' ? given : "/tmp";
  }
  std::string path = where + "/.beckon-XXXXXX";
  const std::lock_guard lock(mutex_);
  if (::mkdtemp(path.data()) == nullptr)
    return unexpected(
        Fault{.code = FaultCode::kInternalError,
              .message = "A temporary folder cannot be created in " + where + ": " + system_message(errno) + "."});
  paths_.push_back(path);
  return path;
}

FileDescriptor Cleanup::make_file(const std::string& path) {
  const std::lock_guard lock(mutex_);
  FileDescriptor made(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (made) paths_.push_back(path);
  return made;
}

void Cleanup::add(const std::string& path) {
  const std::lock_guard lock(mutex_);
  paths_.push_back(path);
}

void Cleanup::remove(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  keep(path);
}

void Cleanup::keep(const std::string& path) {
  const std::lock_guard lock(mutex_);
  std::erase(paths_, path);
}

void Cleanup::begin(const std::string& what) {
  progressed();
  const std::lock_guard lock(naming_);
  what_ = what;
}

void Cleanup::remove_all() {
  std::error_code error;
  for (const std::string& path : paths_) std::filesystem::remove_all(path, error);
  paths_.clear();
}

void Cleanup::end(int status) {
  ::alarm(kRemovingSeconds);
  std::signal(SIGALRM, [](int) { ::_exit(1); });
  log::flush();
  mutex_.lock();  // from here on nothing is created
  remove_all();
  ::_exit(status);
}

void Cleanup::watch(const std::stop_token& stop) {
  std::uint64_t seen = progress_;
  auto since = std::chrono::steady_clock::now();
  while (!stop.stop_requested()) {
    const int signal = ::sigtimedwait(&signals_, nullptr, &kTick);
    if (signal > 0) end(128 + signal);
    const auto now = std::chrono::steady_clock::now();
    if (const std::uint64_t progress = progress_; progress != seen) {
      seen = progress;
      since = now;
    }
    if (stalled_ == Duration{} || now - since < stalled_) continue;
    {
      const std::lock_guard lock(naming_);
      std::fprintf(stderr, "beckon: nothing has progressed for %s while %s; it was given up (--stalled-after).\n",
                   to_text(stalled_).c_str(), what_.c_str());
    }
    end(1);
  }
}

}  // namespace beckon::app
