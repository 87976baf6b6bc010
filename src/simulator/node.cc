#include "simulator/node.h"

#include <algorithm>
#include <set>

#include "base/check.h"
#include "ledger/codec.h"
#include "ledger/handle_of.h"

namespace beckon::simulator {

using store::CommitRow;
using store::Division;
using store::JournalPlace;
using store::kLanes;
using store::Shard;

namespace {

// As of a connection to PostgreSQL (store/postgres).
constexpr Duration kAnswer = 2s, kCommitAnswer = 10s, kConnect = 3s, kConnectEvery = 250ms;
constexpr Duration kGoOnEvery = 10ms;

}  // namespace

// The journal's rows, as read by a connection of a process.
class Node::Rows final : public store::JournalRows {
 public:
  Rows(Node& node, const Connection& on, Duration patience) : node_(node), on_(on), patience_(patience) {}

  store::RowsByShard newest(const std::vector<Shard>& shards) override {
    return asked<store::RowsByShard>([&database = node_.parts_.database, shards] { return database.newest(shards); });
  }
  std::vector<Shard> having(const store::RowsByShard& rows) override {
    return asked<std::vector<Shard>>([&database = node_.parts_.database, rows] {
      std::vector<Shard> found;
      for (const auto& [shard, row] : rows)
        if (database.id_at(shard, row.place) == row.id) found.push_back(shard);
      return found;
    });
  }
  // Asked of what is lost alone.
  ledger::Position last_before(Shard shard, const JournalPlace& place, std::int64_t epoch) override {
    const auto found = asked<ledger::Position>(
        [&database = node_.parts_.database, shard, place, epoch] { return database.last_before(shard, place, epoch); });
    node_.parts_.stage.counts.add(Count::kLossesReported);
    node_.parts_.database.reported(node_.self_.incarnation, shard, place);
    return found;
  }
  bool has_failed() const { return has_failed_; }

 private:
  template <class T>
  T asked(std::function<T()> at_database) {
    has_failed_ = true;
    T found = node_.ask<T>(on_, patience_, std::move(at_database));
    has_failed_ = false;
    return found;
  }

  Node& node_;
  const Connection on_;
  const Duration patience_;
  bool has_failed_ = false;
};

// The connection for the commits of a lane.
class Node::Link final : public store::CommitLink {
 public:
  Link(Node& node, int lane, Epochs epochs)
      : node_(node),
        lane_(lane),
        writer_{.incarnation = node.self_.incarnation, .epochs = epochs},
        ids_of_(node.self_.incarnation + "/" + std::to_string(lane) + "." + std::to_string(++node.servers_made_) +
                "/") {}

  const CommitRow& last() const { return last_; }

  bool is_owner() const override { return true; }
  bool is_connected() const override { return is_open_ && !journal_->has_failed(); }
  bool connect(bool at_once) override {
    if (is_connected() && node_.is_connected(on_)) return false;
    is_open_ = false;
    const Duration now = node_.parts_.stage.time.passed();
    if (now < try_again_ && !at_once) throw LinkFailure(LinkError::Kind::kLost);
    try_again_ = now + kConnectEvery;
    on_ = node_.connect(kConnect);
    journal_.emplace(node_, on_, kCommitAnswer);
    is_open_ = true;
    return true;
  }
  void close() override { is_open_ = false; }
  store::JournalRows& journal() override { return *journal_; }
  void write(const commit::Batch& batch, CommitRow& row, bool& is_asked) override {
    row.shards = shards_of(batch);
    is_asked = true;
    last_ = row;
    if (std::exchange(node_.resets_soon_, false))
      node_.parts_.agenda.at(node_.parts_.stage.time.passed() + node_.parts_.stage.dice.between(0ms, 5ms),
                             [&node = node_] { node.reset(); });
    row.receipt.unfinished = committed(row, &batch).receipt.unfinished;
  }
  std::optional<std::string> id_at(Shard shard, const JournalPlace& place) override {
    return asked<std::optional<std::string>>(
        [&database = node_.parts_.database, shard, place] { return database.id_at(shard, place); });
  }
  void confirm(Shard shard, const JournalPlace&) override {
    written([&database = node_.parts_.database, writer = writer_, fence = store::fence_of_commits(), shard] {
      return database.confirm(writer, fence, shard);
    });
  }
  void substitute(const CommitRow& row) override { committed(row, nullptr); }
  std::string new_id() override { return ids_of_ + std::to_string(++ids_); }
  void wait() override { node_.wait_until(node_.parts_.stage.time.passed() + kConnectEvery); }

 private:
  using Kind = store::LinkError::Kind;
  using LinkError = store::LinkError;

  template <class T>
  T asked(std::function<T()> at_database) {
    try {
      return node_.ask<T>(on_, kCommitAnswer, std::move(at_database));
    } catch (const LinkFailure&) {
      is_open_ = false;
      throw;
    }
  }
  // A statement that writes: answered once it is durable.
  void written(std::function<std::optional<Kind>()> at_database) {
    struct Found {
      std::optional<Kind> fault;
      bool warned = false;
    };
    const auto found = std::make_shared<Found>();
    try {
      node_.call(on_, kCommitAnswer,
                 [&database = node_.parts_.database, found, at_database = std::move(at_database)](Answered answered) {
                   found->fault = at_database();
                   if (found->fault) return answered();
                   database.when_durable([found, answered = std::move(answered)](bool warned) {
                     found->warned = warned;
                     answered();
                   });
                 });
      if (found->fault) throw LinkFailure(*found->fault);
      if (!store::is_acknowledged(found->warned)) throw LinkFailure(Kind::kLost);
    } catch (const LinkFailure& failure) {
      if (failure.is_lost()) is_open_ = false;
      throw;
    }
  }
  CommitRow committed(const CommitRow& row, const commit::Batch* batch) {
    const auto carried = std::make_shared<CommitRow>(row);
    const auto copy = batch ? std::make_shared<const commit::Batch>(*batch) : nullptr;
    written([&database = node_.parts_.database, lane = lane_, writer = writer_, fence = store::fence_of_commits(),
             carried, copy] { return database.commit(lane, writer, fence, *carried, copy.get()); });
    return *carried;
  }
  std::set<Shard> shards_of(const commit::Batch& batch) const {
    std::set<Shard> found;
    ledger::JournalReader reader(batch.journal);
    while (const auto item = reader.next())
      if (const auto handle = ledger::handle_of(item->bytes); !handle.empty())
        found.insert(store::first_shard(Handle(handle)));
    if (found.empty()) found.insert(store::shards_of(lane_).front());
    return found;
  }

  Node& node_;
  const int lane_;
  const Database::Writer writer_;
  Connection on_;
  bool is_open_ = false;
  Duration try_again_{};
  std::optional<Rows> journal_;
  const std::string ids_of_;
  std::uint64_t ids_ = 0;
  CommitRow last_;
};

// What a node runs for a lane.
struct Node::Server final : commit::Commit {
  Server(Node& owner, int number, Epochs epochs)
      : node(owner),
        lane(number),
        link(owner, number, epochs),
        shards(store::shards_of(number)),
        fenced(link, *owner.acknowledged_, shards),
        network(owner.parts_.stage, owner.parts_.outside, owner.parts_.attempts) {
    network.calm = owner.calm_;
  }
  ~Server() override { process.reset(); }

  std::expected<commit::Receipt, commit::CommitFault> write(const commit::Batch& batch) override {
    Counts& counts = node.parts_.stage.counts;
    const auto unknown = fenced.counts().unknown.load(), found = fenced.counts().found.load();
    auto receipt = fenced.write(batch);
    counts.add(Count::kOutcomesUnknown, fenced.counts().unknown - unknown);
    counts.add(Count::kOutcomesFound, fenced.counts().found - found);
    if (!receipt) return receipt;
    counts.add(Count::kCommits);
    for (const Shard shard : link.last().shards)
      node.parts_.database.acknowledged(node.self_.incarnation, shard, link.last());
    return receipt;
  }

  Node& node;
  const int lane;
  Link link;
  const std::vector<Shard> shards;
  store::FencedCommit fenced;
  Network network;
  std::unique_ptr<Process> process;
  bool is_lost = false, takes_requests = true, drains = false;
};

Node::Node(Parts parts, std::string name, Duration ahead) : parts_(std::move(parts)), ahead_(ahead) {
  self_.name = std::move(name);
  self_.address = self_.name;
}

Node::~Node() {
  tasks_.clear();
  for (auto& one : servers_) one.reset();
}

void Node::start() {
  self_.incarnation = self_.name + "." + std::to_string(++starts_);
  acknowledged_ = std::make_unique<store::Acknowledged>([this] { return moment(parts_.stage.time.passed()); });
  alive_ = true;
  leaving_ = looking_ = resets_soon_ = false;
  paused_until_ = {};
  lanes_ = {};
  aimed_ = {};
  heirs_ = {};
  moved_ = {};
  looks_on_ = {};
  ++resets_;
  look_at_ = parts_.stage.time.passed();
  spawn([this] {
    while (true) {
      try {
        looks_on_ = connect(kConnect);
        const Duration sent = parts_.stage.time.passed();
        call(looks_on_, kAnswer, [&database = parts_.database, self = self_](Answered answered) {
          database.enter(self);
          database.when_durable([answered = std::move(answered)](bool) { answered(); });
        });
        term_.begin(sent);
        break;
      } catch (const LinkFailure&) {
        wait_until(parts_.stage.time.passed() + app::kAfterFailure);
      }
    }
    looking_ = false;
  });
  looking_ = true;  // once it has joined
}

void Node::kill() {
  alive_ = false;
  rests_ = false;
  tasks_.clear();
  for (int lane = 0; lane < kLanes; ++lane)
    if (server(lane)) end_server(lane);
  ++resets_;
}

void Node::leave() { leaving_ = true; }

bool Node::has_left() const {
  return std::ranges::all_of(lanes_, [](const auto& lane) { return lane.state == State::kElsewhere; });
}

void Node::reset() {
  ++resets_;
  for (const auto& task : tasks_) task->until = std::min(task->until, parts_.stage.time.passed());
}

void Node::reset_soon() { resets_soon_ = true; }

void Node::heal() { requests_cut_until_ = answers_cut_until_ = slow_until_ = paused_until_ = {}; }

void Node::calm() {
  calm_ = true;
  for (const auto& one : servers_)
    if (one) one->network.calm = true;
}

void Node::rest(bool rests) {
  const Duration now = parts_.stage.time.passed();
  if (rests_ && !rests) {
    term_.renewed(now, now, 1);
    look_at_ = now + parts_.stage.dice.between(0ms, 500ms);
  }
  rests_ = rests;
}

bool Node::is_settled() const {
  for (std::size_t i = 0; i < lanes_.size(); ++i)
    if (lanes_[i].state != State::kOwned && (lanes_[i].state != State::kElsewhere || aimed_[i].empty())) return false;
  return !has_lost();
}

Process* Node::serving(int lane) {
  Server* const one = server(lane).get();
  return one && one->takes_requests && !one->is_lost ? one->process.get() : nullptr;
}

Duration Node::delay() {
  Dice& dice = parts_.stage.dice;
  return parts_.stage.time.passed() < slow_until_ ? dice.between(200ms, 1'500ms) : dice.between(0ms, 2ms);
}

void Node::spawn(std::function<void()> body) {
  auto task = std::make_shared<Task>(std::move(body));
  task->until = parts_.stage.time.passed();
  tasks_.push_back(std::move(task));
  if (!Fiber::is_inside()) run_tasks();
}

void Node::run_tasks() {
  const Duration now = parts_.stage.time.passed();
  for (auto at = tasks_.begin(); at != tasks_.end();) {
    const std::shared_ptr<Task> task = *at;
    if (task->until <= now) {
      running_ = task;
      task->fiber.resume();
      running_.reset();
    }
    at = task->fiber.has_ended() ? tasks_.erase(at) : std::next(at);
  }
}

void Node::wait_until(Duration until) {
  running_.lock()->until = until;
  Fiber::pause();
}

// What is sent while the way is cut is not lost, unless the connection ends meanwhile: it is sent again, at growing
// intervals, and comes late. Even then it may have been on its way.
void Node::call(const Connection& on, Duration patience, std::function<void(Answered)> at_database) {
  struct Slot {
    bool is_answered = false;
    std::weak_ptr<Task> task;
  };
  const auto slot = std::make_shared<Slot>();
  slot->task = running_;
  if (parts_.database.is_away()) {
    wait_until(parts_.stage.time.passed() + delay());
    throw LinkFailure(store::LinkError::Kind::kLost);
  }
  Agenda& agenda = parts_.agenda;
  const Duration now = parts_.stage.time.passed();
  const bool outlives = parts_.stage.dice.one_in(2);
  const auto answered = [this, slot, on] {
    parts_.agenda.at(std::max(parts_.stage.time.passed(), answers_cut_until_) + delay(), [this, slot, on] {
      slot->is_answered = on.generation == parts_.database.generation();  // else it went with the database
      if (const auto task = slot->task.lock()) task->until = std::min(task->until, parts_.stage.time.passed());
    });
  };
  Duration way = delay();
  if (now < requests_cut_until_) way += requests_cut_until_ - now + parts_.stage.dice.spread(1ms, 20s);
  agenda.at(now + way, [this, on, outlives, answered, at_database = std::move(at_database)] {
    if (on.generation != parts_.database.generation() || parts_.database.is_away()) return;
    if (on.resets != resets_ && !outlives) return;
    at_database(answered);
  });
  while (!slot->is_answered) {
    if (!is_connected(on) || parts_.stage.time.passed() >= now + patience)
      throw LinkFailure(store::LinkError::Kind::kLost);
    wait_until(now + patience);
  }
}

Node::Connection Node::connect(Duration patience) {
  const Connection made{parts_.database.generation(), resets_};
  call(made, patience, [](const Answered& answered) { answered(); });
  return made;
}

Duration Node::next() const {
  if (!alive_) return Duration::max();
  Duration next = Duration::max();
  for (const auto& task : tasks_) next = std::min(next, task->until);
  for (const auto& one : servers_)
    if (one && one->process) next = std::min(next, one->process->next());
  if (!looking_ && !rests_) next = std::min(next, look_at_);
  if (std::ranges::any_of(lanes_, [](const auto& lane) { return lane.state == State::kGiving; }))
    next = std::min(next, parts_.stage.time.passed() + kGoOnEvery);
  return std::max(next, paused_until_);
}

void Node::step() {
  const Duration now = parts_.stage.time.passed();
  if (!alive_ || is_paused()) return;
  run_tasks();
  for (const auto& one : servers_)
    if (one && one->process && one->process->next() <= now) one->process->step();
  for (int lane = 0; lane < kLanes; ++lane)
    if (held(lane).state == State::kGiving) go_on_giving(lane);
  if (!looking_ && !rests_ && look_at_ <= now) {
    looking_ = true;
    spawn([this] { look(); });
  }
}

void Node::look() {
  const Duration began = parts_.stage.time.passed();
  Division found;
  try {
    if (!is_connected(looks_on_)) {
      const Connection made = connect(kConnect);
      Rows journal(*this, made, kAnswer);
      acknowledged_->compare(journal);
      looks_on_ = made;
    }
    const auto renew = [this] {
      const auto done = std::make_shared<bool>(false);
      call(looks_on_, kAnswer, [&database = parts_.database, self = self_, done](Answered answered) {
        *done = database.renew(self);
        database.when_durable([answered = std::move(answered)](bool) { answered(); });
      });
      return *done;
    };
    const auto divided = [this] {
      return ask<Division>(looks_on_, kAnswer, [&database = parts_.database] { return database.division(); });
    };
    const bool is_own = store::look(
        term_, self_.name, [this] { return parts_.stage.time.passed(); }, renew, divided,
        [&](const Division& now) {
          seen(now, began);
          found = now;
        });
    // A real one ends likewise. A replica that was promoted may lack that this process has joined in place of another.
    require(is_own || !parts_.database.is_synchronous(),
            [&] { return "N4: another process has joined as " + self_.name; });
    if (!is_own) throw Crashed{"because another process has its name"};
    for (const auto& one : servers_)
      if (one) one->network.hurry(parts_.stage.time.passed());  // it may begin attempts again
    act(found);
  } catch (const LinkFailure&) {
    looks_on_ = {};
  }
  looking_ = false;
  look_at_ = parts_.stage.time.passed() + (is_settled() ? app::kLookEvery : app::kLookOften);
}

void Node::seen(const Division& now, Duration began) {
  for (int lane = 0; lane < kLanes; ++lane) {
    if (app::is_taken(held(lane), lane, now, self_.incarnation, moment(began))) held(lane).is_lost = true;
    if (held(lane).is_lost && server(lane)) server(lane)->is_lost = true;
  }
}

void Node::act(const Division& now) {
  for (int lane = 0; lane < kLanes; ++lane) {
    const auto& owner = now.of_first(lane).owner;
    const auto* const node = now.node(owner);
    const bool is_reached = node && node->left > Duration{0} && owner != self_.incarnation;
    aimed_[static_cast<std::size_t>(lane)] = is_reached ? owner : std::string();
  }
  const app::Moment at = moment(parts_.stage.time.passed());
  std::vector<app::HeldLane*> all;
  for (auto& lane : lanes_) all.push_back(&lane);
  const node::Moves moves = app::next_moves(self_, now, all, leaving_, at, moved_);
  for (int lane = 0; lane < kLanes; ++lane)
    if (held(lane).is_lost) give(lane, {});
  for (const auto& [lane, to] : moves.give) give(lane, to);
  for (int lane = 0; leaving_ && lane < kLanes; ++lane) give(lane, {});
  if (leaving_) return;
  for (const int lane : moves.take) take(lane);
  if (!moves.give.empty()) moved_ = at;
}

void Node::take(int lane) {
  if (held(lane).state != State::kElsewhere) return;
  held(lane).state = State::kTaking;
  spawn([this, lane] { take_and_serve(lane, {}, 0); });
}

// `from`: the process that hands the lane over, if one does, and the epoch there.
bool Node::take_and_serve(int lane, const std::string& from, std::int64_t epoch) {
  try {
    const Connection on = connect(kConnect);
    const auto epochs = std::make_shared<std::optional<Epochs>>();
    call(on, kAnswer, [&database = parts_.database, self = self_, lane, from, epoch, epochs](Answered answered) {
      *epochs = from.empty() ? database.take(self, lane) : database.take_from(self, lane, from, epoch);
      database.when_durable([answered = std::move(answered)](bool) { answered(); });
    });
    if (!*epochs) {
      held(lane).state = State::kElsewhere;
      return false;
    }
    const Duration taken = parts_.stage.time.passed();
    held(lane).is_lost = false;
    epochs_[static_cast<std::size_t>(lane)] = (**epochs)[static_cast<std::size_t>(store::shards_of(lane).front())];
    parts_.stage.counts.add(Count::kLanesTaken);
    const auto& handles = parts_.handles[static_cast<std::size_t>(lane)];
    if (!handles.empty()) {
      auto made = std::make_unique<Server>(*this, lane, **epochs);
      std::vector<std::int64_t> of_lane;
      for (const Shard shard : made->shards) of_lane.push_back((**epochs)[static_cast<std::size_t>(shard)]);
      made->fenced.begin(of_lane);
      Server& one = *made;
      one.process = std::make_unique<Process>(
          parts_.stage, parts_.options,
          Process::Part{.handles = handles,
                        .ahead = ahead_,
                        .salt = std::hash<std::string>{}(self_.incarnation) * 31 + static_cast<std::uint64_t>(lane),
                        .broken = [this, lane, &one] { held(lane).is_lost = one.is_lost = true; },
                        .in_turn = [this](std::function<void()> turn) { spawn(std::move(turn)); },
                        .may_begin = [this, &one] { return !one.is_lost && may_answer(); }},
          Storage{parts_.database.store(lane), one}, one.network, parts_.attempts);
      server(lane) = std::move(made);
    }
    held(lane).changed = moment(taken);
    held(lane).state = State::kOwned;
    if (server(lane)) parts_.took(*this, lane, *server(lane)->process);
    return true;
  } catch (const LinkFailure&) {
    wait_until(parts_.stage.time.passed() + app::kAfterFailure);
    held(lane).state = State::kElsewhere;
    return false;
  }
}

void Node::give(int lane, const std::string& heir) {
  if (held(lane).state != State::kOwned) return;
  held(lane).state = State::kGiving;
  heirs_[static_cast<std::size_t>(lane)] = heir;
  Server* const one = server(lane).get();
  if (!one) return;
  if (one->is_lost) return one->fenced.give_up();
  one->process->dispatcher.begin_drain();
  one->network.hurry(parts_.stage.time.passed());
}

// Attempts under way are finished while it still takes requests; then commits, and then the shards are given away.
void Node::go_on_giving(int lane) {
  bool is_lost = held(lane).is_lost;
  if (Server* const one = server(lane).get()) {
    if (one->process->is_committing()) return;
    if (!one->is_lost) {
      if (!one->process->dispatcher.drained()) return;
      one->takes_requests = false;
      if (one->process->committer.waiting() > 0) return;
    }
    is_lost = is_lost || one->is_lost;
    end_server(lane);
  }
  held(lane).state = State::kTaking;  // until it is given away
  const std::string heir = std::exchange(heirs_[static_cast<std::size_t>(lane)], {});
  spawn([this, lane, heir = is_lost ? std::string() : heir] { give_away(lane, heir); });
}

// To the node that takes it, or back to the database.
void Node::give_away(int lane, const std::string& heir) {
  if (!heir.empty() && hand_over(lane, heir)) {
    parts_.stage.counts.add(Count::kLanesHandedOver);
  } else {
    try {
      const Connection on = connect(kConnect);
      call(on, kAnswer, [&database = parts_.database, self = self_, lane](Answered answered) {
        database.release(self.incarnation, lane);
        database.when_durable([answered = std::move(answered)](bool) { answered(); });
      });
      parts_.stage.counts.add(Count::kLanesGiven);
    } catch (const LinkFailure&) {}
  }
  held(lane) = {};
}

bool Node::hand_over(int lane, const std::string& name) {
  Node* const heir = parts_.peer(*this, name);
  if (!heir) return false;
  const auto is_taken = std::make_shared<std::optional<bool>>();
  const std::weak_ptr<Task> giving = running_;
  heir->come(lane, self_.incarnation, epochs_[static_cast<std::size_t>(lane)], [this, is_taken, giving](bool taken) {
    *is_taken = taken;
    if (const auto task = giving.lock()) task->until = std::min(task->until, parts_.stage.time.passed());
  });
  const Duration until = parts_.stage.time.passed() + app::kTaken;
  while (!*is_taken && parts_.stage.time.passed() < until) wait_until(until);
  return is_taken->value_or(false);
}

void Node::come(int lane, const std::string& from, std::int64_t epoch, std::function<void(bool)> told) {
  if (!alive_ || leaving_ || held(lane).state != State::kElsewhere) return told(false);
  held(lane).state = State::kTaking;
  spawn([this, lane, from, epoch, told = std::move(told)] { told(take_and_serve(lane, from, epoch)); });
}

void Node::end_server(int lane) {
  auto ended = std::move(server(lane));
  acknowledged_->left(ended->shards);
  parts_.ends(lane, *ended->process, ended->is_lost);
}

}  // namespace beckon::simulator
