#include "app/settling.h"

#include "outbox/settle.h"

namespace beckon::app {
namespace {

class SettleWork final : public decision::Work {
 public:
  SettleWork(dispatch::SettledBatch batch, dispatch::Settlements::Completion done,
             const std::function<void(const SubscriptionId&)>& changed)
      : batch_(std::move(batch)), done_(std::move(done)), changed_(changed) {}

  void plan(decision::Draft& draft) override {
    for (const dispatch::Settled& settled : *batch_) {
      outbox::Settlement settlement = settled.settlement;
      if (settled.change) apply(draft, *settled.change);
      if (const auto subscription = now_of(draft, settlement, settled)) {
        const auto was = settlement.state;
        outbox::hold_or_retry(settlement, *subscription, settled.delivery.event_type);
        if (was == outbox::DeliveryState::kHeld && settlement.state == outbox::DeliveryState::kRetrying)
          draft.after_commit([this, id = subscription->id] { changed_(id); });
      }
      draft.batch().settlements.push_back(std::move(settlement));
    }
  }

  void finish(const std::optional<Fault>& fault) override { done_(!fault); }

 private:
  // The subscription as this commit will leave it.
  outbox::SubscriptionPtr now_of(decision::Draft& draft, const outbox::Settlement&, const dispatch::Settled& settled) {
    for (const outbox::Subscription& staged : draft.batch().subscriptions)
      if (staged.id == settled.delivery.subscription) return std::make_shared<const outbox::Subscription>(staged);
    return draft.places().subscriptions.find(settled.delivery.subscription);
  }

  void apply(decision::Draft& draft, const dispatch::SubscriptionChange& change) {
    const auto known = draft.places().subscriptions.find(change.subscription);
    if (!known) return;
    for (const outbox::Subscription& staged : draft.batch().subscriptions)
      if (staged.id == change.subscription) return;  // it changes in this commit already; the dispatcher says it again
    const bool disables = !change.disable_reason.empty() && known->enabled;
    if (!disables && known->failing_since == change.failing_since) return;
    auto next = std::make_shared<outbox::Subscription>(*known);
    next->failing_since = change.failing_since;
    if (disables) {
      next->enabled = false;
      next->disabled_reason = change.disable_reason;
      next->updated_at = draft.now();
      draft.batch().held.push_back({change.subscription, true, "subscription disabled"});
      draft.audit(change.handle, "server", "webhook.disable", change.subscription.view(),
                  "{\"reason\":" + json::quote(change.disable_reason) + "}");
    }
    draft.batch().subscriptions.push_back(*next);
    draft.after_commit([&draft, next] { draft.places().subscriptions.put(next); });
  }

  dispatch::SettledBatch batch_;
  dispatch::Settlements::Completion done_;
  const std::function<void(const SubscriptionId&)>& changed_;
};

}  // namespace

void Settling::settle(dispatch::SettledBatch batch, Completion done) {
  std::unique_ptr<decision::Work> work = std::make_unique<SettleWork>(std::move(batch), std::move(done), changed_);
  if (!committer_.submit(work)) decision::refuse_overloaded(*work);
}

}  // namespace beckon::app
