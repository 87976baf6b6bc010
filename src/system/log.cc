#include "system/log.h"

#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "system/clock.h"

namespace beckon::log {
namespace {

constexpr std::size_t kWaitingBytes = 4 << 20;  // further lines are dropped
constexpr std::chrono::seconds kFlush{1};

std::atomic<Level> least_level{Level::kInfo};
std::atomic<std::uint64_t> dropped_lines{0};

void write_all(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {  // whoever gave us the pipe has made it non-blocking
      pollfd waits{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
      ::poll(&waits, 1, -1);
    } else if (errno != EINTR) {
      return;  // nobody is there to read
    }
  }
}

// Buffers lines for a separate thread: a reader that has stopped, as behind a full pipe, blocks no other thread.
class Writer {
 public:
  Writer() {
    std::thread([this] { run(); }).detach();  // may be stuck in a write at exit
    std::atexit([] { instance().flush(); });
  }

  void push(std::string_view line) {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() + line.size() > kWaitingBytes) {
      dropped_lines.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    waiting_.append(line).push_back('\n');
    changed_.notify_all();
  }

  void flush() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kFlush, [this] { return waiting_.empty() && !writing_; });
  }

  static Writer& instance() {
    static Writer& writer = *new Writer;  // outlives everything that logs
    return writer;
  }

 private:
  void run() {
    std::string text;
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return !waiting_.empty(); });
      text.clear();
      text.swap(waiting_);
      writing_ = true;
      lock.unlock();
      write_all(text);
      lock.lock();
      writing_ = false;
      changed_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::string waiting_;
  bool writing_ = false;
};

const char* name_of(Level level) {
  switch (level) {
    case Level::kDebug: return "debug";
    case Level::kInfo: return "info";
    case Level::kWarn: return "warn";
    case Level::kError: return "error";
    case Level::kOff: return "off";
  }
  return "";
}

}  // namespace

void set_level(Level least) { least_level.store(least, std::memory_order_relaxed); }
Level level() { return least_level.load(std::memory_order_relaxed); }
void flush() { Writer::instance().flush(); }
std::uint64_t dropped() { return dropped_lines.load(std::memory_order_relaxed); }
void plain(std::string_view line) { Writer::instance().push(line); }

Line::Line(Level level, std::string_view event) : on_(level >= log::level()), level_(level), writer_(text_) {
  if (!on_) return;
  text_.reserve(256);
  writer_.begin_object()
      .member("at", to_rfc3339(SystemClock{}.now()))
      .member("level", name_of(level_))
      .member("event", event);
}

Line::~Line() {
  if (!on_) return;
  writer_.end_object();
  plain(text_);
}

Line& Line::add(std::string_view name, std::string_view text) {
  if (on_) writer_.member(name, text);
  return *this;
}

Line& Line::add(std::string_view name, std::int64_t value) {
  if (on_) writer_.member(name, value);
  return *this;
}

Line& Line::add_real(std::string_view name, double value) {
  if (on_) writer_.key(name).real(value);
  return *this;
}

}  // namespace beckon::log
