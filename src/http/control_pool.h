// The threads on which handlers may wait for the disk.
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

  void run(Job job);  // in order; dropped after stop()
  void stop();        // waits for running jobs, drops the others. Not from its own threads

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  bool stopped_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace beckon::http
