#include "egress/reactor.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>

namespace beckon::egress {
namespace {

struct Count final : Reactor::Watcher {
  int ready = 0;
  void on_ready(int, bool, bool) override { ++ready; }
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

TEST(Reactor, TellsOfAReadySocketUntilItIsRead) {
  const Pair pair;
  Reactor reactor;
  Count count;
  reactor.watch(pair.here(), true, false, count);
  reactor.poll(Duration{0});
  EXPECT_EQ(count.ready, 0);
  pair.come();
  reactor.poll(Duration{0});
  reactor.poll(Duration{0});
  EXPECT_EQ(count.ready, 2);
}

TEST(Reactor, TellsWhoWatchesNow) {
  const Pair pair;
  Reactor reactor;
  Count first, second;
  reactor.watch(pair.here(), true, false, first);
  reactor.watch(pair.here(), true, false, second);
  pair.come();
  reactor.poll(Duration{0});
  EXPECT_EQ(first.ready, 0);
  EXPECT_EQ(second.ready, 1);
  reactor.unwatch(pair.here());
  reactor.poll(Duration{0});
  EXPECT_EQ(second.ready, 1);
}

// Both are ready in one round, and who is told first closes the other's socket, whose number a new one takes.
TEST(Reactor, TellsNothingOfASocketToItsSuccessorByNumber) {
  const Pair first, second, quiet;
  Reactor reactor;
  struct Replaces final : Reactor::Watcher {
    const std::array<int, 2> both;
    const int quiet;
    Reactor& reactor;
    Count& count;
    Replaces(std::array<int, 2> of, int with, Reactor& by, Count& told)
        : both(of), quiet(with), reactor(by), count(told) {}
    void on_ready(int fd, bool, bool) override {
      const int other = fd == both[0] ? both[1] : both[0];
      reactor.unwatch(fd);
      reactor.unwatch(other);
      EXPECT_EQ(dup2(quiet, other), other);
      reactor.watch(other, true, false, count);
    }
  };
  Count count;
  Replaces replaces({first.here(), second.here()}, quiet.here(), reactor, count);
  reactor.watch(first.here(), true, false, replaces);
  reactor.watch(second.here(), true, false, replaces);
  first.come();
  second.come();
  reactor.poll(Duration{0});
  EXPECT_EQ(count.ready, 0);
  quiet.come();
  reactor.poll(Duration{0});
  EXPECT_EQ(count.ready, 1);
}

TEST(Reactor, RunsTimersInTheirOrderAndNoneThatWasCancelled) {
  Reactor reactor;
  const auto now = std::chrono::steady_clock::now();
  std::string ran;
  reactor.at(now + std::chrono::milliseconds{2}, [&] { ran += 'b'; });
  reactor.at(now, [&] { ran += 'a'; });
  const auto never = reactor.at(now, [&] { ran += 'x'; });
  reactor.cancel(never);
  while (ran.size() < 2) reactor.poll(Duration{10});
  EXPECT_EQ(ran, "ab");
}

TEST(Reactor, IsWokenBeforeItWaits) {
  Reactor reactor;
  reactor.wake();
  const auto before = std::chrono::steady_clock::now();
  reactor.poll(Duration{60'000});
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds{30});
}

}  // namespace
}  // namespace beckon::egress
