#include "store/conformance/suite.h"

namespace beckon::store {
namespace {

using delayed::Timer;
using outbox::DeliveryState;

const RuleId kRescue{"cart-rescue"};
const RuleId kWinBack{"win-back"};

class TimersOfAStore : public Conformance {
 protected:
  static commit::TimerChange set(std::string_view session, Instant due, std::uint64_t anchor = 1,
                                 RuleId rule = kRescue) {
    return {.handle = kAcme, .session = SessionId(session), .rule = std::move(rule), .due_at = due, .anchor = anchor};
  }
  static commit::TimerChange cancel(std::string_view session, RuleId rule = kRescue) {
    return {.handle = kAcme, .session = SessionId(session), .rule = std::move(rule)};
  }
  static commit::TimerChange set_of(std::string_view session, std::uint64_t same, Instant due,
                                    std::uint64_t anchor = 1) {
    auto change = set(session, due, anchor);
    change.same = same;
    return change;
  }
  void change(std::vector<commit::TimerChange> changes) {
    write({.at = kStart, .changes = {changes.begin(), changes.end()}});
  }
  std::string due(Instant now, std::size_t limit = 9) {
    std::string text;
    const auto timers = store().timers().due(now, limit).value();
    for (const Timer& timer : timers)
      text += timer.session.text + "/" + timer.rule.text + "@" +
              std::to_string((timer.due_at - kStart).count() / 1000) + "#" + std::to_string(timer.anchor) +
              (timer.same == 0 ? "" : "=" + std::to_string(timer.same)) + " ";
    return text;
  }
  std::optional<Instant> next() { return store().timers().next_due().value(); }
};
BECKON_ON_EVERY_DRIVER(TimersOfAStore);

TEST_P(TimersOfAStore, AreNoneAtFirst) {
  EXPECT_EQ(next(), std::nullopt);
  EXPECT_EQ(due(after(99)), "");
}

TEST_P(TimersOfAStore, AreDueInTheOrderOfTheirInstants) {
  change({set("s1", after(30)), set("s2", after(10), 7), set("s3", after(20))});
  EXPECT_EQ(next(), after(10));
  EXPECT_EQ(due(after(9)), "");
  EXPECT_EQ(due(after(20)), "s2/cart-rescue@10#7 s3/cart-rescue@20#1 ");
  EXPECT_EQ(due(after(99), 1), "s2/cart-rescue@10#7 ");
}

TEST_P(TimersOfAStore, AreOneForEachSessionAndRule) {
  change({set("s1", after(10)), set("s1", after(20), 1, kWinBack)});
  change({set("s1", after(15), 2)});
  EXPECT_EQ(due(after(99)), "s1/cart-rescue@15#2 s1/win-back@20#1 ");
  const auto timers = store().timers().timers_of(kAcme, SessionId("s1")).value();
  ASSERT_EQ(timers.size(), 2u);
  EXPECT_EQ(timers[0].rule, kRescue);
  EXPECT_EQ(timers[0].handle, kAcme);
  EXPECT_TRUE(store().timers().timers_of(kOther, SessionId("s1")).value().empty());
}

TEST_P(TimersOfAStore, ChangeInTheOrderOfTheBatch) {
  change({set("s1", after(10)), cancel("s1"), cancel("s2"), set("s2", after(20))});
  EXPECT_EQ(due(after(99)), "s2/cart-rescue@20#1 ");
  EXPECT_EQ(next(), after(20));
}

TEST_P(TimersOfAStore, OfASessionAreCancelledTogether) {
  change({set("s1", after(10)), set("s1", after(20), 1, kWinBack), set("s2", after(30))});
  change({cancel("s1", RuleId{})});
  EXPECT_EQ(due(after(99)), "s2/cart-rescue@30#1 ");
}

TEST_P(TimersOfAStore, OfARuleAreCancelledTogether) {
  change({set("s1", after(10)), set("s1", after(20), 1, kWinBack), set("s2", after(30))});
  write({.at = kStart, .changes = {set("s3", after(5)), commit::TimersOfRule{kAcme, kRescue, std::nullopt}}});
  EXPECT_EQ(due(after(99)), "s1/win-back@20#1 ");
}

TEST_P(TimersOfAStore, OfAChangedRuleAreLookedAtEarlierAndNeverLater) {
  change({set("s1", after(10)), set("s2", after(30)), set("s2", after(40), 1, kWinBack)});
  write({.at = kStart, .changes = {commit::TimersOfRule{kAcme, kRescue, after(20)}}});
  EXPECT_EQ(due(after(99)), "s1/cart-rescue@10#1 s2/cart-rescue@20#1 s2/win-back@40#1 ");
}

TEST_P(TimersOfAStore, AreOneForEachValueToo) {
  change({set_of("s1", 7, after(10)), set_of("s1", 9, after(20)), set("s1", after(30))});
  change({set_of("s1", 7, after(15), 2)});
  EXPECT_EQ(due(after(99)), "s1/cart-rescue@15#2=7 s1/cart-rescue@20#1=9 s1/cart-rescue@30#1 ");
  auto gone = cancel("s1");
  gone.same = 7;
  change({gone});
  EXPECT_EQ(due(after(99)), "s1/cart-rescue@20#1=9 s1/cart-rescue@30#1 ");
  EXPECT_EQ(store().timers().timers_of(kAcme, SessionId("s1")).value().at(0).same, 9u);
  write({.at = kStart, .changes = {commit::TimersOfRule{kAcme, kRescue, after(25)}}});
  EXPECT_EQ(due(after(99)), "s1/cart-rescue@20#1=9 s1/cart-rescue@25#1 ");
  change({cancel("s1", RuleId{})});
  EXPECT_EQ(due(after(99)), "");
}

TEST_P(TimersOfAStore, OfValuesArePutInPlaceOfAllOthersOfTheirSessionAndRule) {
  using How = commit::TimersOfValues::How;
  change({set("s1", after(5)), set_of("s1", 1, after(10)), set_of("s1", 2, after(20)), set_of("s1", 3, after(30)),
          set("s1", after(40), 1, kWinBack), set_of("s2", 4, after(50))});
  write({.at = kStart,
         .changes = {
             commit::TimersOfValues{.handle = kAcme,
                                    .session = SessionId("s1"),
                                    .rule = kRescue,
                                    .all = {{.same = 1, .due_at = after(11), .anchor = 1},
                                            {.same = 2, .due_at = after(21), .anchor = 1, .how = How::kElseKept},
                                            {.same = 3, .due_at = after(31), .anchor = 2, .how = How::kElseKept},
                                            {.same = 5, .due_at = after(60), .anchor = 9, .how = How::kElseKept}}}}});
  EXPECT_EQ(due(after(99)),
            "s1/cart-rescue@11#1=1 s1/cart-rescue@20#1=2 s1/cart-rescue@31#2=3 s1/win-back@40#1 "
            "s2/cart-rescue@50#1=4 s1/cart-rescue@60#9=5 ")
      << "one that stays is not moved, unless it waits from another signal now";
  write({.at = kStart,
         .changes = {
             commit::TimersOfValues{.handle = kAcme,
                                    .session = SessionId("s1"),
                                    .rule = kRescue,
                                    .all = {{.same = 2, .due_at = after(9), .anchor = 1, .how = How::kOnlyKept},
                                            {.same = 3, .due_at = after(9), .anchor = 7, .how = How::kOnlyKept},
                                            {.same = 6, .due_at = after(9), .anchor = 1, .how = How::kOnlyKept}}}}});
  EXPECT_EQ(due(after(99)), "s1/cart-rescue@20#1=2 s1/win-back@40#1 s2/cart-rescue@50#1=4 ")
      << "one that is only kept is not set anew";
  write({.at = kStart, .changes = {commit::TimersOfValues{kAcme, SessionId("s1"), kRescue, {}}}});
  EXPECT_EQ(due(after(99)), "s1/win-back@40#1 s2/cart-rescue@50#1=4 ");
  EXPECT_EQ(next(), after(40));
}

class ReasonOfADelivery : public Conformance {
 protected:
  void owe_due(std::string_view id, std::string_view session, int anchor_second, RuleId rule = kRescue,
               DeliveryState state = DeliveryState::kQueued, std::uint64_t same = 0) {
    auto born = delivery(id, "evt_" + std::string(id));
    born.session = SessionId(session);
    born.rule = std::move(rule);
    born.anchor_at = after(anchor_second);
    born.valid_until = after(1000);
    born.state = state;
    born.same = same;
    write({.at = kStart, .changes = {subscription(), event("evt_" + std::string(id), session), born}});
  }
  void end(SessionId session, Instant anchor_until, std::string reason = "a purchase came") {
    write({.at = after(50),
           .changes = {commit::WithdrawReason{kAcme, kRescue, std::move(session), anchor_until, std::move(reason)}}});
  }
};
BECKON_ON_EVERY_DRIVER(ReasonOfADelivery);

TEST_P(ReasonOfADelivery, IsKeptWithIt) {
  owe_due("dlv_1", "s1", 10);
  EXPECT_EQ(found().rule, kRescue);
  EXPECT_EQ(found().anchor_at, after(10));
  EXPECT_EQ(found().valid_until, after(1000));
  EXPECT_EQ(outbox().due(kHook, after(1), 9).value()[0].delivery.valid_until, after(1000));
}

TEST_P(ReasonOfADelivery, EndsThoseOfItsSessionWhoseAnchorIsNotLater) {
  owe_due("dlv_1", "s1", 10);
  owe_due("dlv_2", "s1", 20);
  owe_due("dlv_3", "s2", 10);
  owe_due("dlv_4", "s1", 10, kWinBack);
  owe_due("dlv_5", "s1", 10, kRescue, DeliveryState::kHeld);
  owe_due("dlv_6", "s1", 19);
  end(SessionId("s1"), after(19));
  for (const char* ends : {"dlv_1", "dlv_5", "dlv_6"}) EXPECT_EQ(found(ends).state, DeliveryState::kWithdrawn) << ends;
  EXPECT_EQ(found("dlv_1").reason, "a purchase came");
  EXPECT_EQ(found("dlv_1").ended_at, after(50));
  for (const char* stays : {"dlv_2", "dlv_3", "dlv_4"}) EXPECT_EQ(found(stays).state, DeliveryState::kQueued) << stays;
  EXPECT_EQ(outbox().due(kHook, after(99), 9).value().size(), 3u);
}

TEST_P(ReasonOfADelivery, EndsInEverySessionWhenTheRuleIsNoLongerLive) {
  owe_due("dlv_1", "s1", 10);
  owe_due("dlv_2", "s2", 20);
  owe_due("dlv_3", "s2", 20, kWinBack);
  end(SessionId{}, Instant::max(), "the rule was paused");
  EXPECT_EQ(found("dlv_1").state, DeliveryState::kWithdrawn);
  EXPECT_EQ(found("dlv_2").reason, "the rule was paused");
  EXPECT_EQ(found("dlv_3").state, DeliveryState::kQueued);
}

TEST_P(ReasonOfADelivery, EndsOfEachValueThoseWhoseAnchorIsNotLaterByItsOwnWords) {
  const auto owe_of = [this](std::string_view id, std::uint64_t same, int anchor_second,
                             std::string_view session = "s1", const RuleId& rule = kRescue) {
    owe_due(id, session, anchor_second, rule, DeliveryState::kQueued, same);
  };
  owe_of("dlv_1", 7, 10);
  owe_of("dlv_2", 7, 20);
  owe_of("dlv_3", 8, 20);
  owe_of("dlv_4", 9, 10);
  owe_of("dlv_5", 7, 10, "s2");
  owe_of("dlv_6", 7, 10, "s1", kWinBack);
  owe_of("dlv_7", 0, 10);
  EXPECT_EQ(found("dlv_3").same, 8u);
  write({.at = after(50),
         .changes = {commit::WithdrawReason{
             .handle = kAcme,
             .rule = kRescue,
             .session = SessionId("s1"),
             .values = {{7, after(10), "seven was bought"}, {8, after(20), "eight was bought"}}}}});
  EXPECT_EQ(found("dlv_1").reason, "seven was bought");
  EXPECT_EQ(found("dlv_3").reason, "eight was bought");
  for (const char* ends : {"dlv_1", "dlv_3"}) EXPECT_EQ(found(ends).state, DeliveryState::kWithdrawn) << ends;
  for (const char* stays : {"dlv_2", "dlv_4", "dlv_5", "dlv_6", "dlv_7"})
    EXPECT_EQ(found(stays).state, DeliveryState::kQueued) << stays;
}

TEST_P(ReasonOfADelivery, EndsForAllButTheEarliestMessageOfWhoTurnedOutToBeOne) {
  owe_due("dlv_1", "s1", 30);
  owe_due("dlv_2", "s2", 10);
  owe_due("dlv_3", "s3", 10);
  owe_due("dlv_4", "s2", 10, kWinBack);
  owe_due("dlv_5", "s2", 10, kRescue, DeliveryState::kHeld, 7);
  owe_due("dlv_6", "s1", 10, kRescue, DeliveryState::kQueued, 7);
  auto beside = delivery("dlv_7", "evt_dlv_1");
  beside.session = SessionId("s1");
  beside.rule = kRescue;
  write({.at = kStart, .changes = {beside}});
  write({.at = after(50), .changes = {commit::WithdrawJoined{kAcme, kRescue, {SessionId("s2"), SessionId("s1")}}}});
  for (const char* ends : {"dlv_2", "dlv_6"}) EXPECT_EQ(found(ends).state, DeliveryState::kWithdrawn) << ends;
  EXPECT_EQ(found("dlv_2").reason, "joined");
  EXPECT_EQ(found("dlv_2").ended_at, after(50));
  for (const char* stays : {"dlv_1", "dlv_3", "dlv_4", "dlv_7"})
    EXPECT_EQ(found(stays).state, DeliveryState::kQueued) << stays;
  EXPECT_EQ(found("dlv_5").state, DeliveryState::kHeld) << "of another value, the earliest";
}

TEST_P(ReasonOfADelivery, LeavesWhatHasEndedAsItEnded) {
  owe_due("dlv_1", "s1", 10);
  settle(settlement("dlv_1", 1, DeliveryState::kDelivered));
  end(SessionId("s1"), Instant::max());
  EXPECT_EQ(found().state, DeliveryState::kDelivered);
}

TEST_P(ReasonOfADelivery, ThatHasEndedIsNotTriedAgainByHand) {
  owe_due("dlv_1", "s1", 10);
  end(SessionId("s1"), Instant::max());
  write({.at = after(60), .changes = {commit::Requeue{DeliveryId("dlv_1"), after(60)}}});
  EXPECT_EQ(found().state, DeliveryState::kWithdrawn);
}

TEST_P(ReasonOfADelivery, ThatIsOverWithdrawsItWithoutAnAttempt) {
  owe_due("dlv_1", "s1", 10);
  settle(settlement("dlv_1", 1, DeliveryState::kRetrying, after(1000)));
  outbox::Settlement over{.delivery = DeliveryId("dlv_1"), .state = DeliveryState::kWithdrawn, .reason = "too late"};
  settle(over, after(1000));
  EXPECT_EQ(found().state, DeliveryState::kWithdrawn);
  EXPECT_EQ(found().reason, "too late");
  EXPECT_EQ(found().ended_at, after(1000));
  EXPECT_EQ(found().attempts, 1);
  EXPECT_EQ(found().last_status, 503);
  EXPECT_EQ(outbox().attempts(DeliveryId("dlv_1")).value().size(), 1u);
  EXPECT_EQ(outbox().next_due(kHook).value(), std::nullopt);
}

TEST_P(ReasonOfADelivery, ThatIsOverChangesNothingOfWhatWasDelivered) {
  owe_due("dlv_1", "s1", 10);
  settle(settlement("dlv_1", 1, DeliveryState::kDelivered));
  settle({.delivery = DeliveryId("dlv_1"), .state = DeliveryState::kWithdrawn, .reason = "too late"}, after(9));
  EXPECT_EQ(found().state, DeliveryState::kDelivered);
}

}  // namespace
}  // namespace beckon::store
