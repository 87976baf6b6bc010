// The event loop: waits for sockets and timers, and calls their watchers. Linux epoll. Confined to one thread, except
// wake(). Callbacks run inside poll() and may use the loop freely.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/instant.h"
#include "net/descriptor.h"

namespace beckon::net {

using SteadyTime = std::chrono::steady_clock::time_point;

class EventLoop {
 public:
  // What changed on a socket. An error or a hang-up sets all three, so that the next read or write reports it.
  struct Ready {
    bool readable = false;
    bool writable = false;
    bool ended = false;  // the peer has shut down its side, or the connection is gone
  };
  class Watcher {
   public:
    virtual ~Watcher() = default;
    virtual void on_ready(int fd, Ready ready) = 0;
  };
  using Timer = std::pair<SteadyTime, std::uint64_t>;

  EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Level-triggered: calls `watcher` in each poll while the socket is ready. Calling it again changes which events are
  // watched; neither ends the watch.
  void watch(int fd, bool read, bool write, Watcher& watcher);
  // Edge-triggered: calls `watcher` once for each change, without further system calls. A watcher notified of a
  // readable socket must remember that until a read returns less than it had room for. False if the system cannot watch
  // another socket.
  [[nodiscard]] bool watch_changes(int fd, Watcher& watcher);
  // `watcher` outlives the watch. Call before the socket is closed; no effect if it is not watched.
  void unwatch(int fd) noexcept;

  // Calls `then` once, at or after `when`, from poll().
  Timer at(SteadyTime when, std::move_only_function<void()> then);
  void cancel(const Timer& timer);  // no effect if it has run

  // Waits until a socket is ready, a timer is due, wake() is called, or `at_most` has passed (60 s at most), and runs
  // what is ready and due.
  void poll(Duration at_most);

  // Ends the current poll, or the next one. Thread-safe, async-signal-safe.
  void wake() const;

 private:
  struct Watch {
    Watcher* watcher;
    int fd;
    std::uint32_t events;
  };
  bool add(int fd, std::uint32_t events, Watcher& watcher);
  int wait_ms(Duration at_most) const;
  void run_due();

  Descriptor epoll_;
  Descriptor wakeup_;  // never read: each write is an edge
  std::uint64_t next_timer_ = 1;
  std::unordered_map<int, std::unique_ptr<Watch>> watches_;
  std::vector<std::unique_ptr<Watch>> ended_;  // events of this poll may still refer to them
  std::map<Timer, std::move_only_function<void()>> timers_;
};

}  // namespace beckon::net
