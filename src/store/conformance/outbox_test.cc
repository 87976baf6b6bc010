#include "outbox/traced_cause.h"
#include "store/conformance/suite.h"

namespace beckon::store {
namespace {

using outbox::DeliveryState;

class OutboxOfAStore : public Conformance {
 protected:
  static std::vector<std::string> ids(const std::vector<outbox::Delivery>& rows) {
    std::vector<std::string> found;
    for (const auto& row : rows) found.push_back(row.id.text);
    return found;
  }
  std::vector<outbox::Delivery> logged(const outbox::DeliverySearch& search,
                                       const std::optional<outbox::DeliveryPlace>& behind = std::nullopt) {
    return store().delivery_log().search(kAcme, search, behind, 9).value().deliveries;
  }
};
BECKON_ON_EVERY_DRIVER(OutboxOfAStore);
using Ids = std::vector<std::string>;

TEST_P(OutboxOfAStore, BringsASubscriptionBackAsItWasSaved) {
  subscribe();
  const auto all = outbox().subscriptions().value();
  ASSERT_EQ(all.size(), 1u);
  const auto& s = all[0];
  const auto given = subscription();
  EXPECT_EQ(s.id, given.id);
  EXPECT_EQ(s.handle, given.handle);
  EXPECT_EQ(s.endpoint_url, given.endpoint_url);
  EXPECT_EQ(s.event_types, given.event_types);
  EXPECT_EQ(s.description, given.description);
  EXPECT_EQ(s.headers, given.headers);
  EXPECT_EQ(s.rate_per_second, 7);
  EXPECT_EQ(s.ordering, outbox::Ordering::kSession);
  EXPECT_TRUE(s.enabled);
  EXPECT_EQ(s.sealed_secret, given.sealed_secret);
  EXPECT_EQ(s.created_at, kStart);
}

TEST_P(OutboxOfAStore, ChangesASubscription) {
  subscribe();
  auto changed = subscription();
  changed.enabled = false;
  changed.disabled_reason = "410";
  changed.rate_per_second.reset();
  changed.failing_since = after(9);
  changed.sealed_previous_secret = "old";
  changed.previous_until = after(10);
  subscribe(changed);
  const auto all = outbox().subscriptions().value();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_FALSE(all[0].enabled);
  EXPECT_EQ(all[0].disabled_reason, "410");
  EXPECT_EQ(all[0].rate_per_second, std::nullopt);
  EXPECT_EQ(all[0].failing_since, after(9));
  EXPECT_EQ(all[0].sealed_previous_secret, "old");
  EXPECT_EQ(all[0].previous_until, after(10));
}

TEST_P(OutboxOfAStore, KeepsTheLogOfADeletedSubscriptionAndNeverBringsItBack) {
  owe();
  EXPECT_FALSE(outbox().was_known(kAcme, kHook).value()) << "it is still there";
  write({.at = kStart, .changes = {commit::RemoveSubscription{kHook}}});
  EXPECT_TRUE(outbox().subscriptions().value().empty());
  EXPECT_TRUE(outbox().was_known(kAcme, kHook).value());
  EXPECT_FALSE(outbox().was_known(kOther, kHook).value());
  EXPECT_FALSE(outbox().was_known(kAcme, SubscriptionId("whs_2")).value());
  EXPECT_EQ(outbox().deliveries(kAcme, kHook, 9).value().size(), 1u);
  subscribe();
  EXPECT_TRUE(outbox().subscriptions().value().empty());
}

TEST_P(OutboxOfAStore, GivesWhatIsDueOldestFirstWithItsBody) {
  subscribe();
  write({.at = kStart,
         .changes = {event("evt_1"), delivery("dlv_c", "evt_1", after(2)), delivery("dlv_b", "evt_1", after(1)),
                     delivery("dlv_a", "evt_1", after(2)), delivery("dlv_d", "evt_1", after(3))}});
  const auto due = outbox().due(kHook, after(2), 9).value();
  ASSERT_EQ(due.size(), 3u);
  EXPECT_EQ(due[0].delivery.id.text, "dlv_b");
  EXPECT_EQ(due[1].delivery.id.text, "dlv_a") << "ties by id";
  EXPECT_EQ(due[2].delivery.id.text, "dlv_c");
  EXPECT_EQ(*due[0].body, event("evt_1").body);
  EXPECT_EQ(due[0].occurred_at, kStart);
  EXPECT_EQ(due[0].delivery.event_type, "link.clicked");
  EXPECT_EQ(due[0].delivery.session.text, "s1");
  EXPECT_EQ(outbox().due(kHook, after(9), 2).value().size(), 2u);
  EXPECT_EQ(outbox().next_due(kHook).value(), after(1));
  EXPECT_TRUE(outbox().due(SubscriptionId("whs_2"), after(9), 9).value().empty());
}

TEST_P(OutboxOfAStore, GivesWhatIsDueWithTheTraceThatItsEventKeeps) {
  subscribe();
  const Trace trace{.parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", .state = "a=1"};
  auto traced = event("evt_2");
  traced.cause = outbox::traced_cause(traced.cause, trace);
  write({.at = kStart,
         .changes = {event("evt_1"), traced, delivery("dlv_1", "evt_1", after(1)),
                     delivery("dlv_2", "evt_2", after(2))}});
  const auto due = outbox().due(kHook, after(2), 9).value();
  ASSERT_EQ(due.size(), 2u);
  EXPECT_TRUE(due[0].trace.empty());
  EXPECT_EQ(due[1].trace.parent, trace.parent);
  EXPECT_EQ(due[1].trace.state, trace.state);
}

TEST_P(OutboxOfAStore, PassesOverWhatIsInHand) {
  subscribe();
  write({.at = kStart,
         .changes = {event("evt_1"), delivery("dlv_a", "evt_1", after(1)), delivery("dlv_b", "evt_1", after(2)),
                     delivery("dlv_c", "evt_1", after(3)), delivery("dlv_d", "evt_1", after(4))}});
  const auto in_hand = [](const DeliveryId& id) { return id.text == "dlv_a" || id.text == "dlv_c"; };
  const auto two = outbox().due(kHook, after(4), 2, in_hand).value();
  ASSERT_EQ(two.size(), 2u);
  EXPECT_EQ(two[0].delivery.id.text, "dlv_b");
  EXPECT_EQ(two[1].delivery.id.text, "dlv_d");
  EXPECT_EQ(*two[1].body, event("evt_1").body);
  EXPECT_TRUE(outbox().due(kHook, after(1), 9, in_hand).value().empty());
}

TEST_P(OutboxOfAStore, ListsDeliveriesNewestFirstStrictlyBehindTiesById) {
  subscribe();
  commit::Batch batch{.at = kStart, .changes = {event("evt_1")}};
  for (const auto& [id, second] : std::vector<std::pair<std::string, int>>{{"a", 1}, {"c", 2}, {"b", 2}, {"d", 3}}) {
    auto owed = delivery(id, "evt_1");
    owed.created_at = after(second);
    batch.changes.emplace_back(owed);
  }
  write(batch);
  const auto first = outbox().deliveries(kAcme, kHook, 2).value();
  EXPECT_EQ(ids(first), (Ids{"d", "c"}));
  const outbox::DeliveryPlace behind = place_of(first.back());
  EXPECT_EQ(ids(logged({.subscription = kHook}, behind)), (Ids{"b", "a"}));
  EXPECT_TRUE(outbox().deliveries(kOther, kHook, 9).value().empty());
}

TEST_P(OutboxOfAStore, FiltersDeliveriesByStateAndType) {
  subscribe();
  auto other_type = delivery("dlv_2", "evt_1");
  other_type.event_type = "signal.view";
  write({.at = kStart, .changes = {event("evt_1"), delivery("dlv_1", "evt_1"), other_type}});
  settle(settlement("dlv_1", 1, DeliveryState::kFailed));
  const auto failed = [](const outbox::Delivery& one) { return one.state == DeliveryState::kFailed; };
  const auto view = [](const outbox::Delivery& one) { return one.event_type == "signal.view"; };
  EXPECT_EQ(ids(logged({.subscription = kHook, .fits = failed})), Ids{"dlv_1"});
  EXPECT_EQ(ids(logged({.subscription = kHook, .fits = view})), Ids{"dlv_2"});
  const auto both = [&](const outbox::Delivery& one) { return failed(one) && view(one); };
  EXPECT_TRUE(logged({.subscription = kHook, .fits = both}).empty());
}

TEST_P(OutboxOfAStore, ShowsATenantOnlyItsOwn) {
  owe();
  EXPECT_EQ(outbox().delivery(kOther, DeliveryId("dlv_1")).value(), std::nullopt);
  EXPECT_EQ(outbox().event(kOther, EventId("evt_1")).value(), std::nullopt);
  EXPECT_TRUE(outbox().deliveries_of(kOther, EventId("evt_1")).value().empty());
  EXPECT_TRUE(outbox().deliveries_of(kOther, SessionId("s1"), 9).value().empty());
}

TEST_P(OutboxOfAStore, KeepsTheSameIdOfTwoTenantsApart) {
  outbox::Event foreign = event("evt_1");
  foreign.handle = kOther;
  foreign.body = "theirs";
  write({.at = kStart, .changes = {event("evt_1"), foreign}});
  EXPECT_EQ(outbox().event(kOther, EventId("evt_1")).value()->body, "theirs");
  EXPECT_EQ(outbox().event(kAcme, EventId("evt_1")).value()->body, event("evt_1").body);
}

TEST_P(OutboxOfAStore, BringsAnEventBackAndKeepsItsFirstText) {
  owe();
  auto again = event("evt_1");
  again.body = "another";
  write({.at = kStart, .changes = {again}});
  const auto kept = outbox().event(kAcme, EventId("evt_1")).value().value();
  EXPECT_EQ(kept.body, event("evt_1").body);
  EXPECT_EQ(kept.cause, event("evt_1").cause);
  EXPECT_EQ(kept.type, "link.clicked");
  EXPECT_EQ(kept.occurred_at, kStart);
}

TEST_P(OutboxOfAStore, RemembersThatNobodyWantedAnEvent) {
  auto unmatched = event("evt_2", "");
  unmatched.unmatched = true;
  write({.at = kStart, .changes = {event("evt_1"), unmatched}});
  EXPECT_FALSE(outbox().event(kAcme, EventId("evt_1")).value()->unmatched);
  EXPECT_TRUE(outbox().event(kAcme, EventId("evt_2")).value()->unmatched);
}

TEST_P(OutboxOfAStore, FindsDeliveriesByEventAndBySession) {
  subscribe();
  auto late = delivery("dlv_3", "evt_2");
  late.created_at = after(5);
  write(
      {.at = kStart,
       .changes = {event("evt_1"), event("evt_2"), event("evt_3", "s2"), event("evt_4", ""), delivery("dlv_1", "evt_1"),
                   delivery("dlv_2", "evt_1"), late, delivery("dlv_4", "evt_3"), delivery("dlv_5", "evt_4")}});
  EXPECT_EQ(ids(outbox().deliveries_of(kAcme, EventId("evt_1")).value()), (Ids{"dlv_2", "dlv_1"}));
  EXPECT_EQ(ids(outbox().deliveries_of(kAcme, SessionId("s1"), 2).value()), (Ids{"dlv_3", "dlv_2"}));
  EXPECT_EQ(outbox().deliveries_of(kAcme, SessionId("s1"), 9).value().size(), 3u);
  EXPECT_TRUE(outbox().deliveries_of(kAcme, SessionId(""), 9).value().empty());
}

TEST_P(OutboxOfAStore, GivesAttemptsInTheirOrder) {
  owe();
  settle(settlement("dlv_1", 2, DeliveryState::kRetrying));
  settle(settlement("dlv_1", 1, DeliveryState::kRetrying));
  settle(settlement("dlv_1", 10, DeliveryState::kRetrying));
  std::vector<int> numbers;
  const auto attempts = outbox().attempts(DeliveryId("dlv_1")).value();
  for (const auto& attempt : attempts) numbers.push_back(attempt.number);
  EXPECT_EQ(numbers, (std::vector<int>{1, 2, 10}));
  EXPECT_EQ(found().attempts, 10);
}

TEST_P(OutboxOfAStore, CountsItsBacklog) {
  EXPECT_EQ(outbox().backlog().value().oldest_due, std::nullopt);
  owe("dlv_1", "evt_1");
  owe("dlv_2", "evt_1");
  owe("dlv_3", "evt_1");
  owe("dlv_4", "evt_1");
  settle(settlement("dlv_1", 1, DeliveryState::kRetrying, after(50)));
  settle(settlement("dlv_2", 1, DeliveryState::kHeld));
  settle(settlement("dlv_3", 1, DeliveryState::kDelivered));
  const auto backlog = outbox().backlog().value();
  EXPECT_EQ(backlog.queued, 1u);
  EXPECT_EQ(backlog.retrying, 1u);
  EXPECT_EQ(backlog.held, 1u);
  EXPECT_EQ(backlog.oldest_due, kStart);
}

}  // namespace
}  // namespace beckon::store
