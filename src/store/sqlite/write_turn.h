// Orders writes among this process's threads, first come, first served. The committing thread writes without a pause
// under load; without turns it would starve the control plane of SQLite's one write lock.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace beckon::store {

// Thread-safe.
class WriteTurn {
 public:
  // Holds the turn during its lifetime.
  class Hold {
   public:
    explicit Hold(WriteTurn& turn) : turn_(turn) {
      std::unique_lock lock(turn_.mutex_);
      const std::uint64_t mine = turn_.next_++;
      turn_.moved_.wait(lock, [&] { return turn_.serving_ == mine; });
    }
    ~Hold() {
      bool waited = false;
      {
        const std::lock_guard lock(turn_.mutex_);
        waited = ++turn_.serving_ != turn_.next_;
      }
      if (waited) turn_.moved_.notify_all();
    }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;

   private:
    WriteTurn& turn_;
  };

 private:
  std::mutex mutex_;
  std::condition_variable moved_;
  std::uint64_t next_ = 0;
  std::uint64_t serving_ = 0;
};

}  // namespace beckon::store
