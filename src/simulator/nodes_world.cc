#include "simulator/nodes_world.h"

#include <algorithm>

namespace beckon::simulator {
namespace {

constexpr std::uint64_t bit(Trouble trouble) { return std::uint64_t{1} << static_cast<unsigned>(trouble); }

// Troubles of a single process and its disk.
constexpr std::uint64_t kOfOne = bit(Trouble::kCrash) | bit(Trouble::kCrashInCommit) | bit(Trouble::kStop) |
                                 bit(Trouble::kFullDisk) | bit(Trouble::kFailedSync) | bit(Trouble::kBusyDisk) |
                                 bit(Trouble::kUnreadable) | bit(Trouble::kClockForward) | bit(Trouble::kClockBack) |
                                 bit(Trouble::kLongOutage);
// What operators want, and would want again if the database lost it.
constexpr std::uint64_t kWishes = bit(Trouble::kDisable) | bit(Trouble::kMove) | bit(Trouble::kDelete) |
                                  bit(Trouble::kErase) | bit(Trouble::kRetry) | bit(Trouble::kReplay) |
                                  bit(Trouble::kAlias) | bit(Trouble::kNewKeys);
constexpr std::size_t kHandles = 4;  // and that of rules
constexpr Duration kSettled = 60s;   // by then every lane has an owner
constexpr Duration kUndisturbed = 15s;
constexpr Duration kLeaves = 20s;  // at most, until a node that is asked to stop is killed

}  // namespace

NodesWorld::NodesWorld(std::uint64_t seed, int nodes, bool telling)
    : World(seed, telling), node_troubles_(SeededRandom(seed ^ 0x9e3779b97f4a7c15).next()) {
  Dice& dice = stage_.dice;
  const bool synchronous = dice.one_in(2);
  troubles_ &= ~kOfOne;
  if (!synchronous && has(NodeTrouble::kPromote)) troubles_ &= ~kWishes;
  database_ = std::make_unique<Database>(stage_, agenda_, synchronous);
  // Two of one lane, in different shards.
  for (int i = 1; outside_.handles.size() < kHandles; ++i) {
    const Handle handle{"acme-" + std::to_string(i)};
    const Handle& other = outside_.handles.front();
    if (lane_of(handle) != lane_of(other) || store::first_shard(handle) == store::first_shard(other)) continue;
    outside_.handles.insert(outside_.handles.end() - 1, handle);
    all_handles_.push_back(handle);
  }
  std::vector<std::vector<Handle>> handles(store::kLanes);
  for (const Handle& handle : all_handles_) handles[static_cast<std::size_t>(lane_of(handle))].push_back(handle);
  const auto count = static_cast<std::size_t>(nodes);
  up_at_.resize(count);
  apart_until_.assign(count, std::vector<Duration>(count));
  if (has(NodeTrouble::kClocks)) stage_.counts.add(Count::kClocksApart);
  for (std::size_t i = 0; i < count; ++i) {
    const Duration ahead = has(NodeTrouble::kClocks) ? dice.spread(1ms, 1h) : 0ms;
    most_ahead_ = std::max(most_ahead_, ahead);
    nodes_.push_back(std::make_unique<Node>(
        Node::Parts{.stage = stage_,
                    .agenda = agenda_,
                    .database = *database_,
                    .options = options_,
                    .attempts = attempts_,
                    .outside = outside_,
                    .handles = handles,
                    .took = [this](Node& node, int lane, Process& process) { took(node, lane, process); },
                    .ends = [this](int lane, Process& process, bool is_lost) { ends(lane, process, is_lost); },
                    .peer = [this](const Node& from, const std::string& name) { return peer(from, name); }},
        "n" + std::to_string(i + 1), ahead));
  }
  attempts_.clocks_differ = most_ahead_ > 0ms;
  set_back_ = most_ahead_;
}

void NodesWorld::run() {
  Dice& dice = stage_.dice;
  for (Duration& at : up_at_) at = dice.between(0ms, 500ms);
  settle();
  for (int i = dice.between(2, 7); i > 0; --i) subscribe();
  pass(stage_.time.passed() + 1s);
  for (int i = dice.between(20, 70); i > 0; --i) {
    const int kind = dice.below(40);
    if (kind == 0)
      pass_at_rest(dice.spread(1min, 8h));
    else
      pass(stage_.time.passed() + (kind < 30 ? dice.spread(1ms, 1s) : dice.spread(1s, 8s)));
    if (has(Trouble::kMoods)) change_moods();
    if (dice.one_in(2)) trouble();
    for (int k = dice.between(1, 3); k > 0; --k) act_outside();
    for (int k = dice.between(0, 2); k > 0; --k) read();
  }
  stage_.tell([] { return "from here on all is well"; });
  for (auto& node : nodes_) node->calm();
  settle();
  pass_at_rest(13h + 2 * most_ahead_);
  check_rest(false);
  pass_at_rest(options_.outbox.held_for + 2 * kUpkeepWithin);
  check_rest(true);
  for (int lane = 0; lane < store::kLanes; ++lane)
    if (Process* const at = server_of_[static_cast<std::size_t>(lane)]
                                ? server_of_[static_cast<std::size_t>(lane)]->serving(lane)
                                : nullptr) {
      outside_.died(at->life->number);  // responses that got lost
      check_answers(*at);
    }
  check_signals_owed();
  check_events_owed();
  check_filled();
  check_undo();
  stage_.counts.virtual_ms = static_cast<std::uint64_t>(stage_.time.passed().count());
}

// A client's request comes to any node that takes connections.
Process* NodesWorld::reach(const Handle& handle) { return reach(any_node(), handle); }

Process* NodesWorld::reach(Node& door, const Handle& handle) {
  const int lane = lane_of(handle);
  Node* behind = nullptr;
  if (door.is_alive() && !door.is_paused()) {
    behind = door.serving(lane) ? &door : nullptr;
    for (const auto& other : nodes_)
      if (!behind && other.get() != &door && other->identity().incarnation == door.aimed(lane) && other->is_alive() &&
          !other->is_paused() && !are_apart(door, *other))
        behind = other.get();
  }
  Process* const at = behind ? behind->serving(lane) : nullptr;
  if (!at || !behind->may_answer()) {
    stage_.counts.add(at ? Count::kMayNotAnswer : Count::kNotReached);
    return nullptr;
  }
  door_ = &door;
  behind_ = behind;
  return at;
}

Node* NodesWorld::peer(const Node& from, const std::string& name) const {
  for (const auto& one : nodes_)
    if (one->name() == name && one->is_alive() && !are_apart(from, *one)) return one.get();
  return nullptr;
}

Process* NodesWorld::owner(const Handle& handle) {
  const int lane = lane_of(handle);
  Node* const node = server_of_[static_cast<std::size_t>(lane)];
  return node ? node->serving(lane) : nullptr;
}

std::function<bool()> NodesWorld::way_back(Process&) {
  return [this, door = door_, behind = behind_, incarnation = door_ ? door_->identity().incarnation : std::string()] {
    const bool comes = !door || (door->is_alive() && door->identity().incarnation == incarnation &&
                                 (door == behind || !are_apart(*door, *behind)));
    if (!comes) stage_.counts.add(Count::kAnswersCut);
    return comes;
  };
}

bool NodesWorld::are_apart(const Node& one, const Node& other) const {
  const auto number = [&](const Node& node) {
    return static_cast<std::size_t>(std::ranges::find(nodes_, &node, [](const auto& each) { return each.get(); }) -
                                    nodes_.begin());
  };
  return stage_.time.passed() < apart_until_[number(one)][number(other)];
}

Duration NodesWorld::next() const {
  Duration next = agenda_.next();
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    next = std::min(next, nodes_[i]->is_alive() ? nodes_[i]->next() : up_at_[i]);
  return next;
}

void NodesWorld::step(Duration to) {
  stage_.time.go_to(to);
  agenda_.run(to);
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    Node& node = *nodes_[i];
    if (!node.is_alive()) {
      if (up_at_[i] <= to) node.start();
      continue;
    }
    try {
      node.step();
    } catch (const Crashed& crashed) {
      stage_.counts.add(Count::kCrashesInCommit);
      stage_.tell([&] { return node.name() + " dies " + crashed.where; });
      stage_.fuse = 0;
      node.kill();
      up_at_[i] = to + stage_.dice.spread(10ms, 20s);
    }
  }
}

void NodesWorld::trouble() { stage_.dice.one_in(3) ? trouble_database() : trouble_node(); }

void NodesWorld::trouble_node() {
  Dice& dice = stage_.dice;
  const std::size_t n = dice.below(nodes_.size());
  Node& node = *nodes_[n];
  if (!node.is_alive() || node.is_paused()) return;
  const Duration now = stage_.time.passed(), lasts = dice.spread(50ms, 8s);
  attempts_.disturbed(now + lasts + kUndisturbed);
  const auto tell = [&](const char* what) {
    stage_.tell([&] { return node.name() + " " + what + " for " + std::to_string(lasts.count()) + " ms"; });
  };
  switch (static_cast<NodeTrouble>(dice.below(10))) {
    case NodeTrouble::kKill:
      if (!has(NodeTrouble::kKill)) return;
      tell("is killed, and is away");
      stage_.counts.add(Count::kNodesKilled);
      node.kill();
      up_at_[n] = now + lasts;
      return;
    case NodeTrouble::kKillInCommit:
      if (has(NodeTrouble::kKillInCommit)) stage_.fuse = dice.between(1, 20);
      return;
    case NodeTrouble::kPause:
      if (!has(NodeTrouble::kPause)) return;
      tell("stands still");
      stage_.counts.add(Count::kNodesPaused);
      node.pause(now + lasts);
      return use(node, now + lasts, now + lasts + 400ms);
    case NodeTrouble::kLeave:
      if (!has(NodeTrouble::kLeave)) return;
      tell("gives its lanes away");
      stage_.counts.add(Count::kNodesLeft);
      node.leave();
      return end_when_left(n, node.identity().incarnation, now + kLeaves);
    case NodeTrouble::kReset:
      if (!has(NodeTrouble::kReset)) return;
      stage_.counts.add(Count::kConnectionsReset);
      return node.reset();
    case NodeTrouble::kResetInCommit:
      if (!has(NodeTrouble::kResetInCommit)) return;
      stage_.counts.add(Count::kConnectionsReset);
      return node.reset_soon();
    case NodeTrouble::kCutRequests:
    case NodeTrouble::kCutAnswers: {
      const bool requests = has(NodeTrouble::kCutRequests), answers = has(NodeTrouble::kCutAnswers);
      if (!requests && !answers) return;
      tell("is cut off the database");
      stage_.counts.add(Count::kWaysCut);
      if (dice.one_in(2)) publish_everywhere();  // so that commits are under way
      if (requests) node.cut_requests(now + lasts);
      if (answers) node.cut_answers(now + lasts);
      return use(node, now, now + lasts);
    }
    case NodeTrouble::kSlow:
      if (!has(NodeTrouble::kSlow)) return;
      tell("has a slow database");
      stage_.counts.add(Count::kSlowDatabase);
      node.slow_down(now + lasts);
      return use(node, now, now + lasts);
    case NodeTrouble::kApart: {
      if (!has(NodeTrouble::kApart)) return;
      const std::size_t other = dice.below(nodes_.size());
      if (other == n) return;
      stage_.counts.add(Count::kNodesApart);
      apart_until_[n][other] = apart_until_[other][n] = now + lasts;
      return;
    }
    case NodeTrouble::kStop:
    case NodeTrouble::kReplicaAway:
    case NodeTrouble::kCancelWaits:
    case NodeTrouble::kPromote:
    case NodeTrouble::kWanted:
    case NodeTrouble::kClocks:
    case NodeTrouble::kEnd: return;
  }
}

void NodesWorld::end_when_left(std::size_t n, std::string incarnation, Duration until) {
  Node& node = *nodes_[n];
  if (!node.is_alive() || node.identity().incarnation != incarnation) return;
  const Duration now = stage_.time.passed();
  if (!node.has_left() && now < until)
    return agenda_.at(now + 100ms, [this, n, incarnation, until] { end_when_left(n, incarnation, until); });
  node.kill();
  up_at_[n] = now + 100ms;
}

void NodesWorld::trouble_database() {
  Dice& dice = stage_.dice;
  const Duration now = stage_.time.passed(), lasts = dice.spread(50ms, 8s);
  attempts_.disturbed(now + lasts + kUndisturbed);
  switch (dice.below(5)) {
    case 0:
      if (!has(NodeTrouble::kStop) || database_->is_away()) return;
      stage_.tell([] { return "the database stops, and starts again"; });
      stage_.counts.add(Count::kDatabaseStopped);
      return database_->stop(lasts);
    case 1:
      if (!has(NodeTrouble::kReplicaAway) || !database_->is_synchronous()) return;
      stage_.tell([] { return "the replica is away"; });
      stage_.counts.add(Count::kReplicaAway);
      database_->lose_replica();
      publish_everywhere();
      if (has(NodeTrouble::kCancelWaits) && dice.one_in(2)) {
        stage_.counts.add(Count::kWaitsCancelled);
        agenda_.at(now + lasts / 2, [this] { database_->cancel_waits(); });
      }
      if (has(NodeTrouble::kPromote) && dice.one_in(2)) agenda_.at(now + lasts * 3 / 4, [this] { promote(); });
      return agenda_.at(now + lasts, [this] { database_->find_replica(); });
    case 2:
    case 3:
      if (!has(NodeTrouble::kPromote)) return;
      if (dice.one_in(2)) publish_everywhere();  // so that commits are under way
      return agenda_.at(now + dice.between(0ms, 8ms), [this] { promote(); });
    default:
      if (has(NodeTrouble::kWanted))
        database_->want(dice.below(store::kLanes), dice.one_in(3) ? std::string() : any_node().name());
      return;
  }
}

void NodesWorld::publish_everywhere() {
  for (const Handle& handle : outside_.handles) {
    outside_.events.push_back({.handle = handle, .type = "order.paid", .own_id = ""});
    publish(outside_.events.size() - 1);
  }
}

void NodesWorld::promote() {
  if (database_->is_away()) return;
  const auto lost = database_->promote();
  stage_.counts.add(Count::kPromotions);
  is_promoted_ = true;
  stage_.tell([&] { return "the replica is promoted; " + std::to_string(lost.size()) + " lanes have lost commits"; });
  if (database_->is_synchronous()) return;
  read_from_ = stage_.time.passed() + store::LeaseTerm::kLength;
  for (const auto& [lane, since] : lost) {
    auto& all = lost_since_[static_cast<std::size_t>(lane)];
    all = std::min(all.value_or(since), since);
    forget(lane, since);
  }
}

// The database has lost commits of the lane that it may have acknowledged since then. Whoever owned the lane says so
// (N3); a client asks again.
void NodesWorld::forget(int lane, Duration since) {
  for (KnownSession& session : outside_.sessions) {
    if (lane_of(session.handle) != lane) continue;
    session.seen = 0;
    session.acts_from = outside_.acts.size();
    for (const std::size_t n : session.signals) {
      KnownSignal& signal = outside_.signals[n];
      if (signal.answer == Answer::kYes && signal.answered_at >= since) signal.answer = Answer::kUnknown;
    }
  }
  for (KnownEvent& event : outside_.events)
    if (lane_of(event.handle) == lane && event.answer == Answer::kYes && event.answered_at >= since)
      event.answer = Answer::kUnknown;
  for (KnownSubscription& one : outside_.subscriptions)
    if (lane_of(one.handle) == lane && one.created == Answer::kYes) one.created = Answer::kUnknown;
  attempts_.lost([&](std::size_t i) { return lane_of(outside_.subscriptions[i].handle) == lane; });
}

// Pages that write through any node, and read through this one.
void NodesWorld::use(Node& node, Duration from, Duration until) {
  for (int i = 0; i < 6; ++i) {
    const Duration at = stage_.dice.between(from, until);
    agenda_.at(at, [this] { append(); });
    agenda_.at(at + stage_.dice.between(0ms, 200ms), [this, &node] { read_through(node); });
  }
}

// A page reads a session.
void NodesWorld::read() { read_through(any_node()); }

void NodesWorld::read_through(Node& node) {
  if (outside_.sessions.empty()) return;
  const std::size_t n = stage_.dice.below(outside_.sessions.size());
  const int lane = lane_of(outside_.sessions[n].handle);
  if (lost_since_[static_cast<std::size_t>(lane)] || stage_.time.passed() < read_from_) return;
  Process* const at = reach(node, outside_.sessions[n].handle);
  if (!at) return;
  stage_.counts.add(Count::kReads);
  stored(*at, n, outside_.sessions[n].seen);
}

void NodesWorld::took(Node& node, int lane, Process& process) {
  stage_.tell([&] { return node.identity().incarnation + " serves lane " + std::to_string(lane); });
  attempts_.disturbed(stage_.time.passed() + kUndisturbed);
  server_of_[static_cast<std::size_t>(lane)] = &node;
  auto& since = lost_since_[static_cast<std::size_t>(lane)];
  if (since) forget(lane, *since);
  since.reset();
  check_answers(process);
}

// What its commits did not answer is known to the next owner, or will be.
void NodesWorld::ends(int lane, Process& process, bool is_lost) {
  stage_.tell(
      [&] { return "the server of lane " + std::to_string(lane) + " ends" + (is_lost ? ", which is lost" : ""); });
  if (is_lost) stage_.counts.add(Count::kFencedOff);
  stage_.counts.add(Count::kUnknown, outside_.died(process.life->number));
  stage_.counts.add(Count::kFired, process.alarm.counts().fired);
  stage_.counts.add(Count::kMessages, process.alarm.counts().owed);
  // Whoever serves it may not know yet what the database has lost.
  if (lost_since_[static_cast<std::size_t>(lane)]) return;
  for (const Handle& handle : all_handles_)
    if (lane_of(handle) == lane)
      if (Process* const now = owner(handle); now && now != &process && !now->is_committing())
        return check_answers(*now);
}

void NodesWorld::heal_all() {
  const Duration now = stage_.time.passed();
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i]->is_alive())
      nodes_[i]->heal();
    else
      up_at_[i] = std::min(up_at_[i], now);
    std::ranges::fill(apart_until_[i], Duration{});
  }
  database_->find_replica();
}

void NodesWorld::settle() {
  heal_all();
  const Duration until = stage_.time.passed() + kSettled;
  // Not by two: one of them has not seen yet that the other took it.
  const auto is_owned = [&](int lane) {
    return std::ranges::count_if(nodes_, [&](const auto& node) { return node->owns(lane); }) == 1;
  };
  const auto is_settled = [&] {
    if (database_->is_away()) return false;
    for (int lane = 0; lane < store::kLanes; ++lane)
      if (!is_owned(lane)) return false;
    return std::ranges::all_of(nodes_, [](const auto& node) { return node->is_alive() && node->is_settled(); });
  };
  do {
    pass(stage_.time.passed() + 1s);
    // Whoever had acknowledged what is lost finds out at its next commit.
    if (is_settled() && std::exchange(is_promoted_, false)) {
      publish_everywhere();
      if (!outside_.readers.empty()) append_keys(0);
      pass(stage_.time.passed() + 2s);
    }
  } while (!is_settled() && stage_.time.passed() < until);
  const auto unreported = database_->unreported([&](const std::string& incarnation) {
    return std::ranges::any_of(
        nodes_, [&](const auto& node) { return node->is_alive() && node->identity().incarnation == incarnation; });
  });
  require(!unreported, [&] { return "N3: " + *unreported + ", and does not say that it is lost"; });
  require(is_settled(), [] { return "N5: a lane has no owner although all has been well for a minute"; });
}

// Hours in which nothing is amiss. A lane that has not committed since a promotion may find even then that it has lost
// commits.
void NodesWorld::pass_at_rest(Duration lasts) {
  stage_.fuse = 0;
  settle();
  const Duration until = stage_.time.passed() + lasts;
  while (stage_.time.passed() < until) {
    database_->renew_all();
    for (auto& node : nodes_) node->rest(true);
    do pass(std::min(until, stage_.time.passed() + 10min));
    while (stage_.time.passed() < until &&
           std::ranges::none_of(nodes_, [](const auto& node) { return node->has_lost(); }));
    database_->renew_all();
    for (auto& node : nodes_) node->rest(false);
    settle();
  }
}

}  // namespace beckon::simulator
