// How a node hands a lane over to another, so that nobody owns it for no longer than a moment: what it asks the other
// node, on the connection by which it forwards requests.
//
//   kPrepare  get ready for the lane, while this node still serves it: answered with 204 once the other node has
//             connected to the database and read what there is
//   kTake     this node commits nothing of the lane anymore; the body is its incarnation, a space, and the epoch of the
//             lane's first shard, by which a request that comes too late is known: this node may have taken the lane
//             back. The other node takes the shards, reads what has come since, and answers with 204 once it serves
//
// Any other answer, or none in time: the lane is given back to the database, and whose turn it is takes it.
#pragma once
#include <string_view>

namespace beckon::node {

inline constexpr std::string_view kOfLanes = "/v2/node/lanes/";  // the path that these begin with
inline constexpr std::string_view kPrepare = "/v2/node/lanes/prepare";
inline constexpr std::string_view kTake = "/v2/node/lanes/take";

}  // namespace beckon::node
