// A virtual disk under the model store: a batch is written, then synced, and only then seen by readers and
// acknowledged. A crash keeps what was synced; what was not may be kept or lost, but only whole, as the frames of a log
// are. The process may die before, between and behind the two.
#pragma once
#include <memory>
#include <vector>

#include "simulator/stage.h"
#include "store/memory/memory_store.h"

namespace beckon::simulator {

// Confined to the run.
class Disk final : public commit::Commit {
 public:
  explicit Disk(Stage& stage) : stage_(stage), store_(std::make_unique<store::MemoryStore>()) {}

  std::expected<commit::Receipt, commit::CommitFault> write(const commit::Batch& batch) override;

  // Of the store as readers see it. Another one after a crash that lost what readers had seen: ask anew.
  store::MemoryStore& store() { return *store_; }

  void crash();  // the machine stops

  // Faults, as of now.
  bool full = false;          // only what brings nothing in is written, out of the reserve
  bool reserve_full = false;  // nor that
  int busy = 0;               // so many writes find the file held by another process
  bool fails_sync = false;    // the next sync fails, and all behind it until the process has begun anew

 private:
  std::expected<commit::Receipt, commit::CommitFault> sync();

  Stage& stage_;
  std::unique_ptr<store::MemoryStore> store_;
  std::vector<commit::Batch> log_;  // as written
  std::size_t synced_ = 0;          // of the log
  std::size_t applied_ = 0;         // of the log: what readers see
};

}  // namespace beckon::simulator
