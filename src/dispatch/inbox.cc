#include "dispatch/inbox.h"

namespace beckon::dispatch {

Messages Inbox::take() {
  const std::lock_guard lock(mutex_);
  signaled_ = false;
  return std::exchange(messages_, {});
}

Messages Inbox::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  return std::exchange(messages_, {});
}

}  // namespace beckon::dispatch
