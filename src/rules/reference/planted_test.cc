// The test of the tests: comparison with the reference evaluator finds each fault planted in the engine.
#include "rules/language/planted.h"

#include <gtest/gtest.h>

#include <array>

#include "rules/reference/agreement.h"

namespace beckon::rules {
namespace {

constexpr std::array<const char*, static_cast<std::size_t>(Planted::kEnd)> kNames{
    "Nothing",         "WindowClosedBehind", "NowUnseen",     "RetentionTooLong", "AtLeastMore",
    "AtMostLess",      "AbsenceFromAnchor",  "WaitTooLong",   "AgeTooGreat",      "StepsShareSignal",
    "CooldownTooLong", "CapOneMore",         "CapOfVisitor",  "HoursCloseLate",   "NightToMorning",
    "ArmEndsLate",     "HoldoutOneMore",     "ShadowHolds",   "ValidTooLong",     "RolloutOneMore",
    "DayBeginsLate",   "SinceFromAnchor",    "AboveBound",    "TraitTooOld",      "TraitDayLate",
    "EverTooOld",      "EverDayMore",        "LastGroupLost", "AnyElement",       "DecisionTooLong",
    "HoldoutActed",    "ValuesMixed",        "OneValueMore",  "FillingInForce",   "FillsNothing",
    "ReadLate",        "AgeBoundMore",       "NthNewer",      "MissingNewer",     "LastValueLost",
    "BoundPassed"};

class PlantedFault : public ::testing::TestWithParam<int> {
 protected:
  void TearDown() override { planted = Planted::kNoFault; }

  // After how many cases it was found; 0 if not at all.
  static long found_after(Planted fault, long most) {
    planted = fault;
    long cases = 0;
    for (std::uint64_t seed = 1; cases < most; ++seed) {
      Agreement one(seed, fault >= Planted::kAgeBoundMore);  // those of shared ages and of gates come last
      const std::string wrong = one.run();
      cases += one.tally.cases;
      if (!wrong.empty()) return cases + 1;
    }
    return 0;
  }
};

TEST_P(PlantedFault, IsFound) {
  const long after = found_after(static_cast<Planted>(GetParam()), 100'000);
  std::printf("found after %ld cases\n", after);
  EXPECT_GT(after, 0);
}

INSTANTIATE_TEST_SUITE_P(Each, PlantedFault, ::testing::Range(1, static_cast<int>(Planted::kEnd)),
                         [](const auto& fault) { return kNames[static_cast<std::size_t>(fault.param)]; });

TEST_F(PlantedFault, IsNotFoundWhereNothingIsPlanted) { EXPECT_EQ(found_after(Planted::kNoFault, 20'000), 0); }

}  // namespace
}  // namespace beckon::rules
