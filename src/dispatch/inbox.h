// Messages from other threads to the dispatcher's. They wait here until its next step; none is lost, and repeated ones
// are stored once, so that the inbox is bounded by the number of subscriptions.
#pragma once
#include <functional>
#include <mutex>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/id.h"
#include "dispatch/sender.h"
#include "outbox/settlements.h"

namespace beckon::dispatch {

struct Messages {
  std::unordered_set<SubscriptionId> woken;
  std::unordered_set<SubscriptionId> changed;
  std::unordered_map<SubscriptionId, DeliveryId> probed;  // with the delivery requested last
  bool all = false;
  std::vector<std::pair<Handle, SessionId>> forgotten;
  std::vector<std::move_only_function<void()>> fences;
  std::vector<std::pair<outbox::SettledBatch, bool>> written;
};

// Internally locked.
class Inbox {
 public:
  explicit Inbox(Sender& sender) : sender_(sender) {}

  // Adds a message with `write` and wakes the sender. False if the inbox is closed; then nothing was done.
  template <class Write>
  bool put(Write write) {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    write(messages_);
    if (!std::exchange(signaled_, true)) sender_.wake();
    return true;
  }

  Messages take();
  Messages close();  // the last ones; the sender is not used from then on

 private:
  std::mutex mutex_;
  Sender& sender_;
  Messages messages_;
  bool signaled_ = false;
  bool closed_ = false;
};

}  // namespace beckon::dispatch
