// One run of the process until it stops or crashes: the real rooms, wired as in app/server.cc, on a virtual disk and
// network, and driven step by step on one thread.
#pragma once
#include <algorithm>
#include <memory>

#include "commit/housekeeping.h"
#include "commit/outbox_maintenance.h"
#include "commit/recovery.h"
#include "commit/session_hasher.h"
#include "decision/resolve.h"
#include "delayed/alarm.h"
#include "delayed/timer_changes.h"
#include "dispatch/dispatcher.h"
#include "dispatch/testing/world.h"
#include "intake/append.h"
#include "intake/goals.h"
#include "intake/publish.h"
#include "intake/redelivery.h"
#include "intake/rule_filling.h"
#include "intake/settling.h"
#include "simulator/network.h"
#include "store/memory/memory_store.h"

namespace beckon::simulator {

// The settings of this run, constant across restarts.
struct Options {
  dispatch::Settings dispatch{.log_attempts = false};
  commit::Housekeeping::Options upkeep;
  commit::OutboxMaintenance::Options outbox;
  intake::Redeliveries::Options replays;
  intake::RuleFilling::Options filling;
  std::size_t memory = std::size_t{1} << 30;                     // of sessions
  std::shared_ptr<const rules::RuleSet> rules, rules_of_people;  // of the handle kOfPeople
};

// An idle process runs at least every 50 minutes; by then it has ended deliveries held too long, a few in each turn.
inline constexpr Duration kUpkeepWithin = std::chrono::hours{6};

// The dispatcher's view of the outbox, which fails while `unreadable`.
class FlakyOutbox final : public dispatch::testing::UnaskedOutbox {
 public:
  FlakyOutbox(outbox::Outbox& real, Stage& stage, const bool& unreadable)
      : real_(real), stage_(stage), unreadable_(unreadable) {}
  Result<std::vector<outbox::Due>> due(const SubscriptionId& id, Instant now, std::size_t limit,
                                       const InHand& in_hand = nullptr) override;
  Result<std::optional<Instant>> next_due(const SubscriptionId& id) override;
  Result<std::optional<outbox::Delivery>> delivery(const Handle& handle, const DeliveryId& id) override;
  Result<std::vector<outbox::Delivery>> deliveries(const Handle& handle, const SubscriptionId& subscription,
                                                   std::size_t limit) override;
  Result<std::optional<outbox::Event>> event(const Handle& handle, const EventId& id) override;

 private:
  bool fails();
  outbox::Outbox& real_;
  Stage& stage_;
  const bool& unreadable_;
};

// Reports to the checks which results were acknowledged to the dispatcher.
class WatchedSettling final : public outbox::Settlements {
 public:
  WatchedSettling(commit::Committer& committer, Attempts& attempts) : real_(committer), attempts_(attempts) {}
  void settle(outbox::SettledBatch batch, Completion done) override;

 private:
  intake::Settling real_;
  Attempts& attempts_;
};

// Where a process writes and what it reads.
struct Storage {
  store::MemoryStore& store;
  commit::Commit& commit;
};

// Not thread-safe. The constructor's references must outlive it.
class Process {
 public:
  // What only the life of one process has. Responses of a process that is no more reach nobody: they hold it weakly.
  struct Life {
    int number = 0;
  };
  // What differs where the process is one of several, with a part of the handles.
  struct Part {
    std::vector<Handle> handles;
    Duration ahead{};                                    // of its clock
    std::uint64_t salt = 0;                              // of its random numbers
    std::function<void()> broken;                        // as of commit::Committer
    std::function<void(std::function<void()>)> in_turn;  // runs a turn of the committing thread, which may wait
    std::function<bool()> may_begin;                     // dispatch::Settings
  };

  Process(Stage& stage, const Options& options, Part part, Storage storage, Network& network, Attempts& attempts);
  ~Process();

  // Time until the next step is due; step() does everything due now.
  Duration next() const;
  void step();
  void keep_up(Duration by) {
    upkeep_at_ = std::min(upkeep_at_, by);
  }  // the committing thread runs its maintenance by then

  void submit(std::unique_ptr<commit::Work> work);
  void plan(std::function<std::optional<Fault>(commit::Draft&)> plan,
            std::function<void(const std::optional<Fault>&)> finish);

  bool drained();  // stopping, with nothing left to do
  bool unreadable = false;

  store::MemoryStore& store() { return storage_.store; }
  bool has(const Handle& handle) const { return std::ranges::find(part_.handles, handle) != part_.handles.end(); }
  bool is_committing() const { return committing_; }

  static constexpr std::uint64_t kCounter = 1;  // of each handle: it counts every signal

 private:
  void turn();

  Stage& stage_;
  const Part part_;
  const Storage storage_;
  Network& network_;
  OffsetClock clock_;
  bool committing_ = false;
  SeededRandom random_;
  commit::SessionHasher hasher_{"0123456789abcdef"};

 public:
  SecretBox secrets{std::string(32, 'k')};
  decision::DecisionTokens tokens{std::string(32, 't')};
  commit::Sessions sessions;
  commit::Tenants tenants;
  outbox::SubscriptionIndex subscriptions;
  std::shared_ptr<Life> life = std::make_shared<Life>();

 private:
  const commit::Recovered recovered_;
  commit::Draft::Places places_{sessions, tenants, subscriptions, random_};
  Duration turns_at_, upkeep_at_;

 public:
  commit::Committer committer;
  decision::Resolver resolver;
  intake::Redeliveries replays;
  delayed::Alarm alarm;

 private:
  delayed::VisitorTimers visitor_timers_;
  intake::GoalCounting goal_counting_;
  intake::RuleBook rule_book_;
  intake::RuleFilling rule_filling_;
  commit::Housekeeping upkeep_;
  commit::OutboxMaintenance outbox_upkeep_;
  FlakyOutbox outbox_;
  WatchedSettling settling_;

 public:
  dispatch::Dispatcher dispatcher;
};

}  // namespace beckon::simulator
