#include "intake/settling.h"

#include "base/json.h"
#include "base/planted.h"
#include "commit/server_events.h"
#include "outbox/transitions.h"

namespace beckon::intake {
namespace {

class SettleWork final : public commit::Work {
 public:
  SettleWork(outbox::SettledBatch batch, outbox::Settlements::Completion done)
      : batch_(std::move(batch)), done_(std::move(done)) {}

  void plan(commit::Draft& draft) override {
    for (const outbox::Settled& settled : *batch_) {
      if (settled.change) apply(draft, *settled.change);
      if (planted(Planted::kForgetAttempt) && batch_->size() > 1 && &settled == &batch_->back()) continue;
      draft.settle(settled.settlement);
      draft.notify_watchers(after(draft, settled));
      if (settled.settlement.state == outbox::DeliveryState::kFailed && !draft.lean())
        commit::publish_failed(draft, settled.delivery, settled.settlement.attempt.number, settled.settlement.reason);
    }
  }

  void finish(const std::optional<Fault>& fault) override { done_(!fault); }

  // While the disk is full: the results, without the events about them.
  bool only_settles() const override { return true; }

 private:
  // The delivery as the store will have it, if nothing else in this commit changes it.
  static outbox::Delivery after(commit::Draft& draft, const outbox::Settled& settled) {
    outbox::Delivery delivery = settled.delivery;
    const auto subscription = draft.find_subscription(delivery.subscription);
    const auto standing = subscription ? standing_of(*subscription) : outbox::Standing::kDeleted;
    outbox::settle(delivery, standing, settled.settlement, draft.now());
    return delivery;
  }

  void apply(commit::Draft& draft, const outbox::SubscriptionChange& change) {
    if (draft.changes_subscription(change.subscription)) return;  // already; the dispatcher repeats it
    const auto known = draft.places().subscriptions.find(change.subscription);
    if (!known) return;
    const auto next = outbox::change_by_attempts(*known, change, draft.now());
    if (!next) return;
    draft.put_subscription(*next);
    if (known->enabled && !next->enabled) {
      draft.hold_subscription({change.subscription, true, std::string(outbox::kSubscriptionDisabled)});
      if (!draft.lean()) commit::publish_disabled(draft, *next);
      draft.audit(change.handle, {"server"}, "webhook.disable", change.subscription.view(),
                  "{\"reason\":" + json::quote(change.disable_reason) + "}");
    }
  }

  outbox::SettledBatch batch_;
  outbox::Settlements::Completion done_;
};

}  // namespace

void Settling::settle(outbox::SettledBatch batch, Completion done) {
  std::unique_ptr<commit::Work> work = std::make_unique<SettleWork>(std::move(batch), std::move(done));
  if (!committer_.submit(work)) commit::refuse_overloaded(*work);
}

}  // namespace beckon::intake
