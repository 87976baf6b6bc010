#include "app/settling.h"

#include "base/json.h"
#include "base/planted.h"
#include "commit/server_events.h"
#include "store/settle.h"

namespace beckon::app {
namespace {

class SettleWork final : public commit::Work {
 public:
  SettleWork(dispatch::SettledBatch batch, dispatch::Settlements::Completion done)
      : batch_(std::move(batch)), done_(std::move(done)) {}

  void plan(commit::Draft& draft) override {
    for (const dispatch::Settled& settled : *batch_) {
      if (settled.change) apply(draft, *settled.change);
      if (planted(Planted::kForgetAttempt) && batch_->size() > 1 && &settled == &batch_->back()) continue;
      draft.batch().settlements.push_back(settled.settlement);
      draft.tell(after(draft, settled));
      if (settled.settlement.state == outbox::DeliveryState::kFailed && !draft.lean())
        commit::publish_failed(draft, settled.delivery, settled.settlement.attempt.number, settled.settlement.reason);
    }
  }

  void finish(const std::optional<Fault>& fault) override { done_(!fault); }

  // Written out of the store's reserve while the disk is full: the results, without the events about them.
  bool only_settles() const override { return true; }

 private:
  // The delivery as the store will leave it, where nothing else of this commit touches it.
  static outbox::Delivery after(commit::Draft& draft, const dispatch::Settled& settled) {
    outbox::Delivery delivery = settled.delivery;
    const auto subscription = draft.places().subscriptions.find(delivery.subscription);
    auto standing = store::Standing::kDeleted;
    if (subscription) standing = subscription->enabled ? store::Standing::kEnabled : store::Standing::kDisabled;
    store::settle(delivery, standing, settled.settlement, draft.now());
    return delivery;
  }

  void apply(commit::Draft& draft, const dispatch::SubscriptionChange& change) {
    const auto known = draft.places().subscriptions.find(change.subscription);
    if (!known) return;
    for (const outbox::Subscription& staged : draft.batch().subscriptions)
      if (staged.id == change.subscription) return;  // it changes in this commit already; the dispatcher says it again
    const bool disables = !change.disable_reason.empty() && known->enabled;
    if (!disables && known->failing_since == change.failing_since) return;
    auto next = std::make_shared<outbox::Subscription>(*known);
    next->failing_since = disables ? Instant{} : change.failing_since;
    if (disables) {
      next->enabled = false;
      next->disabled_reason = change.disable_reason;
      next->updated_at = draft.now();
      draft.batch().held.push_back({change.subscription, true, std::string(outbox::kSubscriptionDisabled)});
      if (!draft.lean()) commit::publish_disabled(draft, *next);
      draft.audit(change.handle, "server", "webhook.disable", change.subscription.view(),
                  "{\"reason\":" + json::quote(change.disable_reason) + "}");
    }
    draft.batch().subscriptions.push_back(*next);
    draft.after_commit([&draft, next] { draft.places().subscriptions.put(next); });
  }

  dispatch::SettledBatch batch_;
  dispatch::Settlements::Completion done_;
};

}  // namespace

void Settling::settle(dispatch::SettledBatch batch, Completion done) {
  std::unique_ptr<commit::Work> work = std::make_unique<SettleWork>(std::move(batch), std::move(done));
  if (!committer_.submit(work)) commit::refuse_overloaded(*work);
}

}  // namespace beckon::app
