// The simulator: runs of the real dispatch and decision code in virtual time, each out of one seed (world.h).
#pragma once
#include <cstdint>
#include <string>

#include "simulator/counts.h"

namespace beckon::simulator {

struct Outcome {
  std::string violation;  // empty: all held. Else the property, what broke it, the seed, and the history that led there
  Counts counts;
};

// The same seed does the same. Not thread-safe.
Outcome simulate(std::uint64_t seed);

// What happened in a run, line by line.
std::string history_of(std::uint64_t seed);

}  // namespace beckon::simulator
