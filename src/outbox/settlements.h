// The port through which the results of attempts are written.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/id.h"
#include "outbox/delivery.h"
#include "outbox/subscription_change.h"

namespace beckon::outbox {

struct Settled {
  Settlement settlement;
  Delivery delivery;  // as it was before the attempt
  std::optional<SubscriptionChange> change;
};

using SettledBatch = std::shared_ptr<const std::vector<Settled>>;

// Called on the dispatcher's thread.
class Settlements {
 public:
  using Completion = std::move_only_function<void(bool written)>;
  virtual ~Settlements() = default;

  // Writes all of them in one commit, or none. `done` is called once, on any thread, even before this returns; after
  // false (disk full, busy) the dispatcher keeps the batch and retries. Until then they count as being sent.
  //
  // Deliveries to be retried are held by the commit if the subscription is disabled by then. For a change with a
  // disable_reason on an enabled subscription, the writer disables it and holds its pending deliveries in the same
  // commit.
  virtual void settle(SettledBatch batch, Completion done) = 0;
};

}  // namespace beckon::outbox
