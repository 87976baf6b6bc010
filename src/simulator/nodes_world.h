// One run of several nodes over one database: the clients and operators of world.h, who send through any node, and
// troubles of nodes, of the ways between them, and of the database. In addition to what holds for one process:
//
// N1: only the owner of a shard adds rows to it. N2: a shard's rows are added in order, one at each place. N3: an owner
// that had acknowledged what a promoted replica lacks adds nothing before it has said so, and a process that owns the
// shard no longer says so as well (database.h). N4: no process runs under a name that another has. N5: once all is
// well, every lane has an owner. N6: nothing is committed twice. N7: a synchronous replica has what was acknowledged.
// Time: no response is made from an older version of a session than one before it.
#pragma once
#include <memory>
#include <vector>

#include "simulator/node.h"
#include "simulator/world.h"

namespace beckon::simulator {

// As Trouble: each run has a random half of these.
enum class NodeTrouble : std::uint8_t {
  kKill,
  kKillInCommit,
  kPause,
  kLeave,
  kReset,
  kResetInCommit,
  kCutRequests,
  kCutAnswers,
  kSlow,
  kApart,
  kStop,
  kReplicaAway,
  kCancelWaits,
  kPromote,
  kWanted,
  kClocks,
  kEnd
};

class NodesWorld final : public World {
 public:
  NodesWorld(std::uint64_t seed, int nodes, bool telling);

  void run() override;  // throws Violation

 private:
  Process* reach(const Handle& handle) override;
  Process* owner(const Handle& handle) override;
  std::function<bool()> way_back(Process& at) override;
  bool loses_responses() const override { return true; }
  bool is_up() const override { return true; }
  Duration next() const override;
  void step(Duration to) override;

  using World::has;
  bool has(NodeTrouble trouble) const { return (node_troubles_ >> static_cast<unsigned>(trouble) & 1) != 0; }
  Process* reach(Node& door, const Handle& handle);
  void trouble();
  void trouble_node();
  void end_when_left(std::size_t n, std::string incarnation, Duration until);
  void trouble_database();
  void publish_everywhere();
  void promote();
  void forget(int lane, Duration since);
  void read();
  void read_through(Node& node);
  void use(Node& node, Duration from, Duration until);
  void took(Node& node, int lane, Process& process);
  void ends(int lane, Process& process, bool is_lost);
  void heal_all();
  void settle();
  void pass_at_rest(Duration lasts);
  Node* peer(const Node& from, const std::string& name) const;
  bool are_apart(const Node& one, const Node& other) const;
  Node& any_node() { return *nodes_[stage_.dice.below(nodes_.size())]; }
  static int lane_of(const Handle& handle) { return store::lane_of(store::first_shard(handle)); }

  std::uint64_t node_troubles_;
  Agenda agenda_;
  std::unique_ptr<Database> database_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<Duration> up_at_;                     // of nodes that are down
  std::vector<std::vector<Duration>> apart_until_;  // by node and node
  std::array<std::optional<Duration>, store::kLanes> lost_since_;
  std::array<Node*, store::kLanes> server_of_{};  // who took it last
  Node* door_ = nullptr;                          // of the last request
  Node* behind_ = nullptr;                        // the owner that it got to
  Duration most_ahead_{};
  bool is_promoted_ = false;  // since it was settled
  Duration read_from_{};      // a promotion may have lost that a lease was renewed
};

}  // namespace beckon::simulator
