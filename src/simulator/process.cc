#include "simulator/process.h"

#include <algorithm>

#include "app/waking.h"
#include "system/zones.h"

namespace beckon::simulator {

using commit::Draft;

bool FlakyOutbox::fails() {
  if (!unreadable_ || !stage_.dice.one_in(2)) return false;
  stage_.counts.add(Count::kUnreadable);
  return true;
}
Result<std::vector<outbox::Due>> FlakyOutbox::due(const SubscriptionId& id, Instant now, std::size_t limit,
                                                  const InHand& in_hand) {
  if (fails()) return unexpected(unavailable("The disk could not be read."));
  return real_.due(id, now, limit, in_hand);
}
Result<std::optional<Instant>> FlakyOutbox::next_due(const SubscriptionId& id) {
  if (fails()) return unexpected(unavailable("The disk could not be read."));
  return real_.next_due(id);
}
Result<std::optional<outbox::Delivery>> FlakyOutbox::delivery(const Handle& handle, const DeliveryId& id) {
  if (fails()) return unexpected(unavailable("The disk could not be read."));
  return real_.delivery(handle, id);
}

Result<std::vector<outbox::Delivery>> FlakyOutbox::deliveries(const Handle& handle, const SubscriptionId& subscription,
                                                              std::size_t limit) {
  if (fails()) return unexpected(unavailable("The disk could not be read."));
  return real_.deliveries(handle, subscription, limit);
}

Result<std::optional<outbox::Event>> FlakyOutbox::event(const Handle& handle, const EventId& id) {
  if (fails()) return unexpected(unavailable("The disk could not be read."));
  return real_.event(handle, id);
}

void WatchedSettling::settle(outbox::SettledBatch batch, Completion done) {
  real_.settle(batch, [this, batch, done = std::move(done)](bool written) mutable {
    if (written)
      for (const outbox::Settled& one : *batch) attempts_.written(one);
    done(written);
  });
}

namespace {

class Planned final : public commit::Work {
 public:
  Planned(std::function<std::optional<Fault>(Draft&)> plan, std::function<void(const std::optional<Fault>&)> finish)
      : plan_(std::move(plan)), finish_(std::move(finish)) {}
  void plan(Draft& draft) override { refused_ = plan_(draft); }
  void finish(const std::optional<Fault>& fault) override { finish_(refused_ ? refused_ : fault); }

 private:
  std::function<std::optional<Fault>(Draft&)> plan_;
  std::function<void(const std::optional<Fault>&)> finish_;
  std::optional<Fault> refused_;
};

commit::Recovered recovered(ledger::Ledger& ledger, commit::Sessions& sessions) {
  const auto found = commit::recover(ledger, sessions);
  require(found.has_value() && found->damaged == 0, [] { return "P1: the journal could not be read"; });
  return *found;
}

dispatch::Settings dispatching(const Options& options, const Process::Part& part) {
  dispatch::Settings settings = options.dispatch;
  settings.may_begin = part.may_begin;
  return settings;
}

}  // namespace

Process::Process(Stage& stage, const Options& options, Part part, Storage storage, Network& network, Attempts& attempts)
    : stage_(stage),
      part_(std::move(part)),
      storage_(storage),
      network_(network),
      clock_(stage.time, part_.ahead),
      random_(stage.seed ^ static_cast<std::uint64_t>(stage.time.passed().count() + 1) ^ part_.salt),
      sessions(storage.store.ledger(), hasher_, options.memory),
      recovered_(recovered(storage.store.ledger(), sessions)),
      turns_at_(stage.time.passed()),
      upkeep_at_(stage.time.passed()),
      committer(storage.commit, places_, clock_, {}, part_.broken),
      resolver({places_, committer, tokens, clock_}),
      replays(storage.store.outbox(), options.replays),
      alarm(storage.store.timers(), committer, clock_, {}),
      rule_book_(tenants, committer, storage.store.ledger(), [](const Handle&) {}),
      rule_filling_(storage.store.ledger(), storage.store.rules(), tenants, rule_book_, options.filling),
      upkeep_(storage.store.ledger(), places_, options.upkeep, *storage.store.ledger().checkpoint(), recovered_.bytes),
      outbox_upkeep_(storage.store.outbox(), options.outbox),
      outbox_(storage.store.outbox(), stage, unreadable),
      settling_(committer, attempts),
      dispatcher({outbox_, subscriptions, network, settling_, secrets, clock_, random_}, dispatching(options, part_)) {
  if (part_.in_turn) clock_.not_before(recovered_.newest);  // as a node
  committer.set_last_position(recovered_.last_position);
  subscriptions.load(*storage.store.outbox().subscriptions());
  // Counts every signal.
  const rules::Counter counter{.id = kCounter, .counted = {}, .keep = 24h, .zone = system_zones().find("Etc/UTC")};
  const auto traits =
      std::make_shared<const commit::TraitTable>(commit::TraitTable::Declarations{}, rules::Counters{{"all", counter}});
  for (const Handle& handle : part_.handles) {
    if (handle.view() == kOfRules) {
      tenants.put(*commit::with_rules({.handle = handle, .traits = traits}, *storage.store.rules().rules(handle)));
      continue;
    }
    commit::HandleSettings settings;
    settings.session_signals_per_minute = 1'000;
    const auto& rules = handle.view() == kOfPeople ? options.rules_of_people : options.rules;
    tenants.put(std::make_shared<const commit::Tenant>(
        commit::Tenant{.handle = handle, .settings = settings, .rules = rules, .traits = traits}));
  }
  committer.add_maintenance(rule_filling_);
  committer.add_maintenance(visitor_timers_);
  committer.add_maintenance(goal_counting_);
  committer.add_maintenance(upkeep_);
  (void)outbox_upkeep_.load(subscriptions);
  committer.add_maintenance(outbox_upkeep_);
  (void)replays.load();
  committer.add_maintenance(replays);
  committer.set_observer([this](const commit::Batch& batch) {
    app::wake(dispatcher, subscriptions, batch);
    alarm.committed(batch);
    stage_.moment("between a commit and its answers");
  });
  life->number = network.life = attempts.begin_life(options.dispatch.schedule, storage.store.outbox());
  dispatcher.wake_all();
}

Process::~Process() { life.reset(); }

Duration Process::next() const {
  if (committing_) return network_.next();
  const Duration next = std::min(network_.next(), upkeep_at_);
  if (committer.waiting() > 0) return std::min(next, turns_at_);  // including what was handed over
  const Instant rings = alarm.next();
  if (rings == Instant::min()) return stage_.time.passed();
  return rings == Instant::max() ? next : std::min(next, clock_.when(rings));
}

void Process::step() {
  const Duration now = stage_.time.passed();
  const bool idle = committer.waiting() == 0;
  if (network_.next() <= now) {
    network_.begin_step();
    dispatcher.poll(1h);
  }
  if (committing_) return;
  alarm.step();
  if (idle && committer.waiting() > 0) turns_at_ = now + stage_.dice.between(0ms, 4ms);
  if ((committer.waiting() > 0 && turns_at_ <= now) || upkeep_at_ <= now) turn();
}

void Process::turn() {
  const bool works = committer.waiting() > 0;
  const auto body = [this, works] {
    committing_ = true;
    committer.turn(true);
    committing_ = false;
    const Duration now = stage_.time.passed();
    turns_at_ = now + stage_.dice.between(0ms, 4ms);
    upkeep_at_ = now + (rule_filling_.hurries() ? stage_.dice.spread(1ms, 10s)
                                                : stage_.dice.spread(works ? 100ms : 5min, works ? 2min : 50min));
  };
  if (part_.in_turn)
    part_.in_turn(body);
  else
    body();
}

void Process::submit(std::unique_ptr<commit::Work> work) {
  if (committer.waiting() == 0) turns_at_ = stage_.time.passed() + stage_.dice.between(0ms, 4ms);
  if (!committer.submit(work)) commit::refuse_overloaded(*work);
}

void Process::plan(std::function<std::optional<Fault>(Draft&)> plan,
                   std::function<void(const std::optional<Fault>&)> finish) {
  submit(std::make_unique<Planned>(std::move(plan), std::move(finish)));
}

bool Process::drained() { return dispatcher.drained() && committer.waiting() == 0; }

}  // namespace beckon::simulator
