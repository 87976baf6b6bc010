// The threads on which handlers may wait for the disk, or for a name server.
#pragma once
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

namespace beckon::http {

// Jobs are distributed fairly among lines, each of which is a tenant: lines take turns, and each has at most its share
// of the threads, so that a tenant with waiting requests does not delay others. Internally locked.
class ControlPool {
 public:
  using Job = std::move_only_function<void()>;

  // `per_line`: the share; 0: half of the threads, at least one.
  explicit ControlPool(std::size_t threads, std::size_t per_line = 0);
  ~ControlPool() { stop(); }

  void run(std::string_view line, Job job);  // after those of its line; dropped after stop()
  std::size_t waiting(std::string_view line) const;
  std::size_t waiting() const;  // of all lines
  void stop();                  // waits for running jobs, drops the others. Not from its own threads

 private:
  struct Line {
    std::string name;
    std::deque<Job> jobs;
    std::size_t running = 0;
  };
  using Lines = std::list<Line>;

  Lines::iterator next();  // the first line that has a job and may run one; end() if none. Caller locks
  void work();

  const std::size_t running_per_line_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Lines lines_;  // with waiting or running jobs; in order of their turns
  std::unordered_map<std::string_view, Lines::iterator> by_name_;
  std::size_t waiting_ = 0;
  bool stopped_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace beckon::http
