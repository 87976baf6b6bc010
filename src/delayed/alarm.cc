#include "delayed/alarm.h"

#include <algorithm>

#include "base/planted.h"
#include "system/log.h"

namespace beckon::delayed {

void Alarm::committed(const commit::Batch& batch) {
  Instant earliest = Instant::max();
  const auto look = [&](const std::optional<Instant>& at) {
    earliest = std::min(earliest, at.value_or(Instant::max()));
  };
  for (const commit::Change& change : batch.changes)
    std::visit(commit::Cases{[&](const commit::TimerChange& one) { look(one.due_at); },
                             [&](const commit::TimersOfValues& timers) {
                               for (const auto& one : timers.all) look(one.due_at);
                             },
                             [&](const commit::TimersOfRule& one) { look(one.look_at); }, [](const auto&) {}},
               change);
  if (earliest != Instant::max()) look_no_later_than(earliest);
}

void Alarm::look_no_later_than(Instant at, bool landed) {
  {
    const std::lock_guard lock(mutex_);
    if (landed) handed_over_ = false;
    if (at >= next_ && !landed) return;
    next_ = std::min(next_, at);
  }
  changed_.notify_all();
}

bool Alarm::step() {
  if (planted(Planted::kLoseTimerAtRestart) && next_ == Instant::min()) next_ = Instant::max();
  const Instant now = clock_.now();
  {
    // From here on commits are tracked again: the store's response may lack them.
    const std::lock_guard lock(mutex_);
    if (handed_over_ || next_ > now) return false;
    next_ = Instant::max();
  }
  auto due = timers_.due(now, options_.timers_per_commit);
  if (due && !due->empty()) return hand_over(std::move(*due));
  const auto next = due ? timers_.next_due() : unexpected(due.error());
  if (!next) log::error("timers_unreadable").add("why", next.error().message);
  look_no_later_than(next ? next->value_or(Instant::max()) : now + options_.again_after_fault);
  return false;
}

bool Alarm::hand_over(std::vector<Timer> due) {
  {
    const std::lock_guard lock(mutex_);
    handed_over_ = true;
  }
  std::unique_ptr<commit::Work> work =
      std::make_unique<CheckTimers>(std::move(due), counts_, [this](const std::optional<Fault>& fault) {
        look_no_later_than(fault ? clock_.now() + options_.again_after_fault : Instant::min(), true);
      });
  if (committer_.submit(work)) return true;
  commit::refuse_overloaded(*work);
  return false;
}

void Alarm::run(std::stop_token stop) {
  while (!stop.stop_requested()) {
    step();
    std::unique_lock lock(mutex_);
    const auto was = std::pair(next_, handed_over_);
    const auto changed = [&] { return was != std::pair(next_, handed_over_); };
    if (handed_over_ || next_ == Instant::max()) {
      changed_.wait(lock, stop, changed);
    } else if (const Instant now = clock_.now(); next_ > now) {
      changed_.wait_for(lock, stop, std::min<Duration>(next_ - now, kLongestWait), changed);
    }
  }
}

Instant Alarm::next() const {
  const std::lock_guard lock(mutex_);
  return next_;
}

}  // namespace beckon::delayed
