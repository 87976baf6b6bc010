// The threads on which handlers may wait for a disk.
#pragma once
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace beckon::http {

// Internally locked. Its queue is bounded by HttpLimits::in_flight: every job is a request.
class ControlPool {
 public:
  using Job = std::move_only_function<void()>;

  explicit ControlPool(std::size_t threads);
  ~ControlPool() { stop(); }

  void run(Job job);  // in the order given; dropped when it has stopped
  void stop();        // waits for the jobs under way, drops the others. From none of its threads

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  bool stopped_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace beckon::http
