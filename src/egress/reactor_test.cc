#include "egress/reactor.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace beckon::egress {
namespace {

struct Count final : Reactor::Watcher {
  int ready = 0;
  void on_ready(int, bool, bool) override { ++ready; }
};

struct Pair {
  std::array<int, 2> ends{-1, -1};
  Pair() { EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0); }
  ~Pair() { for (const int end : ends) close(end); }
  int here() const { return ends[0]; }
  void come() const { EXPECT_EQ(write(ends[1], "x", 1), 1); }
  void read_all() const {
    std::array<char, 64> bytes{};
    EXPECT_GT(read(ends[0], bytes.data(), bytes.size()), 0);
  }
};

class RestingSocket : public testing::Test {
 protected:
  RestingSocket() {
    reactor.watch(pair.here(), true, false, count);
    pair.come();
    reactor.poll(Duration{0});
    EXPECT_EQ(count.ready, 1);
    pair.read_all();
    reactor.rest(pair.here());
  }
  // The socket is closed without a word, and its number is another's.
  void replace_by(const Pair& other) { EXPECT_EQ(dup2(other.here(), pair.here()), pair.here()); }

  Pair pair;
  Reactor reactor;
  Count count;
};

TEST_F(RestingSocket, IsWatchedAgain) {
  reactor.watch(pair.here(), true, false, count);
  pair.come();
  reactor.poll(Duration{0});
  EXPECT_EQ(count.ready, 2);
}

TEST_F(RestingSocket, TellsNothingUntilItIsWatchedAgain) {
  pair.come();
  reactor.poll(Duration{0});
  reactor.poll(Duration{0});
  EXPECT_EQ(count.ready, 1);
  reactor.watch(pair.here(), true, false, count);
  reactor.poll(Duration{0});
  EXPECT_EQ(count.ready, 2);
}

TEST_F(RestingSocket, LeavesItsNumberToTheNextOfItsWatcher) {
  const Pair next;
  replace_by(next);
  reactor.opened(pair.here());
  reactor.watch(pair.here(), true, false, count);
  next.come();
  reactor.poll(Duration{0});
  EXPECT_EQ(count.ready, 2);
}

TEST_F(RestingSocket, LeavesItsNumberToASocketOfAnother) {
  const Pair next;
  Count other;
  replace_by(next);
  reactor.watch(pair.here(), true, false, other);
  next.come();
  reactor.poll(Duration{0});
  EXPECT_EQ(other.ready, 1);
  EXPECT_EQ(count.ready, 1);
}

}  // namespace
}  // namespace beckon::egress
