#include "commit/outbox_maintenance.h"

#include <algorithm>
#include <utility>

#include "commit/server_events.h"
#include "outbox/transitions.h"

namespace beckon::commit {

void OutboxMaintenance::plan(Draft& draft, ledger::Position) {
  follow_set_clock(draft);
  if (draft.now() - swept_at_ >= options_.sweep_every || draft.now() < swept_at_) {
    swept_at_ = draft.now();
    if (!trimming_) trimmed_to_ = {};
    giving_up_ = trimming_ = trimming_unmatched_ = true;
    draft.batch().replays_before = draft.now() - options_.log_for;
  }
  finish(draft);
  giving_up_ = giving_up_ && give_up_held(draft);
  trimming_ = trimming_ && trim_deliveries(draft);
  trimming_unmatched_ = trimming_unmatched_ && trim_unmatched(draft);
}

// The instants at which attempts are due were reckoned from the clock as it was, and would stay as far away as before
// and as far again as it was set. Batches are planned several times a second, so two of them see a set clock as it is
// set.
void OutboxMaintenance::follow_set_clock(Draft& draft) {
  const Instant before = std::exchange(planned_at_, draft.now());
  if (before - draft.now() > options_.clock_slack) set_back_ += before - draft.now();
  if (set_back_ == Duration{0}) return;
  draft.batch().set_back = set_back_;
  for (outbox::Settlement& settled : draft.batch().settlements)
    if (settled.reckoned_at > draft.now())
      settled.next_attempt_at = outbox::earlier(settled.next_attempt_at, set_back_, draft.now());
}

Result<void> OutboxMaintenance::load(const outbox::SubscriptionIndex& index) {
  for (const outbox::SubscriptionPtr& one : index.all())
    unfinished_[one->id].hold =
        HoldSubscription{one->id, !one->enabled, one->enabled ? "" : std::string(outbox::kSubscriptionDisabled)};
  const auto deleted = outbox_.deleted_with_pending();
  if (!deleted) return unexpected(deleted.error());
  for (const SubscriptionId& id : *deleted)
    unfinished_[id].withdraw = WithdrawSubscription{id, std::string(outbox::kSubscriptionDeleted)};
  return {};
}

// What a work of this batch says of a subscription is the newest: the next batch goes on with that.
void OutboxMaintenance::finish(Draft& draft) {
  Batch& batch = draft.batch();
  const bool said = !batch.withdrawn.empty() || !batch.held.empty() || !batch.removed_subscriptions.empty();
  for (std::size_t i = 0; !said && i < options_.subscriptions_per_batch && i < unfinished_.size(); ++i) {
    auto next = unfinished_.upper_bound(finished_);
    if (next == unfinished_.end()) next = unfinished_.begin();
    finished_ = next->first;
    if (next->second.withdraw)
      batch.withdrawn.push_back(*next->second.withdraw);
    else
      batch.held.push_back(*next->second.hold);
  }
}

void OutboxMaintenance::committed(Draft& draft, const Receipt& receipt) {
  const Batch& batch = draft.batch();
  if (batch.set_back) set_back_ -= *batch.set_back;
  for (const HoldSubscription& one : batch.held)
    note(receipt, one.subscription, {.withdraw = std::nullopt, .hold = one});
  for (const SubscriptionId& id : batch.removed_subscriptions)
    note(receipt, id,
         {.withdraw = WithdrawSubscription{id, std::string(outbox::kSubscriptionDeleted)}, .hold = std::nullopt});
  for (const WithdrawSubscription& one : batch.withdrawn)
    note(receipt, one.subscription, {.withdraw = one, .hold = std::nullopt});
}

void OutboxMaintenance::note(const Receipt& receipt, const SubscriptionId& id, Unfinished unfinished) {
  if (std::ranges::find(receipt.unfinished, id) == receipt.unfinished.end())
    unfinished_.erase(id);
  else
    unfinished_[id] = std::move(unfinished);
}

void OutboxMaintenance::failed() { giving_up_ = trimming_ = trimming_unmatched_ = false; }

bool OutboxMaintenance::give_up_held(Draft& draft) {
  const auto held = outbox_.held_before(draft.now() - options_.held_for, options_.per_batch);
  if (!held) return false;
  for (const outbox::Delivery& delivery : *held) {
    draft.batch().given_up.push_back({delivery.id, std::string(kHeldTooLong)});
    publish_failed(draft, delivery, delivery.attempts, kHeldTooLong);
    outbox::Delivery failed = delivery;
    if (outbox::give_up(failed, kHeldTooLong, draft.now())) draft.tell(std::move(failed));
  }
  return held->size() == options_.per_batch;
}

// Ids sort by when they were made, so the oldest are found without an index of their own. What is pending is passed
// over.
bool OutboxMaintenance::trim_deliveries(Draft& draft) {
  const auto rows = outbox_.oldest(trimmed_to_, options_.per_batch);
  if (!rows) return false;
  for (const outbox::Delivery& delivery : *rows) {
    if (delivery.created_at >= draft.now() - options_.log_for) return false;
    if (is_final(delivery.state)) draft.batch().trimmed.push_back(delivery.id);
    trimmed_to_ = delivery.id;
  }
  return rows->size() == options_.per_batch;
}

bool OutboxMaintenance::trim_unmatched(Draft& draft) {
  auto old = outbox_.unmatched_before(draft.now() - options_.log_for, options_.per_batch);
  if (!old) return false;
  const bool more = old->size() == options_.per_batch;
  draft.batch().trimmed_events = std::move(*old);
  return more;
}

}  // namespace beckon::commit
