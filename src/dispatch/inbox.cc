#include "dispatch/inbox.h"

namespace beckon::dispatch {

Letters Inbox::take() {
  const std::lock_guard lock(mutex_);
  rung_ = false;
  return std::exchange(letters_, {});
}

Letters Inbox::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  return std::exchange(letters_, {});
}

}  // namespace beckon::dispatch
