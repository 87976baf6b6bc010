// Upkeep of the outbox in small steps, each riding in a batch: what was held too long ends as failed, the log is
// trimmed, what waits for an instant of a clock that was set back comes earlier, and what a change of a subscription
// has begun is finished (its pending deliveries withdrawn, held, or queued again). How much a step takes is bounded, so
// that nobody who waits for a commit waits for it.
#pragma once
#include <map>
#include <optional>
#include <string_view>

#include "commit/committer.h"
#include "outbox/outbox.h"
#include "outbox/subscription_index.h"

namespace beckon::commit {

inline constexpr std::string_view kHeldTooLong = "held for too long";

class OutboxMaintenance final : public Maintenance {
 public:
  struct Options {
    Duration held_for = std::chrono::days{7};  // contract section 6
    Duration log_for = std::chrono::days{30};  // what has ended is kept this long after it was created
    Duration sweep_every = std::chrono::minutes{1};
    Duration clock_slack = std::chrono::seconds{1};  // a clock that is set back by less is only being kept right
    std::size_t per_batch = 32;                      // of each kind
    std::size_t subscriptions_per_batch = 4;         // that are finished at once, Batch::kSweep deliveries of each
  };
  OutboxMaintenance(outbox::Outbox& outbox, Options options) : outbox_(outbox), options_(options) {}

  // At start: looks at every subscription once, and at those that were deleted with something pending.
  Result<void> load(const outbox::SubscriptionIndex& index);

  void plan(Draft& draft) override;
  void committed(Draft& draft, const Receipt& receipt) override;
  void failed() override;  // the next sweep does it again

 private:
  // What a subscription's pending deliveries are to become. Neither: there is nothing left to do.
  struct Unfinished {
    std::optional<WithdrawSubscription> withdraw;
    std::optional<HoldSubscription> hold;
  };

  void finish(Draft& draft);
  void follow_set_clock(Draft& draft);
  void note(const Receipt& receipt, const SubscriptionId& id, Unfinished unfinished);

  // Each returns whether the next batch is to go on with it.
  bool give_up_held(Draft& draft);
  bool trim_deliveries(Draft& draft);
  bool trim_unmatched(Draft& draft);

  outbox::Outbox& outbox_;
  const Options options_;
  Instant swept_at_{}, planned_at_{};
  Duration set_back_{};  // by how much the clock was, as far as that is not on disk
  bool giving_up_ = false, trimming_ = false, trimming_unmatched_ = false;  // a step of the sweep is left to do
  DeliveryId trimmed_to_;
  std::map<SubscriptionId, Unfinished> unfinished_;
  SubscriptionId finished_;  // goes round: the last that had its turn
};

}  // namespace beckon::commit
