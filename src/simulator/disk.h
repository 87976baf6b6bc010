// A virtual disk under the model store: a batch is written, then synced, and only then seen by readers and
// acknowledged. A crash keeps synced batches; others may be kept or lost, but only completely, like the frames of a
// log. The process may die before, between and after the two.
#pragma once
#include <memory>
#include <vector>

#include "simulator/stage.h"
#include "store/memory/memory_store.h"

namespace beckon::simulator {

// Not thread-safe.
class Disk final : public commit::Commit {
 public:
  explicit Disk(Stage& stage) : stage_(stage), store_(std::make_unique<store::MemoryStore>()) {}

  std::expected<commit::Receipt, commit::CommitFault> write(const commit::Batch& batch) override;

  // The store as seen by readers. Replaced by a crash that loses data readers had seen: do not keep the reference.
  store::MemoryStore& store() { return *store_; }

  void crash();  // the machine stops

  // Faults, as of now.
  bool full = false;          // only batches without new data are written, using the reserve
  bool reserve_full = false;  // not even those
  int busy = 0;               // number of writes that find the file locked by another process
  bool fails_sync = false;    // the next sync fails, and all later ones until the process restarts

 private:
  std::expected<commit::Receipt, commit::CommitFault> sync();

  Stage& stage_;
  std::unique_ptr<store::MemoryStore> store_;
  std::vector<commit::Batch> log_;  // as written
  std::size_t synced_ = 0;          // of the log
  std::size_t applied_ = 0;         // of the log: what readers see
};

}  // namespace beckon::simulator
