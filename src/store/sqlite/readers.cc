#include "store/sqlite/readers.h"

namespace beckon::store {

std::unique_ptr<Connection> Readers::take() {
  {
    std::unique_lock lock(mutex_);
    returned_.wait(lock, [this] { return !idle_.empty() || made_ < most_; });
    if (!idle_.empty()) {
      auto connection = std::move(idle_.back());
      idle_.pop_back();
      return connection;
    }
    ++made_;
  }
  try {
    return std::make_unique<Connection>(file_, Connection::Mode::kReadOnly, busy_timeout_);
  } catch (...) {
    const std::lock_guard lock(mutex_);
    --made_;
    returned_.notify_one();
    throw;
  }
}

void Readers::give_back(std::unique_ptr<Connection> connection) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(connection));
  returned_.notify_one();
}

}  // namespace beckon::store
