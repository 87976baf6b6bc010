#include "simulator/simulation.h"

#include <memory>

#include "simulator/nodes_world.h"
#include "system/log.h"

namespace beckon::simulator {
namespace {

// The violated property, or empty.
std::string run(World& world) {
  try {
    world.run();
  } catch (const Violation& violation) {
    return violation.words;
  }
  return {};
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

std::unique_ptr<World> made(std::uint64_t seed, int nodes, bool telling) {
  log::set_level(log::Level::kOff);
  if (nodes > 0) return std::make_unique<NodesWorld>(seed, nodes, telling);
  return std::make_unique<World>(seed, telling);
}

}  // namespace

Outcome simulate(std::uint64_t seed, int nodes) {
  const auto world = made(seed, nodes, false);
  Outcome outcome{.violation = run(*world), .counts = world->counts()};
  if (!outcome.violation.empty())
    outcome.violation += "\nseed " + std::to_string(seed) + "; what led there:\n" + history_of(seed, nodes);
  return outcome;
}

std::string history_of(std::uint64_t seed, int nodes) {
  const auto world = made(seed, nodes, true);
  const std::string violation = run(*world);
  return joined(world->history()) + violation + "\n";
}

}  // namespace beckon::simulator
