#include "store/memory/memory_timers.h"

#include <algorithm>

namespace beckon::store {

using delayed::Timer;

void TimerTable::set(const Timer& timer) {
  cancel(key_of(timer));
  rows_[key_of(timer)] = timer;
  by_due_.emplace(timer.due_at, key_of(timer));
}

void TimerTable::cancel(const Key& key) {
  const auto found = rows_.find(key);
  if (found == rows_.end()) return;
  by_due_.erase({found->second.due_at, found->first});
  rows_.erase(found);
}

void TimerTable::apply(const commit::TimerChange& change) {
  if (change.due_at)
    return set({change.handle, change.session, change.rule, *change.due_at, change.anchor, change.same});
  if (!change.rule.empty()) return cancel({change.handle, change.session, change.rule, change.same});
  for (const Timer& timer : of(change.handle, change.session)) cancel(key_of(timer));
}

void TimerTable::apply(const commit::TimersOfValues& change) {
  std::vector<Timer> before = of(change.handle, change.session);
  std::erase_if(before, [&](const Timer& timer) { return timer.rule != change.rule; });
  for (const Timer& timer : before) cancel(key_of(timer));
  for (const commit::TimersOfValues::One& one : change.all) {
    const auto known = std::ranges::find(before, one.same, &Timer::same);
    const bool is_there = known != before.end() && known->anchor == one.anchor;
    if (one.how != commit::TimersOfValues::How::kSet && is_there)
      set(*known);
    else if (one.how != commit::TimersOfValues::How::kOnlyKept)
      set({change.handle, change.session, change.rule, one.due_at, one.anchor, one.same});
  }
}

void TimerTable::apply(const commit::TimersOfRule& wish) {
  std::vector<Timer> those;
  for (const auto& [key, timer] : rows_)
    if (timer.handle == wish.handle && timer.rule == wish.rule) those.push_back(timer);
  for (Timer& timer : those) {
    if (!wish.look_at) {
      cancel(key_of(timer));
      continue;
    }
    timer.due_at = std::min(timer.due_at, *wish.look_at);
    set(timer);
  }
}

std::vector<Timer> TimerTable::due(Instant now, std::size_t limit) const {
  std::vector<Timer> found;
  for (const auto& [at, key] : by_due_) {
    if (at > now || found.size() == limit) break;
    found.push_back(rows_.at(key));
  }
  return found;
}

std::vector<Timer> TimerTable::of(const Handle& handle, const SessionId& session) const {
  std::vector<Timer> found;
  for (auto row = rows_.lower_bound({handle, session, RuleId{}, 0});
       row != rows_.end() && row->second.handle == handle && row->second.session == session; ++row)
    found.push_back(row->second);
  std::ranges::stable_sort(found, {}, &Timer::due_at);
  return found;
}

Result<std::vector<Timer>> MemoryTimers::due(Instant now, std::size_t limit) {
  const std::lock_guard lock(facts_.mutex);
  return facts_.timers.due(now, limit);
}

Result<std::optional<Instant>> MemoryTimers::next_due() {
  const std::lock_guard lock(facts_.mutex);
  return facts_.timers.next_due();
}

Result<std::vector<Timer>> MemoryTimers::timers_of(const Handle& handle, const SessionId& session) {
  const std::lock_guard lock(facts_.mutex);
  return facts_.timers.of(handle, session);
}

}  // namespace beckon::store
