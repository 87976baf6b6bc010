// Replays in progress: each batch queues a few deliveries again and stores the progress with them, so that after a
// restart a replay continues where it was and queues no delivery twice.
#pragma once
#include <map>
#include <vector>

#include "commit/committer.h"
#include "outbox/outbox.h"

namespace beckon::intake {

// Committing thread only, except load.
class Redeliveries final : public commit::Maintenance {
 public:
  struct Options {
    std::size_t per_second = 100;  // deliveries queued by one replay; new events come on top
    std::size_t per_batch = 100;   // of all replays
  };
  Redeliveries(outbox::Outbox& outbox, Options options) : outbox_(outbox), options_(options) {}

  Result<void> load();  // at start: continues those in progress

  // Begins with the next batch. Fault: kConflict if the subscription already has one in progress.
  std::optional<Fault> start(commit::Draft& draft, outbox::Replay replay);
  // Cancels a replay in progress; std::nullopt if there is none with this id.
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
