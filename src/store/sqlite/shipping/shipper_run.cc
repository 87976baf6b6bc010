// The thread of a Shipper, and its log lines.
#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "store/sqlite/shipping/shipper.h"
#include "system/log.h"

namespace beckon::store {

void Shipper::failed(const Fault& fault) {
  const auto now = Steady::now();
  ++counts_.failures;
  counts_.failing = true;
  retry_ = now + std::min(kRetry, options_.every);
  if (fault.message == failure_ && now - logged_ < kAgain) return;
  failure_ = fault.message;
  logged_ = now;
  log::error("backup_failed")
      .add("why", fault.message)
      .add("then", "it is tried again; until it succeeds, commits are not in the backup folder");
}

void Shipper::worked() {
  if (!counts_.failing.exchange(false)) return;
  failure_.clear();
  log::info("backup_goes_on").add("last_commit", static_cast<std::int64_t>(counts_.last_commit));
}

void Shipper::run(std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  const auto at_work = [&](const auto& body) {
    busy_since_ = std::chrono::duration_cast<Duration>(Steady::now().time_since_epoch()).count();
    const auto done = body();
    busy_since_ = 0;
    done ? worked() : failed(done.error());
    return done;
  };
  bool at_once = false;
  while (!stop.stop_requested()) {
    if (!at_once) {
      std::unique_lock lock(mutex);
      stopped.wait_for(lock, stop, kTick, [] { return false; });
    }
    at_once = false;
    if (Steady::now() < retry_) {
      if (series_ && store_.wal_hold().held()) collect();  // to date the commits
    } else {
      at_once = at_work([this] { return round(); }).value_or(false);
    }
  }
  if (!series_) return;
  base_.reset();
  if (!store_.wal_hold().held() || !has_base_) return end_series();
  at_work([this] { return ship_all(); });
}

void Shipper::watch() {
  // Shipped frames also stay in the WAL while someone reads it, such as a backup.
  if (store_.wal_hold().held() && store_.wal_bytes() > shipped_bytes_ + options_.longest_wal)
    store_.wal_hold().let_go("the log is longer than backup-longest-log, since the backup folder takes too little");
  const std::int64_t since = busy_since_;
  const auto now = std::chrono::duration_cast<Duration>(Steady::now().time_since_epoch());
  if (since == 0 || now - Duration{since} < options_.stalled_after) {
    stall_logged_ = false;
    return;
  }
  counts_.failing = true;
  if (!std::exchange(stall_logged_, true))
    log::error("backup_stalled")
        .add("folder", options_.folder)
        .add("then", "requests go on; until the folder answers, commits are not in it");
}

}  // namespace beckon::store
