#include "access/rate_limiter.h"

#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <thread>
#include <vector>

namespace beckon::access {
namespace {

using namespace std::chrono_literals;

constexpr Instant kStart = instant_ms(1'772'020'800'000);

IpAddress v4(std::uint8_t last, std::uint8_t third = 2) { return IpAddress::v4(192, 0, third, last); }
IpAddress v6(std::uint8_t net, std::uint8_t host) {
  return IpAddress::v6({0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, net, 0, 0, 0, 0, 0, 0, 0, host});
}

class RateLimiterTest : public testing::Test {
 protected:
  SeededRandom random_{7};
  RateLimiter limiter_{random_};

  bool take(std::uint32_t amount, Instant now, std::uint32_t limit = 120) {
    return limiter_.take("acme", v4(1), amount, limit, now).allowed;
  }
};

TEST_F(RateLimiterTest, TakesUpToTheLimitAndSaysWhatIsLeft) {
  const auto first = limiter_.take("acme", v4(1), 50, 120, kStart);
  EXPECT_TRUE(first.allowed);
  EXPECT_EQ(first.state.limit, 120);
  EXPECT_EQ(first.state.remaining, 70);
  EXPECT_EQ(limiter_.take("acme", v4(1), 70, 120, kStart).state.remaining, 0);
  const auto refused = limiter_.take("acme", v4(1), 1, 120, kStart);
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.state.remaining, 0);
  EXPECT_EQ(refused.state.reset, 61s);
}

TEST_F(RateLimiterTest, CountsEachHandleApart) {
  EXPECT_TRUE(take(120, kStart));
  EXPECT_FALSE(take(1, kStart));
  EXPECT_TRUE(limiter_.take("globex", v4(1), 120, 120, kStart).allowed);
  EXPECT_TRUE(limiter_.take("", v4(1), 120, 120, kStart).allowed);
  EXPECT_FALSE(limiter_.take("globex", v4(1), 1, 120, kStart).allowed);
}

TEST_F(RateLimiterTest, CountsEachAccessTokenOfEachHandleApart) {
  EXPECT_TRUE(limiter_.take("acme", "tok_1", 60'000, 60'000, kStart).allowed);
  const auto refused = limiter_.take("acme", "tok_1", 1, 60'000, kStart);
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.state.limit, 60'000);
  EXPECT_TRUE(limiter_.take("acme", "tok_2", 60'000, 60'000, kStart).allowed);
  EXPECT_TRUE(limiter_.take("globex", "tok_1", 60'000, 60'000, kStart).allowed);
  EXPECT_TRUE(limiter_.take("acme", "tok_1", 60'000, 60'000, kStart + 62s).allowed);
}

TEST_F(RateLimiterTest, TakesTheWholeAmountOrNothing) {
  EXPECT_TRUE(take(100, kStart));
  const auto refused = limiter_.take("acme", v4(1), 21, 120, kStart);
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.state.remaining, 20);
  EXPECT_TRUE(take(20, kStart));
}

TEST_F(RateLimiterTest, AnAmountAboveTheLimitIsNeverAllowedNotEvenOnAnEmptyMinute) {
  EXPECT_FALSE(take(121, kStart));
  EXPECT_FALSE(take(UINT32_MAX, kStart));
  EXPECT_TRUE(take(120, kStart));
  EXPECT_FALSE(take(1, kStart, 0));
  EXPECT_TRUE(take(0, kStart, 0));
}

TEST_F(RateLimiterTest, WhatWasTakenCountsForItsMinuteAndAtMostASecondMore) {
  EXPECT_TRUE(take(120, kStart + 999ms));
  EXPECT_FALSE(take(1, kStart + 999ms + 60s - 1ms));
  EXPECT_FALSE(take(1, kStart + 60s + 999ms));
  EXPECT_TRUE(take(120, kStart + 61s));
}

TEST_F(RateLimiterTest, AFullBurstAtTheEndOfOneMinuteIsNotFollowedByAnother) {
  EXPECT_TRUE(take(120, kStart + 59'900ms));
  EXPECT_FALSE(take(1, kStart + 60'100ms));
  EXPECT_FALSE(take(1, kStart + 119'899ms));
}

TEST_F(RateLimiterTest, WhoWaitsAsLongAsToldIsLetIn) {
  for (int i = 0; i < 6; ++i) ASSERT_TRUE(take(20, kStart + i * 7'300ms));
  Instant now = kStart + 44s;
  const auto refused = limiter_.take("acme", v4(1), 35, 120, now);
  ASSERT_FALSE(refused.allowed);
  EXPECT_FALSE(take(35, now + refused.state.reset - 1s));
  EXPECT_TRUE(take(35, now + refused.state.reset));
}

TEST_F(RateLimiterTest, AnotherAddressHasALimitOfItsOwn) {
  EXPECT_TRUE(take(120, kStart));
  EXPECT_TRUE(limiter_.take("acme", v4(2), 120, 120, kStart).allowed);
}

TEST_F(RateLimiterTest, AnIpv6NetworkIsOneClient) {
  EXPECT_TRUE(limiter_.take("acme", v6(1, 1), 120, 120, kStart).allowed);
  EXPECT_FALSE(limiter_.take("acme", v6(1, 2), 1, 120, kStart).allowed);
  EXPECT_TRUE(limiter_.take("acme", v6(2, 1), 120, 120, kStart).allowed);
  EXPECT_EQ(limiter_.clients(), 2u);
}

TEST_F(RateLimiterTest, AClockThatGoesBackGivesNothing) {
  EXPECT_TRUE(take(120, kStart));
  EXPECT_FALSE(take(1, kStart - 30s));
  EXPECT_FALSE(take(1, kStart + 60s));
  // A backward step of an hour: counting continues from there rather than stopping for an hour.
  EXPECT_FALSE(take(1, kStart - 1h));
  EXPECT_TRUE(take(120, kStart - 1h + 61s));
}

TEST_F(RateLimiterTest, AClockThatJumpsAheadForgetsTheOldMinute) {
  EXPECT_TRUE(take(120, kStart));
  EXPECT_TRUE(take(120, kStart + 24h * 365));
}

TEST(RateLimiter, ForgetsWhoHasBeenIdleLongestAndNeverGrows) {
  SeededRandom random(7);
  RateLimiter limiter(random, {.most_clients = 160});
  const auto address = [](int i) { return v4(static_cast<std::uint8_t>(i & 255), static_cast<std::uint8_t>(i >> 8)); };
  for (int i = 0; i < 20'000; ++i) limiter.take("acme", address(i), 120, 120, kStart + i * 1s);
  EXPECT_LE(limiter.clients(), 160u);
  // One new client per second: at most 61 count at a time, and shards of ten lose one only by bad luck.
  EXPECT_LT(limiter.forgotten_early(), 200u);
  EXPECT_FALSE(limiter.take("acme", address(19'999), 1, 120, kStart + 20'000s).allowed);
}

TEST(RateLimiter, SaysHowManyWereForgottenWhileTheyCounted) {
  SeededRandom random(7);
  RateLimiter limiter(random, {.most_clients = 16});
  for (int i = 0; i < 200; ++i) limiter.take("acme", v4(static_cast<std::uint8_t>(i)), 1, 120, kStart);
  EXPECT_EQ(limiter.clients() + limiter.forgotten_early(), 200u);
}

// Everything that was allowed, to the millisecond.
struct NaiveLog {
  std::deque<std::pair<Instant, std::uint32_t>> taken;

  std::uint32_t within(Instant now, Duration span) const {
    std::uint32_t sum = 0;
    for (const auto& [at, amount] : taken)
      if (at > now - span) sum += amount;
    return sum;
  }
};

TEST(RateLimiter, IsNeverMoreLenientThanANaiveLogAndNeverStricterByMoreThanASecond) {
  SeededRandom random(20260225);
  RateLimiter limiter(random);
  constexpr std::uint32_t kLimit = 120;
  std::vector<NaiveLog> logs(4);
  Instant now = kStart;
  int allowed = 0, refused = 0;
  for (int i = 0; i < 60'000; ++i) {
    const auto pace = random.next() % 100;
    now += Duration(static_cast<std::int64_t>(pace < 90   ? random.next() % 900
                                              : pace < 99 ? random.next() % 8'000
                                                          : random.next() % 130'000));
    const auto who = static_cast<std::uint8_t>(random.next() % logs.size());
    const auto amount = static_cast<std::uint32_t>(random.next() % 60);
    NaiveLog& log = logs[who];
    const RateVerdict verdict = limiter.take("acme", v4(who), amount, kLimit, now);
    if (verdict.allowed) {
      ASSERT_LE(log.within(now, 60s) + amount, kLimit) << i;
      log.taken.emplace_back(now, amount);
      ++allowed;
    } else {
      ASSERT_GT(log.within(now, 61s) + amount, kLimit) << i;
      ASSERT_LE(log.within(now + verdict.state.reset, 60s) + amount, kLimit) << i;
      ASSERT_GT(log.within(now + verdict.state.reset - 1s, 61s) + amount, kLimit) << i;
      ++refused;
    }
    ASSERT_GE(verdict.state.remaining, 0);
    ASSERT_LE(static_cast<std::uint32_t>(verdict.state.remaining), kLimit - log.within(now, 60s)) << i;
    while (!log.taken.empty() && log.taken.front().first < now - 62s) log.taken.pop_front();
  }
  EXPECT_GT(allowed, 5'000);
  EXPECT_GT(refused, 5'000);
}

TEST(RateLimiter, ManyThreadsTogetherTakeNoMoreThanTheLimit) {
  SeededRandom random(7);
  RateLimiter limiter(random);
  std::atomic<int> taken{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 2'000; ++i) {
        if (limiter.take("acme", v4(1), 1, 600, kStart).allowed) ++taken;
        limiter.take("acme", v4(static_cast<std::uint8_t>(i % 3 + 10 * t), 7), 1, 600, kStart);
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(taken, 600);
}

TEST(RateLimiter, ARefusalSaysWhenToTryAgain) {
  const Fault fault =
      rate_limited(RateLimit::kAddressSignals, "Your address", "signals", {.limit = 120, .remaining = 0, .reset = 17s});
  EXPECT_EQ(fault.code, FaultCode::kRateLimited);
  EXPECT_NE(fault.message.find("120 signals per minute; retry after 17 s"), std::string::npos);
  EXPECT_EQ(fault.rate->reset, 17s);
}

}  // namespace
}  // namespace beckon::access
