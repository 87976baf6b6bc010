// Denied consent: how long it is remembered, with and without a restart.
#include <gtest/gtest.h>

#include "intake/testing/world.h"

namespace beckon::commit {
namespace {

using namespace std::chrono_literals;
const Instant kDeniedAt = *parse_rfc3339("2026-11-01T12:00:00Z");

class Denial : public testing::TestWithParam<bool> {
 protected:
  Denial() { begin(kDeniedAt); }
  void begin(Instant now) {
    world.reset();
    world.emplace(store, now);
    HandleSettings settings;
    settings.retention = 240h;
    world->tenant(settings);
  }
  // With or without a restart afterwards.
  void pass(Duration time) {
    world->clock.advance(time);
    world->committer.turn(true);
    if (GetParam()) begin(world->clock.now());
  }
  bool denied(std::string_view more = "") {
    const auto answer =
        world->append("{\"sessionId\":\"shy\"" + std::string(more) + R"(,"signals":[{"type":"view"}]})");
    EXPECT_TRUE(answer);
    return answer->denied;
  }
  static constexpr const char* kDenies = R"(,"consent":"denied")";

  store::MemoryStore store;
  std::optional<intake::World> world;
};
INSTANTIATE_TEST_SUITE_P(WithAndWithoutARestart, Denial, testing::Bool(),
                         [](const auto& one) { return one.param ? "restarted" : "running"; });

TEST_P(Denial, HoldsForTheRetentionAndNoLonger) {
  ASSERT_TRUE(denied(kDenies));
  pass(200h);
  EXPECT_TRUE(denied());
  pass(40h);
  EXPECT_FALSE(denied());
}

TEST_P(Denial, SaidAgainIsRememberedFromThen) {
  ASSERT_TRUE(denied(kDenies));
  pass(150h);
  ASSERT_TRUE(denied(kDenies));
  pass(150h);
  EXPECT_TRUE(denied()) << "300 h after the first, 150 h after the last";
  pass(91h);
  EXPECT_FALSE(denied());
  EXPECT_NE(world->session("shy"), nullptr);
}

TEST_P(Denial, IsNotProlongedByWhatIsTurnedAwayForIt) {
  ASSERT_TRUE(denied(kDenies));
  pass(239h);
  EXPECT_TRUE(denied());
  pass(1h);
  EXPECT_FALSE(denied());
}

TEST_P(Denial, LeavesMemoryAndStoreWhenItsTimeIsOver) {
  ASSERT_TRUE(denied(kDenies));
  pass(241h);
  pass(1h);
  EXPECT_TRUE(store.ledger().denied()->empty());
  EXPECT_FALSE(world->sessions.denied(world->sessions.digest("demo", "shy"), kDeniedAt))
      << "not even at an instant of then";
}

}  // namespace
}  // namespace beckon::commit
