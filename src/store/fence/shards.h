// The shards of a database that several nodes share, and the lanes in which they are owned, taken over and handed over:
// each is a few shards that follow one another.
#pragma once
#include <cstdint>
#include <vector>

#include "base/id.h"

namespace beckon::store {

using Shard = std::int64_t;

inline constexpr int kShards = 32;
inline constexpr int kLanes = 8;

Shard first_shard(const Handle& handle);  // for a new handle
int lane_of(Shard shard);
std::vector<Shard> shards_of(int lane);

}  // namespace beckon::store
