// The same random history twice, once with processes that crash at any point: timers, caps and splits are persistent,
// so all decisions and all waiting messages are the same.
#include "intake/testing/life.h"

namespace beckon::commit {
namespace {

std::string told(const ledger::PastDecision& past) {
  std::string text = past.trigger + " " + past.outcome + " " + past.rule + " " + past.variant + " at " +
                     to_rfc3339(past.at) + " version " + std::to_string(past.session_version) +
                     (past.shown ? " shown " : " ") + std::to_string(past.reading) + " from " +
                     std::to_string(past.anchor);
  for (const ledger::PastBeside& beside : past.beside)
    text += "; " + beside.rule + " " + beside.variant + " " + beside.outcome;
  return text;
}

std::string told(const delayed::Timer& timer) {
  return timer.session.text + " " + timer.rule.text + " at " + to_rfc3339(timer.due_at) + " from " +
         std::to_string(timer.anchor) + " of " + std::to_string(timer.same);
}

void compare(intake::Life& calm, intake::Life& rough, const std::string& id) {
  SCOPED_TRACE(id);
  const auto one = calm.world.world().session(id), other = rough.world.world().session(id);
  ASSERT_EQ(one != nullptr, other != nullptr);
  if (!one) return;
  EXPECT_EQ(one->spends, other->spends);
  EXPECT_EQ(one->done, other->done);
  EXPECT_EQ(one->unit(), other->unit());
  EXPECT_EQ(one->version, other->version);
  std::vector<std::string> decided, decided_too, waiting, waiting_too;
  for (const auto& past : calm.world.decisions(id)) decided.push_back(told(past));
  for (const auto& past : rough.world.decisions(id)) decided_too.push_back(told(past));
  for (const auto& timer : calm.world.timers(id)) waiting.push_back(told(timer));
  for (const auto& timer : rough.world.timers(id)) waiting_too.push_back(told(timer));
  EXPECT_EQ(decided, decided_too);
  EXPECT_EQ(waiting, waiting_too);
}

TEST(RestartAtRandom, KeepsTimersCapsAndSplits) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    intake::Life calm(seed, false), rough(seed, true);
    for (int i = 0; i < 200; ++i) {
      calm.step();
      rough.step();
    }
    for (int i = 0; i < intake::Life::kSessions; ++i) compare(calm, rough, intake::Life::session(i));
    for (int i = 0; i < 3; ++i) compare(calm, rough, "@v" + std::to_string(i));
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace beckon::commit
