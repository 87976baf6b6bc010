// Maintenance of the outbox in small steps, each part of a batch: deliveries held for too long fail, the log
// is trimmed, deliveries that wait by a clock since set back are rescheduled, and changes of subscriptions are
// finished (pending deliveries withdrawn, held, or requeued). Each step is bounded, so that commits stay
// short.
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
    Duration log_for = std::chrono::days{30};  // ended deliveries are kept this long after creation
    Duration sweep_every = std::chrono::minutes{1};
    Instant swept_at{};                              // counts as the last sweep before the start
    Duration clock_slack = std::chrono::seconds{1};  // smaller backward steps of the clock are ordinary adjustment
    std::size_t per_batch = 32;                      // of each kind
    std::size_t subscriptions_per_batch = 4;         // finished at once, Batch::kSweep deliveries of each
  };
  OutboxMaintenance(outbox::Outbox& outbox, Options options) : outbox_(outbox), options_(options) {}

  // At start: checks every subscription once, and the deleted ones that still have pending deliveries.
  Result<void> load(const outbox::SubscriptionIndex& index);

  void plan(Draft& draft) override;
  void committed(Draft& draft, const Receipt& receipt) override;
  void failed() override;  // the next sweep repeats it

 private:
  // What to do with a subscription's pending deliveries. If neither is set, nothing is left to do.
  struct Unfinished {
    std::optional<WithdrawSubscription> withdraw;
    std::optional<HoldSubscription> hold;
  };

  void finish(Draft& draft);
  void follow_set_clock(Draft& draft);
  void note(const Receipt& receipt, const SubscriptionId& id, Unfinished unfinished);

  // Each returns whether the next batch should continue it.
  bool give_up_held(Draft& draft);
  bool trim_deliveries(Draft& draft);
  bool trim_unmatched(Draft& draft);

  outbox::Outbox& outbox_;
  const Options options_;
  Instant swept_at_{options_.swept_at}, planned_at_{};
  Duration set_back_{};  // amount the clock was set back, as far as it is not on disk yet
  bool giving_up_ = false, trimming_ = false, trimming_unmatched_ = false;  // the sweep has steps left
  DeliveryId trimmed_to_;
  std::map<SubscriptionId, Unfinished> unfinished_;
  SubscriptionId finished_;  // the last one processed, for round robin
};

}  // namespace beckon::commit
