// Faults around the process.
#include <algorithm>

#include "simulator/world.h"

namespace beckon::simulator {

// SIGTERM: attempts in flight are finished and written; then the process ends, and starts again.
void World::stop() {
  stage_.tell([] { return "the process is asked to stop"; });
  stage_.counts.add(Count::kStops);
  const int life = life_;
  process_->dispatcher.begin_drain();
  network_.hurry(stage_.time.passed());
  while (life == life_ && !process_->drained()) step(std::max(process_->next(), stage_.time.passed()));
  if (life == life_) die("because it was asked to");
}

void World::trouble_disk() {
  Dice& dice = stage_.dice;
  const Duration lasts = dice.spread(100ms, 5min);
  const int kind = dice.below(3);
  if (kind == 0 && has(Trouble::kFullDisk)) {
    disk_.full = true;
    disk_.reserve_full = dice.one_in(4);
    stage_.tell([&] { return std::string("the disk is full") + (disk_.reserve_full ? ", its reserve too" : ""); });
  } else if (kind == 1 && has(Trouble::kFailedSync)) {
    disk_.fails_sync = true;
    stage_.tell([] { return "the next sync fails"; });
    return;
  } else if (has(Trouble::kBusyDisk)) {
    disk_.busy = dice.between(1, 5);
    stage_.tell([] { return "another process holds the file"; });
  } else {
    return;
  }
  heal_at_ = std::min(heal_at_, stage_.time.passed() + lasts);
  attempts_.disturbed(stage_.time.passed() + lasts + 5s);  // results are submitted again within this time
}

void World::trouble_reads() {
  const Duration lasts = stage_.dice.spread(10ms, 2min);
  stage_.tell([] { return "reads of the disk fail"; });
  process_->unreadable = true;
  heal_at_ = std::min(heal_at_, stage_.time.passed() + lasts);
  attempts_.disturbed(stage_.time.passed() + lasts + 1s);
}

void World::heal() {
  heal_at_ = Duration::max();
  disk_.full = disk_.reserve_full = disk_.fails_sync = false;
  disk_.busy = 0;
  if (process_) process_->unreadable = false;
  attempts_.disturbed(stage_.time.passed() + 5s);
  stage_.tell([] { return "the disk is well"; });
}

void World::set_clock() {
  Dice& dice = stage_.dice;
  const bool back = has(Trouble::kClockBack) && (!has(Trouble::kClockForward) || dice.one_in(2));
  const Duration by = dice.spread(1ms, back ? 2h : 12h);
  process_->keep_up(stage_.time.passed());  // as ten times a second: it saw the clock just before
  pass(stage_.time.passed());
  if (!process_) return;
  stage_.tell(
      [&] { return "the clock is set " + std::string(back ? "back" : "forward") + " by " + beckon::to_text(by); });
  stage_.counts.add(back ? Count::kClockBack : Count::kClockForward);
  stage_.time.set_by(back ? -by : by);
  if (back) {
    set_back_ += by;
    attempts_.set_back(by);
  }
  attempts_.disturbed(stage_.time.passed() + 1s);
  network_.hurry(stage_.time.passed() + dice.between(0ms, 1s));  // within a step of its loop
  process_->keep_up(stage_.time.passed() + dice.between(0ms, 100ms));
}

void World::change_moods() {
  Dice& dice = stage_.dice;
  if (outside_.subscriptions.empty() || !dice.one_in(3)) return;
  KnownSubscription& one = outside_.subscriptions[dice.below(outside_.subscriptions.size())];
  if (one.always_healthy) return;
  one.mood = static_cast<Mood>(dice.below(has(Trouble::kPoison) ? kMoodCount : 3));
}

}  // namespace beckon::simulator
