#include "outbox/subscription_index.h"

#include <algorithm>
#include <mutex>

#include "base/check.h"
#include "base/planted.h"

namespace beckon::outbox {

SubscriptionPtr SubscriptionIndex::find(const SubscriptionId& id) const {
  const std::shared_lock lock(mutex_);
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

SubscriptionIndex::List SubscriptionIndex::of(const Handle& handle) const {
  static const List kNone = std::make_shared<const std::vector<SubscriptionPtr>>();
  const std::shared_lock lock(mutex_);
  const auto found = by_handle_.find(handle);
  return found == by_handle_.end() ? kNone : found->second;
}

std::vector<SubscriptionPtr> SubscriptionIndex::all() const {
  std::vector<SubscriptionPtr> list;
  {
    const std::shared_lock lock(mutex_);
    list.reserve(by_id_.size());
    for (const auto& [id, subscription] : by_id_) list.push_back(subscription);
  }
  std::ranges::sort(list, {}, [](const SubscriptionPtr& one) -> const SubscriptionId& { return one->id; });
  return list;
}

std::size_t SubscriptionIndex::size() const {
  const std::shared_lock lock(mutex_);
  return by_id_.size();
}

void SubscriptionIndex::put(SubscriptionPtr subscription) {
  const std::unique_lock lock(mutex_);
  put_locked(std::move(subscription));
}

void SubscriptionIndex::load(const std::vector<Subscription>& subscriptions) {
  const std::unique_lock lock(mutex_);
  by_id_.clear();
  by_handle_.clear();
  for (const Subscription& one : subscriptions) put_locked(std::make_shared<const Subscription>(one));
}

void SubscriptionIndex::put_locked(SubscriptionPtr subscription) {
  CHECK(subscription != nullptr && !subscription->id.empty());
  List& old = by_handle_[subscription->handle];
  auto list = old ? *old : std::vector<SubscriptionPtr>{};
  const auto same = std::ranges::find(list, subscription->id, [](const SubscriptionPtr& one) { return one->id; });
  if (same != list.end())
    *same = subscription;
  else
    list.push_back(subscription);
  old = std::make_shared<const std::vector<SubscriptionPtr>>(std::move(list));
  by_id_[subscription->id] = std::move(subscription);
}

void SubscriptionIndex::remove(const SubscriptionId& id) {
  const std::unique_lock lock(mutex_);
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  const Handle handle = found->second->handle;
  if (!planted(Planted::kDeliverAfterDelete)) by_id_.erase(found);
  List& old = by_handle_[handle];
  auto list = *old;
  std::erase_if(list, [&](const SubscriptionPtr& one) { return one->id == id; });
  if (list.empty())
    by_handle_.erase(handle);
  else
    old = std::make_shared<const std::vector<SubscriptionPtr>>(std::move(list));
}

}  // namespace beckon::outbox
