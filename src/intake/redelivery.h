// Replays in progress: a few deliveries are queued again with each batch, and the progress is written with them. So a
// replay continues where it was after a restart, and queues no delivery twice.
#pragma once
#include <map>
#include <vector>

#include "commit/committer.h"
#include "outbox/outbox.h"

namespace beckon::intake {

// Committing thread, but for load.
class Redeliveries final : public commit::Maintenance {
 public:
  struct Options {
    std::size_t per_second = 100;  // deliveries that one replay queues; receivers get new events in addition
    std::size_t per_batch = 100;   // of all replays
  };
  Redeliveries(outbox::Outbox& outbox, Options options) : outbox_(outbox), options_(options) {}

  Result<void> load();  // at start: those that were under way

  // Begins with the next batch. Fault: kConflict where one of the subscription is under way.
  std::optional<Fault> start(commit::Draft& draft, outbox::Replay replay);
  // One that runs ends as cancelled; null: none of this name runs.
  std::optional<outbox::Replay> cancel(commit::Draft& draft, const Handle& handle, const ReplayId& id);

  void plan(commit::Draft& draft) override;
  void committed(commit::Draft& draft, const commit::Receipt& receipt) override;

 private:
  struct Running {
    outbox::Replay replay;
    Instant stepped_at{};
  };

  std::size_t allowance(Running& running, Instant now) const;
  void step(commit::Draft& draft, Running& running, std::size_t most);

  outbox::Outbox& outbox_;
  const Options options_;
  std::map<ReplayId, Running> running_;  // as committed
};

}  // namespace beckon::intake
