#include "access/login_throttle.h"

#include <gtest/gtest.h>

namespace beckon::access {
namespace {

using namespace std::chrono_literals;

class LoginThrottleTest : public testing::Test {
 protected:
  // Seconds that an attempt must wait; -1 if it may proceed (and fails).
  std::int64_t attempt(std::string_view account = "ada@example.com") {
    const auto wait = throttle_.begin(account, now_);
    return wait ? wait->count() : -1;
  }
  void fail(int times, std::string_view account = "ada@example.com") {
    for (int i = 0; i < times; ++i) ASSERT_EQ(attempt(account), -1) << i;
  }

  SeededRandom random_{7};
  LoginThrottle throttle_{random_, {.failures = 3, .longest = 60s, .forget = 1h, .most_accounts = 2}};
  Instant now_ = instant_ms(1'772'020'800'000);
};

TEST_F(LoginThrottleTest, AFewMayFailThenEachFurtherOneWaitsTwiceAsLong) {
  fail(3);
  for (const int wait : {1, 2, 4, 8, 16, 32, 60, 60}) {
    EXPECT_EQ(attempt(), wait);
    now_ += std::chrono::seconds{wait} - 1ms;
    EXPECT_EQ(attempt(), 1) << "to the millisecond, told in whole seconds";
    now_ += 1ms;
    fail(1);
  }
}

TEST_F(LoginThrottleTest, ATryThatIsRefusedDoesNotCount) {
  fail(3);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(attempt(), 1);
  now_ += 1s;
  fail(1);
  EXPECT_EQ(attempt(), 2);
}

TEST_F(LoginThrottleTest, ASuccessEndsTheWaiting) {
  fail(3);
  now_ += 1s;
  fail(1);
  throttle_.succeeded("ada@example.com");
  fail(3);
  EXPECT_EQ(attempt(), 1);
}

TEST_F(LoginThrottleTest, AccountsWaitForThemselvesAlone) {
  fail(3);
  EXPECT_EQ(attempt(), 1);
  fail(3, "eve@example.com");
  throttle_.succeeded("eve@example.com");
  EXPECT_EQ(attempt(), 1);
}

TEST_F(LoginThrottleTest, WhatFailedLongAgoIsForgotten) {
  fail(3);
  now_ += 1s + 1h;
  fail(1);
  EXPECT_EQ(attempt(), 2) << "to the hour it counts";
  now_ += 2s + 1h + 1ms;
  fail(3);
  EXPECT_EQ(attempt(), 1);
}

TEST_F(LoginThrottleTest, BeyondItsNumberTheAccountTriedLongestAgoIsForgotten) {
  fail(3);
  fail(3, "eve@example.com");
  EXPECT_EQ(attempt(), 1);  // now eve's is the oldest
  fail(1, "mallory@example.com");
  EXPECT_EQ(attempt(), 1);
  fail(3, "eve@example.com");
}

TEST_F(LoginThrottleTest, AClockThatGoesBackLocksNobodyOutForLongerThanTheLongest) {
  fail(3);
  now_ -= 24h;
  EXPECT_EQ(attempt(), 60);
  now_ += 60s;
  fail(1);
}

}  // namespace
}  // namespace beckon::access
