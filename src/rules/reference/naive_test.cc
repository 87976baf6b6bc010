// The reference evaluator against examples that were worked out by hand.
#include "rules/reference/naive.h"

#include <gtest/gtest.h>

#include "rules/reference/testing.h"

namespace beckon::rules {
namespace {

using namespace std::chrono_literals;
using testing::kNoon;

naive::World world(const std::vector<naive::Signal>& arrived) {
  naive::World out{.retention = testing::kMonth};
  out.sessions.push_back({.arrived = arrived, .spends = {}});
  return out;
}

bool holds(const naive::World& in, const char* condition) {
  return naive::holds(in, json::parse(condition)->root(), kNoon);
}

bool open(const char* active, const char* instant) {
  return naive::open({}, json::parse(std::string(R"({"active":)") + active + "}")->root(), *parse_rfc3339(instant));
}

TEST(Naive, CountsStepsInTheirOrder) {
  const auto in = world(
      {{.key = "cart", .at = kNoon - 2min}, {.key = "view", .at = kNoon - 3min}, {.key = "view", .at = kNoon - 1min}});
  EXPECT_TRUE(holds(in, R"({"steps":[{"key":"view"},{"key":"cart"},{"key":"view"}],"reached":3})"));
  EXPECT_FALSE(holds(in, R"({"steps":[{"key":"cart"},{"key":"cart"}],"reached":2})"));
  EXPECT_TRUE(holds(in, R"({"steps":[{"key":"view"},{"key":"cart"}],"within":"3m","equals":1})"))
      << "the first view is outside";
}

TEST(Naive, HalvesAScoreWithItsHalfLife) {
  auto in = world({{.key = "view", .at = kNoon - 1min}, {.key = "cart.add", .at = kNoon}});
  in.scores = *json::parse(R"({"intent":{"weights":{"view":1,"cart.*":2,"cart":9},"halfLife":"1m"}})");
  EXPECT_TRUE(holds(in, R"({"score":"intent","equals":2.5})"));
  EXPECT_FALSE(holds(in, R"({"score":"other","atMost":2.5})"));
}

TEST(Naive, StoresADuplicateOnce) {
  EXPECT_TRUE(holds(
      world({{.key = "a", .id = "1", .at = kNoon}, {.key = "a", .id = "1", .at = kNoon}, {.key = "a", .at = kNoon}}),
      R"({"count":{},"equals":2})"));
}

TEST(Naive, ReadsHoursByTheWallClock) {
  const char* night = R"({"hours":"22:00-06:00","days":["fri"],"zone":"Europe/Berlin"})";
  EXPECT_FALSE(open(night, "2026-10-23T19:59:59.999Z"));
  EXPECT_TRUE(open(night, "2026-10-23T20:00:00Z"));
  EXPECT_TRUE(open(night, "2026-10-24T03:59:59.999Z")) << "Saturday's morning belongs to Friday";
  EXPECT_FALSE(open(night, "2026-10-24T04:00:00Z"));
  EXPECT_FALSE(open(night, "2026-10-24T20:00:00Z"));
  const char* day = R"({"hours":"08:00-22:00","zone":"Europe/Berlin"})";
  EXPECT_FALSE(open(day, "2026-10-24T05:59:59Z"));
  EXPECT_TRUE(open(day, "2026-10-24T06:00:00Z")) << "summer time";
  EXPECT_FALSE(open(day, "2026-10-25T06:00:00Z")) << "winter time begins in this night";
  EXPECT_TRUE(open(day, "2026-10-25T07:00:00Z"));
}

TEST(Naive, RoundsDecimalsToSixPlacesAwayFromZero) {
  EXPECT_EQ(naive::millionths("12.5"), 12'500'000);
  EXPECT_EQ(naive::millionths("-0.0000005"), -1);
  EXPECT_EQ(naive::millionths("0.00000049"), 0);
  EXPECT_EQ(naive::millionths("1e-6"), 1);
  EXPECT_EQ(naive::millionths("2.5E+3"), 2'500'000'000);
  EXPECT_EQ(naive::millionths("9999999999.999999"), 9'999'999'999'999'999);
  EXPECT_EQ(naive::millionths("9999999999.9999996"), 10'000'000'000'000'000);
  EXPECT_EQ(naive::millionths("-8000000000001"), -8'000'000'000'000'000'000);
  EXPECT_EQ(naive::millionths("1e300"), 8'000'000'000'000'000'000);
  EXPECT_EQ(naive::millionths("0e300"), 0);
  EXPECT_EQ(naive::millionths("1e-300"), 0);
}

// Published: 0xba6bd213 of "test", 0xc0363e43 of "Hello, world!", 0x2e4ff723 of the fox.
TEST(Naive, HashesToThePublishedVectors) {
  const auto of = [](std::uint64_t hash) { return static_cast<unsigned>(hash * 10'000 >> 32); };
  EXPECT_EQ(naive::bucket("", ""), 0U);
  EXPECT_EQ(naive::bucket("te", "st"), of(0xba6bd213));
  EXPECT_EQ(naive::bucket("Hello, ", "world!"), of(0xc0363e43));
  EXPECT_EQ(naive::bucket("", "The quick brown fox jumps over the lazy dog"), of(0x2e4ff723));
}

}  // namespace
}  // namespace beckon::rules
