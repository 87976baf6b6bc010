#include "http/control_pool.h"

#include <algorithm>
#include <utility>

namespace beckon::http {

ControlPool::ControlPool(std::size_t threads, std::size_t per_line)
    : running_per_line_(per_line > 0 ? per_line : std::max<std::size_t>(1, threads / 2)) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

void ControlPool::run(std::string_view line, Job job) {
  const std::lock_guard lock(mutex_);
  if (stopped_) return;
  auto known = by_name_.find(line);
  if (known == by_name_.end()) {
    const auto fresh = lines_.insert(lines_.end(), Line{.name = std::string(line), .jobs = {}});
    known = by_name_.emplace(fresh->name, fresh).first;
  }
  known->second->jobs.push_back(std::move(job));
  ++waiting_;
  changed_.notify_one();
}

std::size_t ControlPool::waiting(std::string_view line) const {
  const std::lock_guard lock(mutex_);
  const auto known = by_name_.find(line);
  return known == by_name_.end() ? 0 : known->second->jobs.size();
}

std::size_t ControlPool::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_;
}

void ControlPool::stop() {
  Lines dropped;  // destroying a job may send a response: not under the lock
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    waiting_ = 0;
    for (Line& line : lines_) std::swap(dropped.emplace_back().jobs, line.jobs);
    changed_.notify_all();
  }
  dropped.clear();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

ControlPool::Lines::iterator ControlPool::next() {
  // Skips only lines with running jobs, of which there are no more than threads.
  return std::find_if(lines_.begin(), lines_.end(),
                      [&](const Line& line) { return !line.jobs.empty() && line.running < running_per_line_; });
}

void ControlPool::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    auto line = lines_.end();
    changed_.wait(lock, [&] { return stopped_ || (line = next()) != lines_.end(); });
    if (stopped_) return;
    lines_.splice(lines_.end(), lines_, line);  // its next turn comes after all others
    Job job = std::move(line->jobs.front());
    line->jobs.pop_front();
    --waiting_;
    ++line->running;
    lock.unlock();
    job();
    job = nullptr;
    lock.lock();
    --line->running;
    if (!line->jobs.empty()) {
      changed_.notify_one();  // it was skipped while it had its share of threads
    } else if (line->running == 0) {
      by_name_.erase(line->name);
      lines_.erase(line);
    }
  }
}

}  // namespace beckon::http
