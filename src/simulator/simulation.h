// The simulator: runs of the real dispatch and decision code in virtual time, each from one seed (world.h,
// nodes_world.h).
#pragma once
#include <cstdint>
#include <string>

#include "simulator/counts.h"

namespace beckon::simulator {

struct Outcome {
  std::string violation;  // empty if all properties hold; else the property, what violated it, seed and history
  Counts counts;
};

// Deterministic: the same seed gives the same run. Not thread-safe.
// `nodes`: 0 for one process, else so many over one database.
Outcome simulate(std::uint64_t seed, int nodes = 0);

// The history of a run, line by line.
std::string history_of(std::uint64_t seed, int nodes = 0);

}  // namespace beckon::simulator
