// What an io thread waits for: that something changes on one of its sockets, or that it is woken (Linux' epoll).
//
// A change is told once, as it happens (edge-triggered): whoever hears that a socket is readable must remember it until
// a read took less than it had room for. So a request costs one read and no call to watch the socket anew.
#pragma once
#include <sys/epoll.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <span>

#include "http/descriptor.h"

namespace beckon::http {

// Confined to one thread, but for wake().
class Readiness {
 public:
  Readiness();

  // Tells every change of `socket` with `owner` in data.ptr, until the socket is closed. False when the system has no
  // room for one more.
  bool watch(const Descriptor& socket, void* owner);

  // What has changed; nothing after `most`, or when it was only woken. Valid until the next call.
  std::span<const epoll_event> wait(std::chrono::milliseconds most);

  // Ends the wait() under way, or the next one. Any thread.
  void wake();

 private:
  static constexpr std::size_t kAtOnce = 64;

  Descriptor epoll_;
  Descriptor wakeup_;  // never read: each write is an edge
  std::array<epoll_event, kAtOnce> events_;
};

}  // namespace beckon::http
