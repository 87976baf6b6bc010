#include "store/fence/shards.h"

#include <numeric>

#include "system/encoding.h"

namespace beckon::store {
namespace {

constexpr int kShardsOfLane = kShards / kLanes;
static_assert(kShards % kLanes == 0);

}  // namespace

Shard first_shard(const Handle& handle) {
  static const KeyedHash hash("beckon's shard 1");
  return static_cast<Shard>(hash(handle.view()) % kShards);
}

int lane_of(Shard shard) { return static_cast<int>(shard) / kShardsOfLane; }

std::vector<Shard> shards_of(int lane) {
  std::vector<Shard> made(kShardsOfLane);
  std::iota(made.begin(), made.end(), Shard{lane} * kShardsOfLane);
  return made;
}

}  // namespace beckon::store
