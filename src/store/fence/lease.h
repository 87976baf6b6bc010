// Which node owns which shards, as the database says, and for how long a node may rely on what it knows. Independent of
// the driver, so that the simulator runs it too.
#pragma once
#include <atomic>
#include <string>
#include <vector>

#include "base/instant.h"
#include "store/fence/planted.h"
#include "store/fence/shards.h"

namespace beckon::store {

struct NodeIdentity {
  std::string name;         // of the node, the same after a restart
  std::string incarnation;  // of this process, different each time
  std::string address;      // HOST:PORT where other nodes reach it; empty: they do not
};

struct NodeState {
  NodeIdentity node;
  Duration left{};       // of its lease; not positive if that is over
  bool drained = false;  // is to own nothing
};

// Who owns what, at one moment.
struct Division {
  struct OfShard {
    std::string owner;   // an incarnation; empty: nobody
    std::string wanted;  // the name of the node that an operator wants to own it; empty: any
  };
  std::vector<NodeState> nodes;  // by name
  std::vector<OfShard> shards;   // by number

  const NodeState* node(const std::string& incarnation) const;  // null if there is none
  const OfShard& of(Shard shard) const { return shards.at(static_cast<std::size_t>(shard)); }
  const OfShard& of_first(int lane) const { return of(shards_of(lane).front()); }  // of its shards
};

// A node's lease as the node counts it. Instants are the machine's time since its start, sleep included. Thread-safe.
class LeaseTerm {
 public:
  static constexpr Duration kLength{3'000};

  // A renewal that was sent and answered at these instants. `others`: nodes with a lease at that moment.
  void renewed(Duration sent, Duration answered, std::int64_t others);
  void begin(Duration sent) { renewed_ms_ = sent.count(); }

  // Whether this process may still answer from what it has in memory: it does not know of another node, or four fifths
  // of its lease are not over, counted from when the last renewal that succeeded was sent.
  bool may_answer(Duration now) const;
  Duration left(Duration now) const;  // counted likewise; not positive if it is over

 private:
  std::atomic<std::int64_t> renewed_ms_{0};
  std::atomic<std::int64_t> others_{0};  // nodes with a lease, at the last renewal
};

// Part of each transaction that commits: which of its shards this process must own, and what proves it.
enum class Fence : std::uint8_t { kNone, kOwner, kOwnerAndEpoch };
inline Fence fence_of_commits() {
  if (planted(Planted::kNoFence)) return Fence::kNone;
  return planted(Planted::kIgnoreEpoch) ? Fence::kOwner : Fence::kOwnerAndEpoch;
}

// One look of a node at the database. `renew`: renews the lease there; false: another process has joined under the same
// name. `divided`: reads the Division. `seen`, with the Division, comes before the renewal counts: what it finds lost
// must not be answered from memory anymore. Returns what `renew` did.
template <class Now, class Renew, class Divided, class Seen>
bool look(LeaseTerm& term, const std::string& name, const Now& now, const Renew& renew, const Divided& divided,
          const Seen& seen) {
  const Duration sent = now();
  if (!renew()) return false;
  const Division found = divided();
  seen(found);
  std::int64_t others = 0;
  for (const NodeState& one : found.nodes) others += one.left > Duration{0} && one.node.name != name ? 1 : 0;
  term.renewed(sent, now(), others);
  return true;
}

}  // namespace beckon::store
