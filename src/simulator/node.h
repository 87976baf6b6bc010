// One node of several over a virtual database (database.h): the rules of a real node (store/fence, app/lanes.h,
// node/division.h), and for each lane that it owns the rooms that a server runs (process.h). What its threads do in
// reality are fibers here: a look at the database, a takeover, a commit. A statement takes time on its way there and
// back; its connection may be slow, cut for a while or reset, the node may stand still or be killed.
#pragma once
#include <algorithm>
#include <array>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "app/lanes.h"
#include "simulator/database.h"
#include "simulator/fiber.h"
#include "simulator/process.h"
#include "store/fence/acknowledged.h"

namespace beckon::simulator {

// A statement that was not answered, or failed.
class LinkFailure final : public store::LinkError {
 public:
  explicit LinkFailure(Kind kind) : kind_(kind) {}
  Kind kind() const override { return kind_; }
  const char* what() const noexcept override { return "failed"; }

 private:
  const Kind kind_;
};

// Not thread-safe.
class Node {
 public:
  using State = app::HeldLane::State;
  struct Parts {
    Stage& stage;
    Agenda& agenda;
    Database& database;
    const Options& options;
    Attempts& attempts;
    Outside& outside;
    std::vector<std::vector<Handle>> handles;                              // by lane
    std::function<void(Node&, int lane, Process&)> took;                   // it serves the lane from now on
    std::function<void(int lane, Process&, bool)> ends;                    // before its process of the lane is gone
    std::function<Node*(const Node& from, const std::string& name)> peer;  // null: it is not reached
  };
  struct Connection {
    int generation = 0, resets = 0;
  };

  Node(Parts parts, std::string name, Duration ahead);
  ~Node();

  const std::string& name() const { return self_.name; }
  const store::NodeIdentity& identity() const { return self_; }
  bool is_alive() const { return alive_; }
  bool is_paused() const { return parts_.stage.time.passed() < paused_until_; }

  void start();
  void kill();
  void pause(Duration until) { paused_until_ = until; }
  void leave();  // as at SIGTERM: gives all lanes away; once has_left(), it may be killed
  bool has_left() const;

  // The way to the database, as of now.
  void cut_requests(Duration until) { requests_cut_until_ = until; }
  void cut_answers(Duration until) { answers_cut_until_ = until; }
  void slow_down(Duration until) { slow_until_ = until; }
  void reset();       // its connections end
  void reset_soon();  // around the next commit
  void heal();
  void calm();  // from now on all receivers behave as healthy
  // While nothing is amiss its lease is renewed without looks: hours pass.
  void rest(bool rests);

  Duration next() const;
  void step();

  // The process of a lane that takes requests; null: none.
  Process* serving(int lane);
  // As of a request that has come to this node: whether it may be answered from memory.
  bool may_answer() const { return rests_ || term_.may_answer(parts_.stage.time.passed()); }
  const std::string& aimed(int lane) const { return aimed_[static_cast<std::size_t>(lane)]; }  // an incarnation
  bool owns(int lane) const { return lanes_[static_cast<std::size_t>(lane)].state == State::kOwned; }
  bool has_lost() const { return std::ranges::any_of(lanes_, &app::HeldLane::is_lost); }  // a lane, and still has it
  bool is_settled() const;  // no lane is on its way, and each has an owner that is known

  // Within a fiber. Carries out `at_database` there, which answers by what it is called with. Throws LinkFailure if
  // there is no answer within `patience`.
  using Answered = std::function<void()>;
  void call(const Connection& on, Duration patience, std::function<void(Answered)> at_database);
  template <class T>
  T ask(const Connection& on, Duration patience, std::function<T()> at_database) {
    const auto found = std::make_shared<std::optional<T>>();
    call(on, patience, [found, at_database = std::move(at_database)](const Answered& answered) {
      *found = at_database();
      answered();
    });
    return std::move(**found);
  }
  Connection connect(Duration patience);
  bool is_connected(const Connection& one) const {
    return one.generation == parts_.database.generation() && one.resets == resets_;
  }
  void wait_until(Duration until);

 private:
  struct Task {
    explicit Task(std::function<void()> body) : fiber(std::move(body)) {}
    Fiber fiber;
    Duration until{};
  };
  class Link;
  class Rows;
  struct Server;

  void spawn(std::function<void()> body);
  void run_tasks();
  void look();
  void seen(const store::Division& now, Duration began);
  void act(const store::Division& now);
  void take(int lane);
  bool take_and_serve(int lane, const std::string& from, std::int64_t epoch);
  void give(int lane, const std::string& heir);
  void go_on_giving(int lane);
  void give_away(int lane, const std::string& heir);
  bool hand_over(int lane, const std::string& heir);
  void come(int lane, const std::string& from, std::int64_t epoch, std::function<void(bool)> told);
  void end_server(int lane);
  Duration delay();
  app::Moment moment(Duration at) const { return app::Moment{} + at; }
  std::unique_ptr<Server>& server(int lane) { return servers_[static_cast<std::size_t>(lane)]; }
  app::HeldLane& held(int lane) { return lanes_[static_cast<std::size_t>(lane)]; }

  const Parts parts_;
  const Duration ahead_;
  store::NodeIdentity self_;
  int starts_ = 0;
  bool alive_ = false, rests_ = false, leaving_ = false, calm_ = false;
  int servers_made_ = 0;
  Duration paused_until_{}, requests_cut_until_{}, answers_cut_until_{}, slow_until_{};
  int resets_ = 0;
  bool resets_soon_ = false;
  store::LeaseTerm term_;
  std::unique_ptr<store::Acknowledged> acknowledged_;  // of the process
  Connection looks_on_;
  bool looking_ = false;
  Duration look_at_{};
  app::Moment moved_{};
  std::array<std::int64_t, store::kLanes> epochs_{};  // of the first shard of each lane, when it was last taken
  std::array<app::HeldLane, store::kLanes> lanes_;
  std::array<std::string, store::kLanes> aimed_;
  std::array<std::string, store::kLanes> heirs_;  // the names of the nodes to which lanes are being given
  std::array<std::unique_ptr<Server>, store::kLanes> servers_;
  std::list<std::shared_ptr<Task>> tasks_;
  std::weak_ptr<Task> running_;
};

}  // namespace beckon::simulator
