// The bases of a Shipper.
#include <algorithm>

#include "store/sqlite/faults.h"
#include "store/sqlite/shipping/shipper.h"
#include "system/log.h"

namespace beckon::store {
namespace {

std::string key_of(Connection& connection) {
  auto row = connection.query("SELECT sealed FROM secret WHERE name = ?1", kKeyFingerprint);
  return row.next() ? std::string(row.text(0)) : "";
}

}  // namespace

bool Shipper::base_is_due() const {
  const bool is_time = base_asked_ || clock_.now() >= base_at_ + options_.base_every;
  return !has_base_ || (is_time && commit_ + pending_commits_ > base_from_ + 1);
}

Result<void> Shipper::begin_base() {
  base_asked_ = false;
  auto header = this->header<BaseHeader>();
  header.key = key_of(connection_);
  header.segment = wal_began_;
  auto begun = BaseCopy::begin(*series_, std::move(header), connection_);
  if (!begun) return unexpected(begun.error());
  base_ = std::move(*begun);
  base_began_ = Steady::now();
  return {};
}

// Everything that the copy may contain of later commits is shipped before the file is renamed.
Result<void> Shipper::finish_base() {
  if (auto shipped = ship_all(); !shipped) return shipped;
  if (!store_.wal_hold().held()) return {};  // the series ends in the next round
  const auto name = base_->finish({.from = commit_ - 1, .from_at = last_at_});
  if (!name) return unexpected(name.error());
  has_base_ = true;
  base_at_ = name->end.from_at;
  base_from_ = name->end.from;
  counts_.base_at_ms = to_ms(base_at_);
  counts_.bytes += base_->written();
  ++counts_.bases;
  note_complete();
  log::info("backup_base_written")
      .add("commit", static_cast<std::int64_t>(name->end.from))
      .add("bytes", static_cast<std::int64_t>(base_->written()))
      .add("ms", std::chrono::duration_cast<Duration>(Steady::now() - base_began_).count());
  base_.reset();
  if (const std::uint64_t removed = prune(options_.folder, clock_.now() - options_.keep); removed > 0)
    log::info("backup_removed_old").add("bytes", static_cast<std::int64_t>(removed));
  return {};
}

Result<bool> Shipper::copy_base() {
  return guarded([this] { return copy_some_of_base(); });
}

Result<bool> Shipper::copy_some_of_base() {
  if (!base_) {
    if (!base_is_due()) return false;
    if (auto begun = begin_base(); !begun) return unexpected(begun.error());
  }
  const auto more = base_->step();
  if (!more) return more;
  if (*more) return true;
  if (auto finished = finish_base(); !finished) return unexpected(finished.error());
  return false;
}

}  // namespace beckon::store
