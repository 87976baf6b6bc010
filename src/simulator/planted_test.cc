// The test of the simulator: each fault planted in the code it runs violates a property within a number of seeds.
#include "base/planted.h"

#include <gtest/gtest.h>

#include <array>

#include "simulator/simulation.h"
#include "system/clock.h"

namespace beckon::simulator {
namespace {

constexpr std::uint64_t kMostSeeds = 10'000;

constexpr std::array<const char*, static_cast<std::size_t>(Planted::kEnd)> kNames{"Nothing",
                                                                                  "AcknowledgeBeforeSync",
                                                                                  "SkipSync",
                                                                                  "PublishWhatIsRefused",
                                                                                  "DropUnmatched",
                                                                                  "OweFirstOnly",
                                                                                  "ReuseEventId",
                                                                                  "LoseRetryAtRestart",
                                                                                  "LoseTimerAtRestart",
                                                                                  "ClaimTwice",
                                                                                  "ForgetAttempt",
                                                                                  "CountAttemptTwice",
                                                                                  "DropRefusedResults",
                                                                                  "ReviveEnded",
                                                                                  "DeliverAfterDelete",
                                                                                  "DeliverWhileDisabled",
                                                                                  "SendWhatWasErased",
                                                                                  "IgnoreRetryAfter",
                                                                                  "ReadSystemClock",
                                                                                  "IgnoreSetClock",
                                                                                  "OneAccount",
                                                                                  "BreakSessionOrder",
                                                                                  "ReplayAgain",
                                                                                  "KeepUntrue",
                                                                                  "SeeOneIdOnly",
                                                                                  "NameByInstant",
                                                                                  "WaitForNothing",
                                                                                  "JudgeWhileFilling",
                                                                                  "FillWithoutFormer"};

class PlantedFault : public ::testing::TestWithParam<int> {
 protected:
  void TearDown() override { the_planted = Planted::kNoFault; }
};

TEST_P(PlantedFault, IsFound) {
  the_planted = static_cast<Planted>(GetParam());
  for (std::uint64_t seed = 1; seed <= kMostSeeds; ++seed) {
    const std::string violation = simulate(seed).violation;
    if (violation.empty()) continue;
    std::printf("found by seed %llu: %s\n", static_cast<unsigned long long>(seed),
                violation.substr(0, violation.find('\n')).c_str());
    return;
  }
  FAIL() << "not found in " << kMostSeeds << " seeds";
}

INSTANTIATE_TEST_SUITE_P(Each, PlantedFault, ::testing::Range(1, static_cast<int>(Planted::kEnd)),
                         [](const auto& fault) { return kNames[static_cast<std::size_t>(fault.param)]; });

}  // namespace
}  // namespace beckon::simulator
