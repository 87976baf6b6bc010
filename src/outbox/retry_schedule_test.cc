#include "outbox/retry_schedule.h"

#include <gtest/gtest.h>

#include <set>

namespace beckon::outbox {
namespace {

using namespace std::chrono_literals;

TEST(RetrySchedule, IsThatOfTheContract) { EXPECT_EQ(RetrySchedule().to_text(), "5s,10s,20s,40s,5m,30m,2h,5h,10h"); }

TEST(RetrySchedule, DrawsEachWaitWithinATenth) {
  const RetrySchedule schedule;
  SeededRandom random(7);
  for (int failures = 1; failures <= 9; ++failures) {
    const double wait = static_cast<double>(schedule.waits()[static_cast<std::size_t>(failures) - 1].count());
    std::set<Duration> seen;
    for (int i = 0; i < 200; ++i) {
      const auto drawn = schedule.wait_after(failures, std::nullopt, random);
      ASSERT_TRUE(drawn);
      EXPECT_GE(static_cast<double>(drawn->count()), wait * 0.9 - 1);
      EXPECT_LE(static_cast<double>(drawn->count()), wait * 1.1);
      seen.insert(*drawn);
    }
    EXPECT_GT(seen.size(), 100u);  // the values vary
  }
}

TEST(RetrySchedule, GivesUpBehindItsLastWait) {
  SeededRandom random(7);
  EXPECT_TRUE(RetrySchedule().wait_after(9, std::nullopt, random));
  EXPECT_FALSE(RetrySchedule().wait_after(10, std::nullopt, random));
  EXPECT_FALSE(RetrySchedule().wait_after(10, 60s, random));
  EXPECT_FALSE(RetrySchedule(std::vector<Duration>{}).wait_after(1, std::nullopt, random));
}

TEST(RetrySchedule, HeedsRetryAfterWhereLongerUpToAnHour) {
  SeededRandom random(7);
  const RetrySchedule schedule;
  EXPECT_EQ(schedule.wait_after(1, 60s, random), Duration{60s});
  EXPECT_LT(*schedule.wait_after(1, 1s, random), Duration{6s});
  EXPECT_EQ(schedule.wait_after(1, 24h, random), Duration{1h});
  EXPECT_GT(*schedule.wait_after(7, 24h, random), Duration{100min});  // 2 h of its own are longer
}

TEST(RetrySchedule, ReadsASetting) {
  EXPECT_EQ(RetrySchedule::parse("5s, 10s,1m")->to_text(), "5s,10s,1m");
  EXPECT_EQ(RetrySchedule::parse("100ms,1500ms")->waits(), (std::vector<Duration>{100ms, 1500ms}));
  for (const char* text : {"", ",", "5s,", "5", "-5s", "0s", "0ms", "5s;10s", "ms", "1.5s", "99999999999999999999ms"})
    EXPECT_FALSE(RetrySchedule::parse(text)) << text;
  std::string many = "1s";
  for (int i = 0; i < 64; ++i) many += ",1s";
  EXPECT_FALSE(RetrySchedule::parse(many));
}

}  // namespace
}  // namespace beckon::outbox
