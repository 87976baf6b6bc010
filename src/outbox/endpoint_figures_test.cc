#include "outbox/endpoint_figures.h"

#include <gtest/gtest.h>

namespace beckon::outbox {
namespace {

using namespace std::chrono_literals;

constexpr Instant kEvening = instant_ms(1'700'000'000'000);
constexpr Instant kEveningBefore = kEvening - 24h;

EndpointLog::Entry entry(Duration ago, DeliveryState state, int attempts = 1, std::int64_t answer_ms = 10) {
  return {.created_at = kEvening - ago, .state = state, .attempts = attempts, .answer_us = answer_ms * 1000};
}

TEST(FiguresOfAnEndpoint, AreNoneWhereNothingWasSent) {
  const auto found = figures_of({}, kEveningBefore, kEvening);
  EXPECT_EQ(found.of, 0u);
  EXPECT_FALSE(found.share || found.p50_ms || found.p95_ms);
  ASSERT_EQ(found.hours.size(), 24u);
  EXPECT_EQ(found.hours.front().since, kEveningBefore);
  EXPECT_EQ(found.hours.back().since, kEvening - 1h);
}

TEST(FiguresOfAnEndpoint, CountWhatHasEndedAndHowOftenItWasTried) {
  const EndpointLog log{.entries = {entry(1min, DeliveryState::kRetrying, 3), entry(2min, DeliveryState::kDelivered),
                                    entry(90min, DeliveryState::kFailed, 10), entry(2h, DeliveryState::kWithdrawn, 2),
                                    entry(23h + 30min, DeliveryState::kDelivered, 2)}};
  const auto found = figures_of(log, kEveningBefore, kEvening);
  EXPECT_EQ(found.of, 5u);
  EXPECT_EQ(found.delivered, 2u);
  EXPECT_EQ(found.failed, 1u);
  EXPECT_EQ(found.withdrawn, 1u);
  EXPECT_EQ(found.attempts, 15u);
  EXPECT_DOUBLE_EQ(*found.share, 2.0 / 3);
  EXPECT_EQ(found.hours[0].delivered, 1u);
  EXPECT_EQ(found.hours[22].failed, 1u);
  EXPECT_EQ(found.hours[23].delivered, 1u);
}

TEST(FiguresOfAnEndpoint, SayHowFastItAnswersByTheAnswersThatCame) {
  EndpointLog log;
  for (int ms = 1; ms <= 100; ++ms)
    log.entries.push_back(entry(1min, ms % 2 ? DeliveryState::kDelivered : DeliveryState::kFailed, 1, ms));
  log.entries.push_back(entry(1min, DeliveryState::kFailed, 10, 0));
  log.entries.push_back(entry(1min, DeliveryState::kRetrying, 1, 5'000));
  const auto found = figures_of(log, kEveningBefore, kEvening);
  EXPECT_DOUBLE_EQ(*found.p50_ms, 50);
  EXPECT_DOUBLE_EQ(*found.p95_ms, 95);
  log.entries.resize(1);
  EXPECT_DOUBLE_EQ(*figures_of(log, kEveningBefore, kEvening).p95_ms, 1);
}

TEST(FiguresOfAnEndpoint, SayHowFarBackTheyGoWhereThereIsMore) {
  const EndpointLog log{.entries = {entry(1min, DeliveryState::kDelivered), entry(150min, DeliveryState::kDelivered)},
                        .more = true};
  const auto found = figures_of(log, kEveningBefore, kEvening);
  EXPECT_EQ(found.since, kEvening - 150min);
  ASSERT_EQ(found.hours.size(), 3u);
  EXPECT_EQ(found.hours.front().since, kEvening - 3h);
  EXPECT_EQ(found.hours.front().delivered, 1u);
}

}  // namespace
}  // namespace beckon::outbox
