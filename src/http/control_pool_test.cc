#include "http/control_pool.h"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>

namespace beckon::http {
namespace {

TEST(ControlPool, RunsJobsOnItsThreadsInTheOrderGiven) {
  ControlPool pool(1);
  std::string order;
  std::promise<std::thread::id> last;
  pool.run([&] { order += 'a'; });
  pool.run([&] { order += 'b'; });
  pool.run([&] { last.set_value(std::this_thread::get_id()); });
  EXPECT_NE(last.get_future().get(), std::this_thread::get_id());
  EXPECT_EQ(order, "ab");
}

TEST(ControlPool, RunsAsManyAtOnceAsItHasThreads) {
  ControlPool pool(2);
  std::promise<void> first, second;
  std::promise<void> both;
  pool.run([&] {
    first.set_value();
    second.get_future().wait();
    both.set_value();
  });
  pool.run([&] {
    first.get_future().wait();
    second.set_value();
  });
  both.get_future().wait();
}

// Tells when it is dropped without having run.
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
  pool.run([&] {
    begun.set_value();
    go_on.get_future().wait();
    ended = true;
  });
  begun.get_future().wait();
  pool.run(Job(waiting));
  std::thread stopper([&] { pool.stop(); });
  EXPECT_FALSE(waiting.get_future().get());
  go_on.set_value();
  stopper.join();
  EXPECT_TRUE(ended);
  pool.run(Job(late));
  EXPECT_FALSE(late.get_future().get());
}

}  // namespace
}  // namespace beckon::http
