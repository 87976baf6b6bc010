// Results waiting to be written: handed over in batches, kept and handed over again if that failed.
#pragma once
#include <deque>
#include <memory>
#include <vector>

#include "base/instant.h"
#include "dispatch/endpoint_queues.h"
#include "dispatch/inbox.h"
#include "outbox/settlements.h"

namespace beckon::dispatch {

// Confined to the dispatcher's thread; the inbox reports what was written.
class Results {
 public:
  Results(outbox::Settlements& settlements, std::shared_ptr<Inbox> inbox)
      : settlements_(settlements), inbox_(std::move(inbox)) {}

  void add(outbox::Settled settled);
  void hand_over(Instant now);  // everything added, and the batches due for another try

  // The outcome of a batch. True if its results are written; they are no longer counted then.
  bool written(const outbox::SettledBatch& batch, bool ok, Instant now);

  Instant next() const { return refused_.empty() ? kNever : again_at_; }
  std::size_t unwritten() const { return unwritten_; }

 private:
  void settle(outbox::SettledBatch batch);

  outbox::Settlements& settlements_;
  std::shared_ptr<Inbox> inbox_;
  std::vector<outbox::Settled> added_;
  std::deque<outbox::SettledBatch> refused_;
  Instant again_at_{};
  Duration again_after_{};
  std::size_t unwritten_ = 0;
};

}  // namespace beckon::dispatch
