// What other threads tell the dispatcher's loop. Letters wait here until its next step; none is lost, and what repeats
// is kept once, so that the inbox is bounded by the number of subscriptions.
#pragma once
#include <functional>
#include <mutex>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/id.h"
#include "dispatch/sender.h"
#include "outbox/settlements.h"

namespace beckon::dispatch {

struct Letters {
  std::unordered_set<SubscriptionId> woken;
  std::unordered_set<SubscriptionId> changed;
  std::unordered_set<SubscriptionId> probed;
  bool all = false;
  std::vector<std::pair<Handle, SessionId>> forgotten;
  std::vector<std::move_only_function<void()>> fences;
  std::vector<std::pair<outbox::SettledBatch, bool>> written;
};

// Internally locked.
class Inbox {
 public:
  explicit Inbox(Sender& sender) : sender_(sender) {}

  // Puts a letter in with `write` and wakes the sender. False: closed, nothing was done.
  template <class Write>
  bool put(Write write) {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    write(letters_);
    if (!std::exchange(rung_, true)) sender_.wake();
    return true;
  }

  Letters take();
  Letters close();  // the last ones; the sender is not touched any more

 private:
  std::mutex mutex_;
  Sender& sender_;
  Letters letters_;
  bool rung_ = false;
  bool closed_ = false;
};

}  // namespace beckon::dispatch
