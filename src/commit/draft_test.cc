// The order of the changes in one commit, as built by the draft.
#include "commit/draft.h"

#include <gtest/gtest.h>

#include "intake/settling.h"
#include "intake/testing/world.h"
#include "outbox/traced_cause.h"

namespace beckon::commit {
namespace {

using outbox::DeliveryState;

const Instant kStart = *parse_rfc3339("2026-11-01T12:00:00Z");
const Handle kShop{"demo"};
const SubscriptionId kEndpoint{"whs_1"};
const RuleId kRule{"cart-rescue"};

class OrderInADraft : public testing::Test {
 protected:
  OrderInADraft() {
    EXPECT_TRUE(store.commit().write({.at = kStart, .changes = {endpoint()}}));
    world.emplace(store, kStart);
  }
  static outbox::Subscription endpoint(bool enabled = true) {
    return {.id = kEndpoint, .handle = kShop, .event_types = {"*"}, .enabled = enabled};
  }
  void commit(const std::function<void(Draft&)>& plan) {
    Draft draft(world->places, world->clock.now(), 0);
    plan(draft);
    const auto receipt = store.commit().write(draft.seal());
    ASSERT_TRUE(receipt);
    draft.publish(receipt->position);
  }
  static void add_event(Draft& draft, const DeliveryReason& reason = {}) {
    const auto tenant = draft.places().tenants.find("demo");
    const auto text = [] { return std::string("{}"); };
    EXPECT_TRUE(draft.add_event(**tenant, "order.paid", draft.now(), "s1", text, text, reason));
  }
  static void turn(Draft& draft, bool enabled) {
    draft.put_subscription(endpoint(enabled));
    draft.hold_subscription({kEndpoint, !enabled, enabled ? "" : "disabled"});
  }
  std::vector<outbox::Delivery> log() { return *store.outbox().deliveries(kShop, kEndpoint, 10); }
  std::vector<DeliveryState> states() {
    std::vector<DeliveryState> found;
    for (const outbox::Delivery& one : log()) found.push_back(one.state);
    return found;
  }

  store::MemoryStore store;
  std::optional<intake::World> world;
};
using States = std::vector<DeliveryState>;

TEST_F(OrderInADraft, WhatIsScheduledAfterItsReasonHasEndedIsWithdrawnAllTheSame) {
  commit([&](Draft& draft) {
    draft.withdraw_reason({.handle = kShop, .rule = kRule, .reason = "the rule was deleted"});
    add_event(draft, {.rule = kRule, .anchor_at = kStart});
    add_event(draft);
  });
  const auto found = log();
  ASSERT_EQ(found.size(), 2u);
  for (const outbox::Delivery& one : found)
    EXPECT_EQ(one.state, one.rule.empty() ? DeliveryState::kQueued : DeliveryState::kWithdrawn);
}

TEST_F(OrderInADraft, WhatIsQueuedAgainStaysInALogThatIsTrimmed) {
  commit([&](Draft& draft) { add_event(draft), add_event(draft); });
  const auto ended = log();
  ASSERT_EQ(ended.size(), 2u);
  commit([&](Draft& draft) {
    for (const outbox::Delivery& one : ended)
      draft.settle({.delivery = one.id, .attempt = {.number = 1}, .state = DeliveryState::kDelivered});
  });
  commit([&](Draft& draft) {
    for (const outbox::Delivery& one : ended) draft.trim_delivery(one.id);
    draft.requeue(ended[0]);
  });
  const auto left = log();
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].id, ended[0].id);
  EXPECT_EQ(left[0].state, DeliveryState::kQueued);
}

TEST_F(OrderInADraft, WhereAnEndpointIsTurnedWhatIsScheduledBeforeAndAfterFollowsIt) {
  commit([&](Draft& draft) {
    add_event(draft);
    turn(draft, false);
    add_event(draft);
  });
  EXPECT_EQ(states(), (States{DeliveryState::kHeld, DeliveryState::kHeld}));
  EXPECT_FALSE(world->subscriptions.find(kEndpoint)->enabled);
  commit([&](Draft& draft) {
    add_event(draft);
    turn(draft, true);
    add_event(draft);
  });
  EXPECT_EQ(states(), (States(4, DeliveryState::kQueued)));
  EXPECT_TRUE(world->subscriptions.find(kEndpoint)->enabled);
}

TEST_F(OrderInADraft, ASubscriptionIsSeenAsTheCommitHasChangedItSoFar) {
  commit([&](Draft& draft) {
    EXPECT_FALSE(draft.changes_subscription(kEndpoint));
    EXPECT_TRUE(draft.find_subscription(kEndpoint)->enabled);
    draft.put_subscription(endpoint(false));
    EXPECT_TRUE(draft.changes_subscription(kEndpoint));
    EXPECT_FALSE(draft.find_subscription(kEndpoint)->enabled);
    draft.remove_subscription(kEndpoint);
    EXPECT_EQ(draft.find_subscription(kEndpoint), nullptr);
    EXPECT_TRUE(world->subscriptions.find(kEndpoint)->enabled) << "others see it once it is on disk";
  });
  EXPECT_EQ(world->subscriptions.find(kEndpoint), nullptr);
}

TEST_F(OrderInADraft, AResultOfAnAttemptDoesNotBringBackASubscriptionThatIsDeletedInItsCommit) {
  commit([&](Draft& draft) { add_event(draft); });
  class Deletes final : public Work {
   public:
    void plan(Draft& draft) override { draft.remove_subscription(kEndpoint); }
    void finish(const std::optional<Fault>& fault) override { EXPECT_FALSE(fault); }
  };
  std::unique_ptr<Work> deletes = std::make_unique<Deletes>();
  ASSERT_TRUE(world->committer.submit(deletes));
  const outbox::Delivery sent = log().front();
  const outbox::Settled failed{
      .settlement = {.delivery = sent.id, .attempt = {.number = 1}, .state = DeliveryState::kRetrying},
      .delivery = sent,
      .change = outbox::SubscriptionChange{.subscription = kEndpoint, .handle = kShop, .disable_reason = "410 Gone"}};
  bool written = false;
  intake::Settling(world->committer)
      .settle(std::make_shared<const std::vector<outbox::Settled>>(std::vector{failed}),
              [&](bool ok) { written = ok; });
  world->committer.turn(true);
  EXPECT_TRUE(written);
  EXPECT_EQ(world->subscriptions.find(kEndpoint), nullptr);
  EXPECT_EQ(states(), States{DeliveryState::kWithdrawn});
}

TEST_F(OrderInADraft, AnEventKeepsTheTraceOfTheWorkThatAddedItAndOfNoOtherOfItsCommit) {
  class Adds final : public Work {
   public:
    explicit Adds(Trace trace) : trace_(std::move(trace)) {}
    void plan(Draft& draft) override { add_event(draft); }
    void finish(const std::optional<Fault>& fault) override { EXPECT_FALSE(fault); }
    const Trace* trace() const override { return &trace_; }

   private:
    const Trace trace_;
  };
  const std::string parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  for (const std::string& of : {parent, std::string()}) {
    std::unique_ptr<Work> adds = std::make_unique<Adds>(Trace{.parent = of, .state = {}});
    ASSERT_TRUE(world->committer.submit(adds));
  }
  world->committer.turn(true);
  std::vector<std::string> parents;
  for (const outbox::Delivery& one : log())
    parents.push_back(outbox::trace_in((*store.outbox().event(kShop, one.event))->cause).parent);
  std::ranges::sort(parents);
  EXPECT_EQ(parents, (std::vector<std::string>{"", parent}));
}

TEST_F(OrderInADraft, TimersOfARuleIncludeThoseThatTheCommitSets) {
  commit([&](Draft& draft) {
    draft.set_timers_of_rule({kShop, kRule, std::nullopt});
    draft.set_timer({kShop, SessionId{"s1"}, kRule, kStart, 1});
  });
  EXPECT_TRUE(store.timers().due(kStart, 10)->empty());
}

}  // namespace
}  // namespace beckon::commit
