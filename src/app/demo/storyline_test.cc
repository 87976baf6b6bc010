#include "app/demo/storyline.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace beckon::app {
namespace {

TEST(Storyline, TheSameRandomnessGivesTheSameShopper) {
  SeededRandom one(7), two(7);
  for (int number = 0; number < 20; ++number) {
    const Storyline a = storyline(number, 1, "demo", one), b = storyline(number, 1, "demo", two);
    ASSERT_EQ(a.steps.size(), b.steps.size());
    for (std::size_t i = 0; i < a.steps.size(); ++i) EXPECT_EQ(a.steps[i].value, b.steps[i].value);
  }
}

TEST(Storyline, AHundredShoppersLookBuyLeaveAndAskInSessionsOfTheirOwn) {
  SeededRandom random(1);
  std::set<std::string> sessions, kinds;
  int asked = 0, bought = 0;
  for (int number = 0; number < 100; ++number) {
    const Storyline story = storyline(number, 1, "demo", random);
    sessions.insert(story.session);
    for (const StoryStep& step : story.steps) {
      if (step.kind == StoryStep::Kind::kSignal)
        kinds.insert(step.text);
      else
        ++asked;
    }
    bought += story.converts ? 1 : 0;
    EXPECT_TRUE(std::ranges::is_sorted(story.steps, std::greater<>{}, &StoryStep::before_end));
    EXPECT_EQ(story.steps.back().before_end.count(), 0);
  }
  EXPECT_EQ(sessions.size(), 100u);
  EXPECT_EQ(kinds, (std::set<std::string>{"view", "cart", "checkout", "purchase", "link.clicked"}));
  EXPECT_EQ(asked, 100);
  EXPECT_GT(bought, 5);
  EXPECT_LT(bought, 60);
}

}  // namespace
}  // namespace beckon::app
