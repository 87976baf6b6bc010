#include "outbox/subscription_change.h"

#include <gtest/gtest.h>

#include "outbox/subscription_limits.h"

namespace beckon::outbox {
namespace {

using namespace std::chrono_literals;

constexpr Instant kNow = instant_ms(1'800'000'000'000);

Subscription failing() {
  return {.id = SubscriptionId{"whs_1"}, .endpoint_url = "https://a.example/", .failing_since = kNow - 1h};
}

TEST(SubscriptionChange, ByItsOperatorIsNoticedOnlyWhereItTurnsOrMoves) {
  Subscription next = failing();
  next.description = "the CRM";
  const Changed described = change_by_operator(failing(), next, kNow);
  EXPECT_FALSE(described.turned || described.moved);
  EXPECT_EQ(next.updated_at, kNow);
  EXPECT_EQ(next.failing_since, kNow - 1h) << "it goes on failing";

  next.endpoint_url = "https://b.example/";
  EXPECT_TRUE(change_by_operator(failing(), next, kNow).moved);
  EXPECT_EQ(next.failing_since, Instant{}) << "a new run begins at another URL";
}

TEST(SubscriptionChange, DisabledAndEnabledAgainItStartsAfresh) {
  Subscription off = failing();
  off.enabled = false;
  EXPECT_TRUE(change_by_operator(failing(), off, kNow).turned);
  EXPECT_EQ(off.disabled_reason, kDisabledByOperator);
  EXPECT_EQ(off.failing_since, Instant{});
  Subscription on = off;
  on.enabled = true;
  EXPECT_TRUE(change_by_operator(off, on, kNow).turned);
  EXPECT_EQ(on.disabled_reason, "");
}

TEST(SubscriptionChange, ARunOfFailuresIsReportedOnceItHasLasted) {
  Subscription hook = failing();
  EXPECT_FALSE(is_noted(hook, kNow - 1h, kNow)) << "it is known";
  EXPECT_TRUE(is_noted(hook, Instant{}, kNow)) << "it works again";
  hook.failing_since = Instant{};
  EXPECT_FALSE(is_noted(hook, Instant{}, kNow));
  EXPECT_FALSE(is_noted(hook, kNow - kNotedAfter + 1ms, kNow));
  EXPECT_TRUE(is_noted(hook, kNow - kNotedAfter, kNow));
}

TEST(SubscriptionChange, ByItsAttemptsDisablesOnceAndNotesARun) {
  const Subscription hook = failing();
  EXPECT_FALSE(change_by_attempts(hook, {.failing_since = kNow - 1h}, kNow));
  const auto works = change_by_attempts(hook, {}, kNow);
  ASSERT_TRUE(works);
  EXPECT_EQ(works->failing_since, Instant{});
  EXPECT_TRUE(works->enabled);

  const SubscriptionChange gone{.disable_reason = "the endpoint answered 410 Gone"};
  const auto disabled = change_by_attempts(hook, gone, kNow);
  ASSERT_TRUE(disabled);
  EXPECT_FALSE(disabled->enabled);
  EXPECT_EQ(disabled->disabled_reason, gone.disable_reason);
  EXPECT_EQ(disabled->updated_at, kNow);
  EXPECT_FALSE(change_by_attempts(*disabled, gone, kNow + 1s)) << "said twice, it is done once";
}

TEST(SubscriptionLimits, TakesExactTypesPrefixesAndAll) {
  for (const char* good : {"*", "link.clicked", "signal.*", "signal.cart:add", "a-b_c.*"})
    EXPECT_TRUE(is_event_pattern(good)) << good;
  for (const char* bad : {"", ".*", "**", "a*", "a.*.b", "*.a", " a", "a b", "\xc3\xbc"})
    EXPECT_FALSE(is_event_pattern(bad)) << bad;
  EXPECT_FALSE(is_event_pattern(std::string(129, 'x')));
}

TEST(SubscriptionLimits, HeadersOfTheServerAreItsOwn) {
  EXPECT_TRUE(is_set_by_server("webhook-id") && is_set_by_server("content-type") &&
              is_set_by_server("x-arjun-attempt"));
  EXPECT_FALSE(is_set_by_server("x-shop"));
}

}  // namespace
}  // namespace beckon::outbox
