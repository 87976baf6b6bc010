#include "commit/outbox_maintenance.h"

#include <algorithm>
#include <utility>

#include "commit/server_events.h"
#include "outbox/transitions.h"

namespace beckon::commit {
namespace {

// Whether a work of this batch has enabled, disabled or deleted a subscription.
bool turns_subscriptions(const Draft& draft) {
  return std::ranges::any_of(draft.batch().changes, [](const Change& one) {
    return std::holds_alternative<HoldSubscription>(one) || std::holds_alternative<RemoveSubscription>(one) ||
           std::holds_alternative<WithdrawSubscription>(one);
  });
}

}  // namespace

void OutboxMaintenance::plan(Draft& draft) {
  follow_set_clock(draft);
  if (is_due(draft.now(), swept_at_, options_.sweep_every)) {
    swept_at_ = draft.now();
    if (!trimming_) trimmed_to_ = {};
    giving_up_ = trimming_ = trimming_unmatched_ = true;
    draft.sweep_replays(draft.now() - options_.log_for);
  }
  finish(draft);
  giving_up_ = giving_up_ && give_up_held(draft);
  trimming_ = trimming_ && trim_deliveries(draft);
  trimming_unmatched_ = trimming_unmatched_ && trim_unmatched(draft);
}

// Due times were computed by the old clock, and would stay as far away as before, plus the amount by
// which it was set back. Batches are planned several times a second, so two consecutive ones see the
// change.
void OutboxMaintenance::follow_set_clock(Draft& draft) {
  const Instant before = std::exchange(planned_at_, draft.now());
  if (before - draft.now() > options_.clock_slack) set_back_ += before - draft.now();
  if (set_back_ == Duration{0}) return;
  draft.set_clock_back(set_back_);
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

// What this batch's works do to a subscription is newer: the next batch continues from that.
void OutboxMaintenance::finish(Draft& draft) {
  if (unfinished_.empty() || turns_subscriptions(draft)) return;
  for (std::size_t i = 0; i < options_.subscriptions_per_batch && i < unfinished_.size(); ++i) {
    auto next = unfinished_.upper_bound(finished_);
    if (next == unfinished_.end()) next = unfinished_.begin();
    finished_ = next->first;
    if (next->second.withdraw)
      draft.withdraw_subscription(*next->second.withdraw);
    else
      draft.hold_subscription(*next->second.hold);
  }
}

void OutboxMaintenance::committed(Draft& draft, const Receipt& receipt) {
  for (const Change& change : draft.batch().changes)
    std::visit(Cases{[&](const SetClockBack& one) { set_back_ -= one.by; },
                     [&](const HoldSubscription& one) {
                       note(receipt, one.subscription, {.withdraw = std::nullopt, .hold = one});
                     },
                     [&](const RemoveSubscription& one) {
                       const WithdrawSubscription rest{one.subscription, std::string(outbox::kSubscriptionDeleted)};
                       note(receipt, one.subscription, {.withdraw = rest, .hold = std::nullopt});
                     },
                     [&](const WithdrawSubscription& one) {
                       note(receipt, one.subscription, {.withdraw = one, .hold = std::nullopt});
                     },
                     [](const auto&) {}},
               change);
}

void OutboxMaintenance::note(const Receipt& receipt, const SubscriptionId& id, Unfinished unfinished) {
  if (std::ranges::find(receipt.unfinished, id) == receipt.unfinished.end())
    unfinished_.erase(id);
  else
    unfinished_[id] = std::move(unfinished);
}

void OutboxMaintenance::failed() { giving_up_ = trimming_ = trimming_unmatched_ = false; }

bool OutboxMaintenance::give_up_held(Draft& draft) {
  if (turns_subscriptions(draft)) return true;  // held deliveries are changing: wait for the next batch
  const auto held = outbox_.held_before(draft.now() - options_.held_for, options_.per_batch);
  if (!held) return false;
  for (const outbox::Delivery& delivery : *held) {
    draft.give_up(delivery.id, kHeldTooLong);
    publish_failed(draft, delivery, delivery.attempts, kHeldTooLong);
    outbox::Delivery failed = delivery;
    if (outbox::give_up(failed, kHeldTooLong, draft.now())) draft.notify_watchers(std::move(failed));
  }
  return held->size() == options_.per_batch;
}

// Ids sort by creation time, so the oldest are found without a separate index. Pending ones are
// skipped.
bool OutboxMaintenance::trim_deliveries(Draft& draft) {
  const auto rows = outbox_.oldest(trimmed_to_, options_.per_batch);
  if (!rows) return false;
  for (const outbox::Delivery& delivery : *rows) {
    if (delivery.created_at >= draft.now() - options_.log_for) return false;
    if (is_final(delivery.state)) draft.trim_delivery(delivery.id);
    trimmed_to_ = delivery.id;
  }
  return rows->size() == options_.per_batch;
}

bool OutboxMaintenance::trim_unmatched(Draft& draft) {
  auto old = outbox_.unmatched_before(draft.now() - options_.log_for, options_.per_batch);
  if (!old) return false;
  const bool more = old->size() == options_.per_batch;
  for (const auto& [handle, event] : *old) draft.trim_event(handle, event);
  return more;
}

}  // namespace beckon::commit
