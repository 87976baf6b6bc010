#include "http/control_pool.h"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>

namespace beckon::http {
namespace {

TEST(ControlPool, RunsJobsOnItsThreadsInTheOrderGiven) {
  std::string order;
  std::promise<std::thread::id> last;
  ControlPool pool(1);
  pool.run("a", [&] { order += 'a'; });
  pool.run("a", [&] { order += 'b'; });
  pool.run("a", [&] { last.set_value(std::this_thread::get_id()); });
  EXPECT_NE(last.get_future().get(), std::this_thread::get_id());
  EXPECT_EQ(order, "ab");
}

TEST(ControlPool, RunsAsManyAtOnceAsItHasThreads) {
  std::promise<void> first, second, both;
  ControlPool pool(2);
  pool.run("a", [&] {
    first.set_value();
    second.get_future().wait();
    both.set_value();
  });
  pool.run("b", [&] {
    first.get_future().wait();
    second.set_value();
  });
  both.get_future().wait();
}

TEST(ControlPool, OneLineHasHalfOfTheThreadsAndItsTurnsLikeTheOthers) {
  std::promise<void> begun, go_on, done, last;
  std::string order;
  ControlPool pool(2);
  pool.run("slow", [&] {
    begun.set_value();
    go_on.get_future().wait();
  });
  begun.get_future().wait();
  for (int i = 0; i < 3; ++i) pool.run("slow", [&] { order += 's'; });
  EXPECT_EQ(pool.waiting("slow"), 3U);
  EXPECT_EQ(pool.waiting("unknown"), 0U);
  pool.run("a", [&] { order += 'a'; });
  pool.run("b", [&] { order += 'b'; });
  pool.run("a", [&] {
    order += 'a';
    done.set_value();
  });
  done.get_future().wait();
  EXPECT_EQ(order, "aba") << "the thread that is left runs the others, in turns";
  pool.run("slow", [&] { last.set_value(); });
  go_on.set_value();
  last.get_future().wait();
  EXPECT_EQ(order, "abasss");
}

TEST(ControlPool, TheShareOfALineCanBeSet) {
  std::promise<void> go_on, begun[2], third, other;
  const auto opened = go_on.get_future().share();
  ControlPool pool(3, 2);  // destroyed first: its threads use what is declared above
  for (auto& one : begun)
    pool.run("busy", [&] {
      one.set_value();
      opened.wait();
    });
  for (auto& one : begun) one.get_future().wait();
  pool.run("busy", [&] { third.set_value(); });
  pool.run("quiet", [&] { other.set_value(); });
  other.get_future().wait();
  EXPECT_EQ(pool.waiting(), 1U) << "the third of the busy line, next to a free thread";
  go_on.set_value();
  third.get_future().wait();
}

// Reports when it is dropped without having run.
struct Job {
  explicit Job(std::promise<bool>& told) : ran(&told) {}
  Job(Job&& other) noexcept : ran(std::exchange(other.ran, nullptr)) {}
  ~Job() {
    if (ran) ran->set_value(false);
  }
  void operator()() { std::exchange(ran, nullptr)->set_value(true); }
  std::promise<bool>* ran;
};

TEST(ControlPool, StoppingEndsWhatRunsAndDropsWhatWaits) {
  ControlPool pool(1);
  std::promise<void> begun, go_on;
  bool ended = false;
  std::promise<bool> waiting, late;
  pool.run("a", [&] {
    begun.set_value();
    go_on.get_future().wait();
    ended = true;
  });
  begun.get_future().wait();
  pool.run("a", Job(waiting));
  std::thread stopper([&] { pool.stop(); });
  EXPECT_FALSE(waiting.get_future().get());
  go_on.set_value();
  stopper.join();
  EXPECT_TRUE(ended);
  pool.run("a", Job(late));
  EXPECT_FALSE(late.get_future().get());
}

}  // namespace
}  // namespace beckon::http
