// One life of the process: the real rooms, wired as app/server.cc wires them, over a virtual disk and network, and
// driven step by step on one thread.
#pragma once
#include "app/settling.h"
#include "commit/housekeeping.h"
#include "commit/outbox_maintenance.h"
#include "commit/recovery.h"
#include "delayed/alarm.h"
#include "delayed/timer_changes.h"
#include "dispatch/dispatcher.h"
#include "dispatch/test_world.h"
#include "intake/append.h"
#include "intake/publish.h"
#include "intake/redelivery.h"
#include "simulator/disk.h"
#include "simulator/network.h"

namespace beckon::simulator {

// What the operator of this run has set; the same in all lives.
struct Options {
  dispatch::Settings dispatch{.log_attempts = false};
  commit::Housekeeping::Options upkeep;
  commit::OutboxMaintenance::Options outbox;
  intake::Redeliveries::Options replays;
  std::size_t memory = std::size_t{1} << 30;  // of sessions
  std::shared_ptr<const rules::RuleSet> rules;
};

// A process at rest takes a turn every 50 minutes at most; in so long it has given up what was held too long, a few
// deliveries with each turn.
inline constexpr Duration kUpkeepWithin = std::chrono::hours{6};

// The outbox as the dispatcher reads it, which fails while `unreadable`.
class FlakyOutbox final : public dispatch::testing::UnaskedOutbox {
 public:
  FlakyOutbox(outbox::Outbox& real, Stage& stage, const bool& unreadable)
      : real_(real), stage_(stage), unreadable_(unreadable) {}
  Result<std::vector<outbox::Due>> due(const SubscriptionId& id, Instant now, std::size_t limit,
                                       const InHand& in_hand = nullptr) override;
  Result<std::optional<Instant>> next_due(const SubscriptionId& id) override;
  Result<std::optional<outbox::Delivery>> delivery(const Handle& handle, const DeliveryId& id) override;

 private:
  bool fails();
  outbox::Outbox& real_;
  Stage& stage_;
  const bool& unreadable_;
};

// Tells the checks which results were acknowledged to the dispatcher.
class WatchedSettling final : public dispatch::Settlements {
 public:
  WatchedSettling(commit::Committer& committer, Attempts& attempts) : real_(committer), attempts_(attempts) {}
  void settle(dispatch::SettledBatch batch, Completion done) override;

 private:
  app::Settling real_;
  Attempts& attempts_;
};

// Confined to the run. What it is made with outlives it.
class Process {
 public:
  Process(Stage& stage, const Options& options, const std::vector<Handle>& handles, Disk& disk, Network& network,
          Attempts& attempts);

  // Its next step is due when so much has passed; step() does what is due by now.
  Duration next() const;
  void step();
  void keep_up(Duration by) {
    upkeep_at_ = std::min(upkeep_at_, by);
  }  // the committing thread does its upkeep no later

  void submit(std::unique_ptr<commit::Work> work);
  void plan(std::function<std::optional<Fault>(commit::Draft&)> plan,
            std::function<void(const std::optional<Fault>&)> finish);

  bool drained();  // asked to stop, and nothing is left to do
  bool unreadable = false;

  store::MemoryStore& store() { return disk_.store(); }

 private:
  void turn();

  Stage& stage_;
  Disk& disk_;
  Network& network_;
  SeededRandom random_;
  ledger::SessionHasher hasher_{"0123456789abcdef"};

 public:
  SecretBox secrets{std::string(32, 'k')};
  decision::DecisionTokens tokens{std::string(32, 't')};
  commit::Sessions sessions;
  commit::Tenants tenants;
  outbox::SubscriptionIndex subscriptions;

 private:
  const commit::Recovered recovered_;
  commit::Draft::Places places_{sessions, tenants, subscriptions, random_};
  Duration turns_at_, upkeep_at_;

 public:
  commit::Committer committer;
  intake::Redeliveries replays;
  delayed::Alarm alarm;

 private:
  delayed::VisitorTimers visitor_timers_;
  commit::Housekeeping upkeep_;
  commit::OutboxMaintenance outbox_upkeep_;
  FlakyOutbox outbox_;
  WatchedSettling settling_;

 public:
  dispatch::Dispatcher dispatcher;
};

}  // namespace beckon::simulator
