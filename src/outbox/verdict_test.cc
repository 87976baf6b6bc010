#include "outbox/verdict.h"

#include <gtest/gtest.h>

namespace beckon::outbox {
namespace {

using namespace std::chrono_literals;

constexpr Instant kNow = instant_ms(1'800'000'000'000);

struct Case {
  Delivery delivery;
  Attempt attempt;
  std::optional<Duration> retry_after;
  Instant failing_since{};
  SeededRandom random{3};

  Case() {
    delivery.id = DeliveryId{"dlv_1"};
    attempt.number = 1;
    attempt.at = kNow - 1s;
  }
  Verdict status(int code) {
    attempt.outcome = AttemptOutcome::kStatus;
    attempt.status = code;
    return verdict_on(delivery, attempt, retry_after, RetrySchedule(), failing_since, kNow, random);
  }
  Verdict error(AttemptOutcome outcome) {
    attempt.outcome = outcome;
    return verdict_on(delivery, attempt, retry_after, RetrySchedule(), failing_since, kNow, random);
  }
};

TEST(Verdict, TakesEvery2xxAsDelivered) {
  for (const int code : {200, 201, 202, 204, 299}) {
    const Verdict verdict = Case().status(code);
    EXPECT_EQ(verdict.settlement.state, DeliveryState::kDelivered) << code;
    EXPECT_EQ(verdict.settlement.reason, "");
    EXPECT_EQ(verdict.settlement.delivery, DeliveryId{"dlv_1"});
    EXPECT_EQ(verdict.settlement.attempt.status, code);
  }
}

TEST(Verdict, LooksAgainNoLaterThanTheMessageIsWorthSending) {
  Case of;
  of.delivery.schedule_step = 6;  // a wait of two hours
  of.delivery.valid_until = kNow + 1h;
  const Verdict verdict = of.status(503);
  EXPECT_EQ(verdict.settlement.state, DeliveryState::kRetrying);
  EXPECT_EQ(verdict.settlement.next_attempt_at, kNow + 1h);
  of.delivery.valid_until = kNow - 1s;
  EXPECT_EQ(of.status(503).settlement.next_attempt_at, kNow);
}

TEST(Verdict, RetriesWhatMayPass) {
  for (const int code : {408, 425, 429, 500, 502, 503, 504, 599}) {
    const Verdict verdict = Case().status(code);
    EXPECT_EQ(verdict.settlement.state, DeliveryState::kRetrying) << code;
    EXPECT_EQ(verdict.settlement.schedule_step, 1);
    EXPECT_EQ(verdict.settlement.reason, "status " + std::to_string(code));
    EXPECT_GE(verdict.settlement.next_attempt_at, kNow + 4500ms - 1ms);
    EXPECT_LE(verdict.settlement.next_attempt_at, kNow + 5500ms);
  }
  using enum AttemptOutcome;
  for (const auto outcome : {kDns, kConnect, kTls, kTimeout}) {
    const Verdict verdict = Case().error(outcome);
    EXPECT_EQ(verdict.settlement.state, DeliveryState::kRetrying) << to_text(outcome);
    EXPECT_EQ(verdict.settlement.reason, to_text(outcome));
  }
}

TEST(Verdict, EndsOnEveryOtherAnswer) {
  for (const int code : {100, 101, 199, 300, 301, 302, 307, 308, 400, 401, 403, 404, 409, 410, 413, 422, 600, 999}) {
    const Verdict verdict = Case().status(code);
    EXPECT_EQ(verdict.settlement.state, DeliveryState::kFailed) << code;
    EXPECT_EQ(verdict.settlement.reason, "status " + std::to_string(code));
  }
}

TEST(Verdict, EndsOnARefusalByTheGuard) {
  const Verdict verdict = Case().error(AttemptOutcome::kRefused);
  EXPECT_EQ(verdict.settlement.state, DeliveryState::kFailed);
  EXPECT_EQ(verdict.settlement.reason, "refused by policy");
  EXPECT_EQ(verdict.disable_reason, "");
}

TEST(Verdict, FailsBehindTheLastWait) {
  Case one;
  one.delivery.attempts = 20;
  one.delivery.schedule_step = 8;
  EXPECT_EQ(one.status(500).settlement.state, DeliveryState::kRetrying);
  one.delivery.schedule_step = 9;
  const Verdict last = one.status(500);
  EXPECT_EQ(last.settlement.state, DeliveryState::kFailed);
  EXPECT_EQ(last.settlement.schedule_step, 10);
}

TEST(Verdict, WaitsAsLongAsTheReceiverAsked) {
  Case one;
  one.retry_after = 90s;
  EXPECT_EQ(one.status(429).settlement.next_attempt_at, kNow + 90s);
}

TEST(Verdict, DisablesOn410) {
  EXPECT_NE(Case().status(410).disable_reason, "");
  EXPECT_EQ(Case().status(404).disable_reason, "");
}

TEST(Verdict, DisablesAfterFiveDaysOfFailuresOnly) {
  Case one;
  const Verdict first = one.status(500);
  EXPECT_EQ(first.failing_since, one.attempt.at);
  EXPECT_EQ(first.disable_reason, "");
  one.failing_since = kNow - 5 * 24h + 1s;
  EXPECT_EQ(one.error(AttemptOutcome::kDns).disable_reason, "");
  one.failing_since = kNow - 5 * 24h;
  EXPECT_NE(one.error(AttemptOutcome::kDns).disable_reason, "");
  EXPECT_EQ(one.status(200).failing_since, Instant{});
  EXPECT_EQ(one.status(200).disable_reason, "");
}

}  // namespace
}  // namespace beckon::outbox
