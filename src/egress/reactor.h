// Waits for sockets and times, and calls who asked: the one loop of the thread that sends. Linux epoll.
// Confined to one thread but for wake(). Callbacks run inside poll() and may use the reactor freely.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <unordered_map>
#include <utility>

#include "base/instant.h"

namespace beckon::egress {

using SteadyTime = std::chrono::steady_clock::time_point;

class Reactor {
 public:
  // Told that a socket is ready. An error or a hang-up shows as both, so that the reader meets it.
  class Watcher {
   public:
    virtual ~Watcher() = default;
    virtual void on_ready(int fd, bool readable, bool writable) = 0;
  };
  using Timer = std::pair<SteadyTime, std::uint64_t>;

  Reactor();
  ~Reactor();
  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;

  // Watches a socket, or changes what it is watched for; neither means no more. A socket is unwatched before it is
  // closed. `watcher` outlives the watch.
  void watch(int fd, bool read, bool write, Watcher& watcher);
  void unwatch(int fd) noexcept;

  // Calls `then` once, at or after `when`, from poll().
  Timer at(SteadyTime when, std::move_only_function<void()> then);
  void cancel(const Timer& timer);  // nothing if it has run

  // Waits until something is ready or due, wake(), or `at_most` has passed, and runs what is ready and due.
  void poll(Duration at_most);

  // Ends a poll that waits, or the next. Thread-safe, async-signal-safe.
  void wake() const;

 private:
  struct Watch {
    Watcher* watcher;
    std::uint32_t events;
    std::uint32_t serial;  // tells an event of a closed socket from one of its successor by number
  };
  int wait_ms(Duration at_most) const;
  void run_due();

  int epoll_;
  int wake_;
  std::uint32_t next_serial_ = 1;
  std::uint64_t next_timer_ = 1;
  std::unordered_map<int, Watch> watches_;
  std::map<Timer, std::move_only_function<void()>> timers_;
};

}  // namespace beckon::egress
