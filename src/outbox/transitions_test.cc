#include "outbox/transitions.h"

#include <gtest/gtest.h>

#include "outbox/replay.h"

namespace beckon::outbox {
namespace {

using namespace std::chrono_literals;
using enum DeliveryState;

constexpr Instant kNow = instant_ms(1'800'000'000'000);
constexpr std::array kAll{kQueued, kRetrying, kHeld, kDelivered, kFailed, kWithdrawn};
constexpr std::array kStandings{Standing::kUnknown, Standing::kEnabled, Standing::kDisabled, Standing::kDeleted};

Delivery in(DeliveryState state) {
  Delivery delivery{.id = DeliveryId{"dlv_1"}, .event_type = "link.clicked", .state = state, .next_attempt_at = kNow};
  if (is_final(state)) delivery.ended_at = kNow - 1h;
  return delivery;
}

Settlement result(DeliveryState state, int attempt = 1) {
  Settlement settlement{.state = state, .schedule_step = 1, .next_attempt_at = kNow + 5s, .reason = "status 503"};
  settlement.attempt.number = attempt;
  settlement.attempt.status = 503;
  return settlement;
}

TEST(Transitions, AnEventIsScheduledAtOnceAndHeldForADisabledSubscription) {
  const Event event{.id = EventId{"evt_1"}, .type = "link.clicked", .session = SessionId{"s1"}};
  Subscription hook{.id = SubscriptionId{"whs_1"}, .handle = Handle{"acme"}};
  const Delivery due = scheduled(DeliveryId{"dlv_1"}, event, hook, kNow);
  EXPECT_EQ(due.state, kQueued);
  EXPECT_EQ(due.next_attempt_at, kNow);
  EXPECT_EQ(due.session, event.session);
  EXPECT_FALSE(due.ordered);
  hook.enabled = false;
  hook.ordering = Ordering::kSession;
  const Delivery held = scheduled(DeliveryId{"dlv_2"}, event, hook, kNow);
  EXPECT_EQ(held.state, kHeld);
  EXPECT_EQ(held.reason, kSubscriptionDisabled);
  EXPECT_TRUE(held.ordered);
  const Event test{.id = EventId{"evt_2"}, .type = std::string(kTestEventType)};
  EXPECT_EQ(scheduled(DeliveryId{"dlv_3"}, test, hook, kNow).state, kQueued);
  EXPECT_FALSE(scheduled(DeliveryId{"dlv_3"}, test, hook, kNow).ordered) << "it is of no session";
}

TEST(Transitions, WhatIsWrittenForADeletedSubscriptionIsWithdrawnAtOnce) {
  for (const Standing standing : kStandings) {
    Delivery delivery = in(kQueued);
    admit(delivery, standing, kNow);
    EXPECT_EQ(delivery.state, standing == Standing::kDeleted ? kWithdrawn : kQueued);
  }
  Delivery held = in(kHeld);
  admit(held, Standing::kDisabled, kNow);
  EXPECT_EQ(held.held_at, kNow);
}

TEST(Transitions, AResultChangesOnlyWhatIsPendingButForASuccessOfWhatWasWithdrawn) {
  for (const DeliveryState state : kAll)
    for (const DeliveryState to : {kRetrying, kDelivered, kFailed})
      for (const Standing standing : kStandings) {
        Delivery delivery = in(state);
        settle(delivery, standing, result(to, 3), kNow);
        EXPECT_EQ(delivery.attempts, 3);
        EXPECT_EQ(delivery.last_status, 503);
        if (is_final(state)) {
          EXPECT_EQ(delivery.state, state == kWithdrawn && to == kDelivered ? kDelivered : state);
        } else if (is_final(to)) {
          EXPECT_EQ(delivery.state, to);
          EXPECT_EQ(delivery.ended_at, kNow);
        } else {
          const bool disabled = standing == Standing::kDisabled, deleted = standing == Standing::kDeleted;
          EXPECT_EQ(delivery.state, deleted ? kWithdrawn : disabled ? kHeld : kRetrying);
          EXPECT_EQ(delivery.ended_at, deleted ? kNow : Instant{});
          EXPECT_EQ(delivery.held_at, disabled ? kNow : Instant{});
        }
      }
}

TEST(Transitions, AResultWithoutAnAttemptWithdrawsWhatIsPending) {
  for (const DeliveryState state : kAll) {
    Delivery delivery = in(state);
    settle(delivery, Standing::kEnabled, result(kWithdrawn, 0), kNow);
    EXPECT_EQ(delivery.state, is_final(state) ? state : kWithdrawn);
    EXPECT_EQ(delivery.attempts, 0);
  }
}

TEST(Transitions, EachStateAllowsWhatTheDrawingShows) {
  const auto from = [](auto transition, DeliveryState to) {
    std::string allowed;
    for (const DeliveryState state : kAll) {
      Delivery delivery = in(state);
      const bool changed = transition(delivery);
      EXPECT_EQ(delivery.state, changed ? to : state);
      if (changed) allowed += std::string(to_text(state)) + " ";
      EXPECT_EQ(delivery.ended_at == kNow, changed && is_final(to));
    }
    return allowed;
  };
  EXPECT_EQ(from([](Delivery& d) { return withdraw(d, "why", kNow); }, kWithdrawn), "queued retrying held ");
  EXPECT_EQ(from([](Delivery& d) { return hold(d, "why", kNow); }, kHeld), "queued retrying ");
  EXPECT_EQ(from([](Delivery& d) { return release(d, kNow); }, kQueued), "held ");
  EXPECT_EQ(from([](Delivery& d) { return give_up(d, "why", kNow); }, kFailed), "held ");
  EXPECT_EQ(from([](Delivery& d) { return requeue(d, Standing::kEnabled, false, kNow); }, kQueued),
            "queued retrying delivered failed withdrawn ");
  EXPECT_EQ(from([](Delivery& d) { return requeue(d, Standing::kDisabled, false, kNow); }, kHeld),
            "delivered failed withdrawn ");
}

TEST(Transitions, ATestIsNotHeld) {
  Delivery test = in(kQueued);
  test.event_type = kTestEventType;
  EXPECT_FALSE(hold(test, "why", kNow));
  settle(test, Standing::kDisabled, result(kRetrying), kNow);
  EXPECT_EQ(test.state, kRetrying);
}

TEST(Transitions, AnErasureWithdrawsWhatIsPendingAndLeavesTheRestAsItEnded) {
  for (const DeliveryState state : kAll) {
    Delivery delivery = in(state);
    delivery.session = SessionId{"s1"};
    erase(delivery, "erased", kNow);
    EXPECT_EQ(delivery.state, is_final(state) ? state : kWithdrawn);
    EXPECT_TRUE(delivery.session.empty());
  }
}

TEST(Transitions, WhatMayNotBeSentAgainSaysWhy) {
  const auto why = [](const Delivery& delivery, Standing standing = Standing::kEnabled, bool erased = false) {
    Delivery again = delivery;
    const auto refusal = refuse_retry(delivery, standing, erased, kNow, true);
    EXPECT_EQ(requeue(again, standing, erased, kNow), !refusal);
    return refusal;
  };
  EXPECT_EQ(why(in(kFailed)), std::nullopt);
  EXPECT_EQ(why(in(kHeld), Standing::kDisabled), RetryRefusal::kHeld);
  EXPECT_EQ(why(in(kHeld)), RetryRefusal::kPending) << "enabled, it is about to be sent";
  EXPECT_EQ(why(in(kRetrying), Standing::kDisabled), RetryRefusal::kHeld) << "it is about to be held";
  EXPECT_EQ(why(in(kRetrying), Standing::kDeleted), RetryRefusal::kSubscriptionGone);
  EXPECT_EQ(why(in(kRetrying)), std::nullopt);
  for (const DeliveryState state : {kQueued, kRetrying})
    EXPECT_EQ(refuse_retry(in(state), Standing::kEnabled, false, kNow, false), RetryRefusal::kPending);
  Delivery behind = in(kQueued);
  wait_behind(behind);
  EXPECT_EQ(why(behind), RetryRefusal::kBehindAnother);
  EXPECT_EQ(why(in(kFailed), Standing::kDeleted), RetryRefusal::kSubscriptionGone);
  EXPECT_EQ(why(in(kFailed), Standing::kEnabled, true), RetryRefusal::kErased);
  Delivery late = in(kFailed);
  late.valid_until = kNow;
  EXPECT_EQ(why(late), RetryRefusal::kOver);
  Delivery of_a_rule = in(kWithdrawn);
  of_a_rule.rule = RuleId{"cart-rescue"};
  EXPECT_EQ(why(of_a_rule), RetryRefusal::kReasonEnded);
}

TEST(Transitions, ASetClockBringsEarlierWhatLiesAheadAndIsNotBehindOthers) {
  EXPECT_EQ(earlier(kNow + 1h, 10min, kNow), kNow + 50min);
  EXPECT_EQ(earlier(kNow + 1h, 2h, kNow), kNow);
  EXPECT_EQ(earlier(kNow - 1h, 10min, kNow), kNow - 1h);
  EXPECT_EQ(earlier(kBehindOthers, 10min, kNow), kBehindOthers);
}

TEST(Transitions, OnlyPendingOrderedDeliveriesStandInALine) {
  Delivery ordered = in(kQueued), ended = in(kFailed);
  ordered.ordered = ended.ordered = true;
  EXPECT_TRUE(joins_line(nullptr, ordered));
  EXPECT_TRUE(joins_line(&ended, ordered)) << "queued again, it stands at the end";
  EXPECT_FALSE(joins_line(&ordered, ordered));
  EXPECT_FALSE(joins_line(nullptr, ended));
  EXPECT_FALSE(joins_line(nullptr, in(kQueued)));
  EXPECT_TRUE(leaves_line(ordered, ended));
  EXPECT_FALSE(leaves_line(ended, ended));
  EXPECT_FALSE(leaves_line(in(kQueued), in(kFailed)));

  wait_behind(ordered);
  Delivery held = ordered;
  ASSERT_TRUE(hold(held, "why", kNow));
  ASSERT_TRUE(release(held, kNow));
  EXPECT_EQ(held.next_attempt_at, kBehindOthers) << "held and released, it keeps its place";
  EXPECT_TRUE(let_go(held, kNow));
  EXPECT_EQ(held.next_attempt_at, kNow);
  EXPECT_FALSE(let_go(held, kNow + 1s)) << "it does not wait any more";
}

TEST(ReplayRange, TakesWhatWasDeliveredOrFailedAndWhatWasWithdrawnOnlyIfAsked) {
  ReplayRange range{.since = kNow - 1h, .until = kNow, .status = std::nullopt};
  const auto taken = [&](DeliveryState state, Instant created = kNow - 1min) {
    Delivery delivery = in(state);
    delivery.created_at = created;
    return is_in_range(range, delivery, false);
  };
  EXPECT_TRUE(taken(kDelivered) && taken(kFailed));
  EXPECT_FALSE(taken(kWithdrawn) || taken(kHeld) || taken(kQueued));
  EXPECT_TRUE(taken(kFailed, kNow - 1h));
  EXPECT_FALSE(taken(kFailed, kNow)) << "`until` is outside";
  range.status = kWithdrawn;
  EXPECT_TRUE(taken(kWithdrawn));
  EXPECT_FALSE(taken(kFailed));
  Delivery gone = in(kWithdrawn);
  gone.created_at = kNow - 1min;
  EXPECT_FALSE(is_in_range(range, gone, true));
  gone.rule = RuleId{"cart-rescue"};
  EXPECT_FALSE(is_in_range(range, gone, false));
}

}  // namespace
}  // namespace beckon::outbox
