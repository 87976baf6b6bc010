#include "net/event_loop.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>

namespace beckon::net {
namespace {

struct Count final : EventLoop::Watcher {
  int ready = 0;
  void on_ready(int, EventLoop::Ready) override { ++ready; }
};

struct Pair {
  std::array<int, 2> ends{-1, -1};
  Pair() { EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0); }
  ~Pair() {
    for (const int end : ends) close(end);
  }
  int here() const { return ends[0]; }
  void come() const { EXPECT_EQ(write(ends[1], "x", 1), 1); }
};

TEST(EventLoop, TellsOfAReadySocketUntilItIsRead) {
  const Pair pair;
  EventLoop loop;
  Count count;
  loop.watch(pair.here(), true, false, count);
  loop.poll(Duration{0});
  EXPECT_EQ(count.ready, 0);
  pair.come();
  loop.poll(Duration{0});
  loop.poll(Duration{0});
  EXPECT_EQ(count.ready, 2);
}

TEST(EventLoop, TellsOfEachChangeOnce) {
  Pair pair;
  EventLoop loop;
  struct Last final : EventLoop::Watcher {
    int times = 0;
    EventLoop::Ready ready;
    void on_ready(int, EventLoop::Ready now) override { ++times, ready = now; }
  } last;
  ASSERT_TRUE(loop.watch_changes(pair.here(), last));
  loop.poll(Duration{0});
  EXPECT_TRUE(last.ready.writable && !last.ready.readable && !last.ready.ended);
  pair.come();
  loop.poll(Duration{0});
  EXPECT_TRUE(last.ready.readable && !last.ready.ended);
  loop.poll(Duration{0});
  EXPECT_EQ(last.times, 2) << "what was not read is not told again";
  EXPECT_EQ(shutdown(pair.ends[1], SHUT_WR), 0);
  loop.poll(Duration{0});
  EXPECT_TRUE(last.ready.readable && last.ready.ended);
  loop.unwatch(pair.here());
  loop.poll(Duration{0});
  EXPECT_EQ(last.times, 3);
}

TEST(EventLoop, TellsWhoWatchesNow) {
  const Pair pair;
  EventLoop loop;
  Count first, second;
  loop.watch(pair.here(), true, false, first);
  loop.watch(pair.here(), true, false, second);
  pair.come();
  loop.poll(Duration{0});
  EXPECT_EQ(first.ready, 0);
  EXPECT_EQ(second.ready, 1);
  loop.unwatch(pair.here());
  loop.poll(Duration{0});
  EXPECT_EQ(second.ready, 1);
}

// Both are ready in one round; the first one notified closes the other's socket, whose number a new one gets.
TEST(EventLoop, TellsNothingOfASocketToItsSuccessorByNumber) {
  const Pair first, second, quiet;
  EventLoop loop;
  struct Replaces final : EventLoop::Watcher {
    const std::array<int, 2> both;
    const int quiet;
    EventLoop& loop;
    Count& count;
    Replaces(std::array<int, 2> of, int with, EventLoop& by, Count& told)
        : both(of), quiet(with), loop(by), count(told) {}
    void on_ready(int fd, EventLoop::Ready) override {
      const int other = fd == both[0] ? both[1] : both[0];
      loop.unwatch(fd);
      loop.unwatch(other);
      EXPECT_EQ(dup2(quiet, other), other);
      loop.watch(other, true, false, count);
    }
  };
  Count count;
  Replaces replaces({first.here(), second.here()}, quiet.here(), loop, count);
  loop.watch(first.here(), true, false, replaces);
  loop.watch(second.here(), true, false, replaces);
  first.come();
  second.come();
  loop.poll(Duration{0});
  EXPECT_EQ(count.ready, 0);
  quiet.come();
  loop.poll(Duration{0});
  EXPECT_EQ(count.ready, 1);
}

TEST(EventLoop, RunsTimersInTheirOrderAndNoneThatWasCancelled) {
  EventLoop loop;
  const auto now = std::chrono::steady_clock::now();
  std::string ran;
  loop.at(now + std::chrono::milliseconds{2}, [&] { ran += 'b'; });
  loop.at(now, [&] { ran += 'a'; });
  const auto never = loop.at(now, [&] { ran += 'x'; });
  loop.cancel(never);
  while (ran.size() < 2) loop.poll(Duration{10});
  EXPECT_EQ(ran, "ab");
}

TEST(EventLoop, IsWokenBeforeItWaits) {
  EventLoop loop;
  loop.wake();
  const auto before = std::chrono::steady_clock::now();
  loop.poll(Duration{60'000});
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds{30});
}

}  // namespace
}  // namespace beckon::net
