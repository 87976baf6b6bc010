#include "store/memory/memory_timers.h"

#include <algorithm>

namespace beckon::store {

using delayed::Timer;

void TimerTable::set(const Timer& timer) {
  cancel(timer.handle, timer.session, timer.rule);
  rows_[{timer.handle, timer.session, timer.rule}] = timer;
  by_due_.emplace(timer.due_at, Key{timer.handle, timer.session, timer.rule});
}

void TimerTable::cancel(const Handle& handle, const SessionId& session, const RuleId& rule) {
  const auto found = rows_.find({handle, session, rule});
  if (found == rows_.end()) return;
  by_due_.erase({found->second.due_at, found->first});
  rows_.erase(found);
}

void TimerTable::apply(const commit::TimerChange& change) {
  if (change.due_at) return set({change.handle, change.session, change.rule, *change.due_at, change.anchor});
  if (!change.rule.empty()) return cancel(change.handle, change.session, change.rule);
  for (const Timer& timer : of(change.handle, change.session)) cancel(timer.handle, timer.session, timer.rule);
}

void TimerTable::apply(const commit::TimersOfRule& wish) {
  std::vector<Timer> those;
  for (const auto& [key, timer] : rows_)
    if (timer.handle == wish.handle && timer.rule == wish.rule) those.push_back(timer);
  for (Timer& timer : those) {
    if (!wish.look_at) {
      cancel(timer.handle, timer.session, timer.rule);
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
  for (auto row = rows_.lower_bound({handle, session, RuleId{}});
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
