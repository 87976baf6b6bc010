#include "net/event_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/check.h"

namespace beckon::net {
namespace {

constexpr int kBatch = 64;  // events handled at once

}  // namespace

EventLoop::EventLoop() : epoll_(epoll_create1(EPOLL_CLOEXEC)), wakeup_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  CHECK(epoll_.is_open() && wakeup_.is_open());
  epoll_event event{.events = EPOLLIN | EPOLLET, .data = {.ptr = nullptr}};
  CHECK(epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, wakeup_.number(), &event) == 0);
}

bool EventLoop::add(int fd, std::uint32_t events, Watcher& watcher) {
  auto watch = std::make_unique<Watch>(&watcher, fd, events);
  epoll_event event{.events = events, .data = {.ptr = watch.get()}};
  if (epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, fd, &event) != 0) return false;
  watches_[fd] = std::move(watch);
  return true;
}

void EventLoop::watch(int fd, bool read, bool write, Watcher& watcher) {
  if (!read && !write) return unwatch(fd);
  const std::uint32_t events = (read ? std::uint32_t{EPOLLIN} : 0u) | (write ? std::uint32_t{EPOLLOUT} : 0u);
  const auto found = watches_.find(fd);
  if (found == watches_.end()) {
    CHECK(add(fd, events, watcher));
    return;
  }
  Watch& watch = *found->second;
  watch.watcher = &watcher;
  if (watch.events == events) return;
  watch.events = events;
  epoll_event event{.events = events, .data = {.ptr = &watch}};
  CHECK(epoll_ctl(epoll_.number(), EPOLL_CTL_MOD, fd, &event) == 0);
}

bool EventLoop::watch_changes(int fd, Watcher& watcher) {
  return add(fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, watcher);
}

void EventLoop::unwatch(int fd) noexcept {
  const auto found = watches_.find(fd);
  if (found == watches_.end()) return;
  epoll_ctl(epoll_.number(), EPOLL_CTL_DEL, fd, nullptr);
  found->second->watcher = nullptr;
  ended_.push_back(std::move(found->second));
  watches_.erase(found);
}

EventLoop::Timer EventLoop::at(SteadyTime when, std::move_only_function<void()> then) {
  const Timer timer{when, next_timer_++};
  timers_.emplace(timer, std::move(then));
  return timer;
}

void EventLoop::cancel(const Timer& timer) { timers_.erase(timer); }

int EventLoop::wait_ms(Duration at_most) const {
  auto wait = std::max(at_most, Duration{0});
  if (!timers_.empty()) {
    const auto until = std::chrono::ceil<Duration>(timers_.begin()->first.first - std::chrono::steady_clock::now());
    wait = std::clamp(until, Duration{0}, wait);
  }
  return static_cast<int>(std::min<Duration::rep>(wait.count(), 60'000));
}

void EventLoop::run_due() {
  if (timers_.empty()) return;
  const auto now = std::chrono::steady_clock::now();
  const auto newest = next_timer_;  // timers added by callbacks wait for the next round, so that none is starved
  for (auto each = timers_.begin(); each != timers_.end() && each->first.first <= now; each = timers_.begin()) {
    if (each->first.second >= newest) break;
    auto then = std::move(each->second);
    timers_.erase(each);
    then();
  }
}

void EventLoop::poll(Duration at_most) {
  ended_.clear();
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): epoll_wait fills what is read
  std::array<epoll_event, kBatch> events;
  const int count = epoll_wait(epoll_.number(), events.data(), kBatch, wait_ms(at_most));
  CHECK(count >= 0 || errno == EINTR);
  for (int i = 0; i < count; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    const auto* watch = static_cast<const Watch*>(event.data.ptr);
    if (watch == nullptr || watch->watcher == nullptr) continue;
    const bool gone = (event.events & (EPOLLERR | EPOLLHUP)) != 0;
    const bool ended = gone || (event.events & EPOLLRDHUP) != 0;
    watch->watcher->on_ready(watch->fd, {.readable = ended || (event.events & EPOLLIN) != 0,
                                         .writable = gone || (event.events & EPOLLOUT) != 0,
                                         .ended = ended});
  }
  run_due();
}

void EventLoop::wake() const {
  const std::uint64_t once = 1;
  [[maybe_unused]] const auto size = write(wakeup_.number(), &once, sizeof once);
}

}  // namespace beckon::net
