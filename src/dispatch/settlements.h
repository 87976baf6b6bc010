// The port through which results are written. app implements it over the committer.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/id.h"
#include "outbox/delivery.h"

namespace beckon::dispatch {

// A subscription whose run of failures began or ended, or that is to be disabled. May come again while the change is
// being written: writing it twice must do nothing.
struct SubscriptionChange {
  SubscriptionId subscription;
  Handle handle;
  Instant failing_since{};     // epoch: it works again, or starts afresh when it is enabled again
  std::string disable_reason;  // empty: it stays as it is
};

struct Settled {
  outbox::Settlement settlement;
  outbox::Delivery delivery;  // as it was before the attempt
  std::optional<SubscriptionChange> change;
};

using SettledBatch = std::shared_ptr<const std::vector<Settled>>;

// Called on the dispatcher's thread.
class Settlements {
 public:
  using Completion = std::move_only_function<void(bool written)>;
  virtual ~Settlements() = default;

  // Writes all of them in one commit, or none. `done` is called once, on any thread, also from within; with false
  // (no space, busy) the dispatcher keeps the batch and comes again. Until then the deliveries count as being sent.
  //
  // What would be retried is held by the commit itself where the subscription is disabled by then. For a change with a
  // disable_reason, on a subscription still enabled, the writer disables it and holds what is pending of it, in the
  // same commit.
  virtual void settle(SettledBatch batch, Completion done) = 0;
};

}  // namespace beckon::dispatch
