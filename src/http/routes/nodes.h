// What the platform admin sees of the nodes that share a database (docs/scale.md).
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/instant.h"

namespace beckon::http {

struct NodeStatus {
  std::string name;
  std::string address;               // HOST:PORT of its node port; empty: other nodes do not reach it
  std::vector<std::int64_t> shards;  // that it owns, ascending
  Duration lease{};                  // what is left of it; not positive: over, for so long
};

struct NodeList {
  std::string self;                   // the node that answers
  std::vector<NodeStatus> nodes;      // by name
  std::vector<std::int64_t> unowned;  // shards that no node owns at the moment, ascending
};

}  // namespace beckon::http
