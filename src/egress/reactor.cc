#include "egress/reactor.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/check.h"

namespace beckon::egress {
namespace {

constexpr std::uint64_t kWake = 0;  // no watch has this: serials begin at 1
constexpr int kBatch = 256;         // events taken at once

std::uint64_t key(int fd, std::uint32_t serial) {
  return (std::uint64_t{serial} << 32) | static_cast<std::uint32_t>(fd);
}

}  // namespace

Reactor::Reactor() : epoll_(epoll_create1(EPOLL_CLOEXEC)), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  CHECK(epoll_ >= 0 && wake_ >= 0);
  epoll_event event{.events = EPOLLIN, .data = {.u64 = kWake}};
  CHECK(epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event) == 0);
}

Reactor::~Reactor() {
  close(wake_);
  close(epoll_);
}

void Reactor::watch(int fd, bool read, bool write, Watcher& watcher) {
  if (!read && !write) return unwatch(fd);
  const std::uint32_t events = (read ? std::uint32_t{EPOLLIN} : 0u) | (write ? std::uint32_t{EPOLLOUT} : 0u);
  auto [found, fresh] = watches_.try_emplace(fd, Watch{&watcher, events, next_serial_});
  if (fresh) {
    if (++next_serial_ == 0) next_serial_ = 1;
  } else {
    found->second.watcher = &watcher;
    if (found->second.events == events) return;
    found->second.events = events;
  }
  epoll_event event{.events = events, .data = {.u64 = key(fd, found->second.serial)}};
  CHECK(epoll_ctl(epoll_, fresh ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event) == 0);
}

void Reactor::unwatch(int fd) noexcept {
  if (watches_.erase(fd) > 0) epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
}

Reactor::Timer Reactor::at(SteadyTime when, std::move_only_function<void()> then) {
  const Timer timer{when, next_timer_++};
  timers_.emplace(timer, std::move(then));
  return timer;
}

void Reactor::cancel(const Timer& timer) { timers_.erase(timer); }

int Reactor::wait_ms(Duration at_most) const {
  auto wait = std::max(at_most, Duration{0});
  if (!timers_.empty()) {
    const auto until = std::chrono::ceil<Duration>(timers_.begin()->first.first - std::chrono::steady_clock::now());
    wait = std::clamp(until, Duration{0}, wait);
  }
  return static_cast<int>(std::min<Duration::rep>(wait.count(), 60'000));
}

void Reactor::run_due() {
  const auto now = std::chrono::steady_clock::now();
  const auto newest = next_timer_;  // what the callbacks add waits for the next round, so that none is starved
  for (auto each = timers_.begin(); each != timers_.end() && each->first.first <= now; each = timers_.begin()) {
    if (each->first.second >= newest) break;
    auto then = std::move(each->second);
    timers_.erase(each);
    then();
  }
}

void Reactor::poll(Duration at_most) {
  std::array<epoll_event, kBatch> events{};
  const int count = epoll_wait(epoll_, events.data(), kBatch, wait_ms(at_most));
  CHECK(count >= 0 || errno == EINTR);
  for (int i = 0; i < count; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    if (event.data.u64 == kWake) {
      std::uint64_t times = 0;
      [[maybe_unused]] const auto size = read(wake_, &times, sizeof times);
      continue;
    }
    const int fd = static_cast<int>(event.data.u64 & 0xffff'ffff);
    const auto found = watches_.find(fd);
    if (found == watches_.end() || key(fd, found->second.serial) != event.data.u64) continue;
    const bool broken = (event.events & (EPOLLERR | EPOLLHUP)) != 0;
    const auto has = [&](std::uint32_t kind) { return broken || (event.events & kind) != 0; };
    found->second.watcher->on_ready(fd, has(EPOLLIN), has(EPOLLOUT));
  }
  run_due();
}

void Reactor::wake() const {
  const std::uint64_t once = 1;
  [[maybe_unused]] const auto size = write(wake_, &once, sizeof once);
}

}  // namespace beckon::egress
