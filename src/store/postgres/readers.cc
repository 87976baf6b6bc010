#include "store/postgres/readers.h"

namespace beckon::store::postgres {

std::unique_ptr<Connection> Readers::take(bool former_will_do, bool& former) {
  {
    std::unique_lock lock(mutex_);
    returned_.wait(lock, [this] { return lent_ < most_; });
    ++lent_;
    if (!former_will_do) idle_.clear();  // one is lost: so are the others, most likely
    if (!idle_.empty()) {
      former = true;
      auto connection = std::move(idle_.back());
      idle_.pop_back();
      return connection;
    }
  }
  former = false;
  try {
    return std::make_unique<Connection>(options_);
  } catch (...) {
    give_back(nullptr);
    throw;
  }
}

void Readers::give_back(std::unique_ptr<Connection> connection) {
  const std::lock_guard lock(mutex_);
  --lent_;
  if (connection && connection->is_usable()) idle_.push_back(std::move(connection));
  returned_.notify_one();
}

}  // namespace beckon::store::postgres
