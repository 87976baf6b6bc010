#include "simulator/disk.h"

#include "base/planted.h"

namespace beckon::simulator {
using commit::Batch;
using commit::CommitFault;
using commit::Receipt;

std::expected<Receipt, CommitFault> Disk::write(const Batch& batch) {
  stage_.moment("before the commit is written");
  if (busy > 0) {
    --busy;
    stage_.counts.add(Count::kBusyWrites);
    return unexpected(CommitFault::kBusy);
  }
  if (full && (batch.brings_something_in() || reserve_full)) {
    stage_.counts.add(Count::kFullWrites);
    return unexpected(CommitFault::kFull);
  }
  if (full) stage_.counts.add(Count::kLeanWrites);
  stage_.counts.add(Count::kCommits);
  stage_.counts.add(Count::kSnapshots, static_cast<std::uint64_t>(
                                           std::ranges::distance(commit::changes_of<commit::SnapshotWrite>(batch))));
  log_.push_back(batch);
  stage_.moment("between the write of a commit and its sync");
  return sync();
}

std::expected<Receipt, CommitFault> Disk::sync() {
  if (fails_sync) {
    stage_.counts.add(Count::kFailedSyncs);
    return unexpected(CommitFault::kBroken);
  }
  const bool skipped = planted(Planted::kSkipSync) && log_.size() % 3 == 0;
  if (!skipped) synced_ = log_.size();
  std::expected<Receipt, CommitFault> receipt;
  for (; applied_ < log_.size(); ++applied_) receipt = store_->commit().write(log_[applied_]);
  stage_.moment("behind the sync of a commit");
  return receipt;
}

void Disk::crash() {
  std::size_t kept = synced_;
  while (kept < log_.size() && stage_.dice.one_in(2)) ++kept;
  stage_.counts.add(Count::kUnsyncedKept, kept - synced_);
  stage_.counts.add(Count::kUnsyncedLost, log_.size() - kept);
  log_.resize(kept);
  synced_ = kept;
  if (applied_ > kept) {  // readers had seen data that is now lost
    store_ = std::make_unique<store::MemoryStore>();
    applied_ = 0;
  }
  for (; applied_ < kept; ++applied_) (void)store_->commit().write(log_[applied_]);
  fails_sync = false;
  busy = 0;
}

}  // namespace beckon::simulator
