#include "simulator/simulation.h"

#include "simulator/world.h"
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

}  // namespace

Outcome simulate(std::uint64_t seed) {
  log::set_level(log::Level::kOff);
  World world(seed, false);
  Outcome outcome{.violation = run(world), .counts = world.counts()};
  if (!outcome.violation.empty())
    outcome.violation += "\nseed " + std::to_string(seed) + "; what led there:\n" + history_of(seed);
  return outcome;
}

std::string history_of(std::uint64_t seed) {
  log::set_level(log::Level::kOff);
  World world(seed, true);
  const std::string violation = run(world);
  return joined(world.history()) + violation + "\n";
}

}  // namespace beckon::simulator
