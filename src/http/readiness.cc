#include "http/readiness.h"

#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

#include "base/check.h"

namespace beckon::http {

Readiness::Readiness() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), wakeup_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  CHECK(epoll_.is_open() && wakeup_.is_open());
  CHECK(watch(wakeup_, nullptr));
}

bool Readiness::watch(const Descriptor& socket, void* owner) {
  epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data = {.ptr = owner}};
  return ::epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, socket.number(), &event) == 0;
}

std::span<const epoll_event> Readiness::wait(std::chrono::milliseconds most) {
  const int count =
      ::epoll_wait(epoll_.number(), events_.data(), static_cast<int>(events_.size()), static_cast<int>(most.count()));
  CHECK(count >= 0 || errno == EINTR);
  const auto end = std::remove_if(events_.begin(), events_.begin() + std::max(count, 0),
                                  [](const epoll_event& event) { return event.data.ptr == nullptr; });
  return {events_.begin(), end};
}

void Readiness::wake() {
  const std::uint64_t one = 1;
  CHECK(::write(wakeup_.number(), &one, sizeof one) == sizeof one);
}

}  // namespace beckon::http
