// How a node hands a lane over to another, so that nobody owns it for no longer than a moment: what it asks the other
// node, on the connection by which it forwards requests.
//
//   kPrepare  get ready for the lane, while this node still serves it: answered with 204 once the other node has
//             connected to the database and read what there is
//   kTake     this node commits nothing of the lane anymore; the body is a FormerOwner. The other node takes the
//   shards,
//             reads what has come since, and answers with 204 once it serves
//
// Any other answer, or none in time: the lane is given back to the database, and whose turn it is takes it.
#pragma once
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace beckon::node {

inline constexpr std::string_view kOfLanes = "/v2/node/lanes/";  // the path that these begin with
inline constexpr std::string_view kPrepare = "/v2/node/lanes/prepare";
inline constexpr std::string_view kTake = "/v2/node/lanes/take";

struct FormerOwner {
  std::string incarnation;
  // Of the lane's first shard. A request that comes too late names an old one, if this node has taken the lane back.
  std::int64_t epoch = 0;

  std::string text() const { return incarnation + ' ' + std::to_string(epoch); }
  static std::optional<FormerOwner> read(std::string_view text) {
    const auto space = text.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    FormerOwner found{.incarnation = std::string(text.substr(0, space))};
    const auto [end, fault] = std::from_chars(text.data() + space + 1, text.data() + text.size(), found.epoch);
    if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return found;
  }
};

}  // namespace beckon::node
