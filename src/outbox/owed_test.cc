#include "outbox/owed.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace beckon::outbox {
namespace {

using namespace std::chrono_literals;
using Ids = std::vector<std::string>;

constexpr Instant kNow = instant_ms(1'800'000'000'000);
const Handle kAcme{"acme"};
const SubscriptionId kHook{"whs_1"}, kSecond{"whs_2"};

Event event(std::string_view id, std::string_view session = "s1") {
  return {.id = EventId(id),
          .handle = kAcme,
          .type = "link.clicked",
          .occurred_at = kNow,
          .session = SessionId(session),
          .cause = "{}",
          .body = "body of " + std::string(id)};
}

class Owing : public testing::Test {
 protected:
  explicit Owing(const OwedLimits& limits = {}) : table_(limits) {}

  // One commit that owes these, each of its own event.
  void owe(const Ids& ids, Instant at = kNow, const SubscriptionId& subscription = kHook) {
    OwedChanges changes(table_);
    for (const std::string& id : ids) join(changes, id, at, subscription);
    changes.publish();
  }
  static void join(OwedChanges& changes, const std::string& id, Instant at = kNow,
                   const SubscriptionId& subscription = kHook) {
    const Event of = event("evt_" + id);
    changes.join(plain_delivery(DeliveryId(id), of, subscription, at), of);
  }
  void end(const Ids& ids) {
    OwedChanges changes(table_);
    for (const std::string& id : ids) changes.leave(changes.find(DeliveryId(id)));
    changes.publish();
  }
  static Ids ids(const std::vector<OwedPtr>& all) {
    Ids found;
    for (const OwedPtr& one : all) found.push_back(one->delivery.id.text);
    return found;
  }
  Ids due(Instant now = kNow, std::size_t limit = 99) const { return ids(table_.due(kHook, now, limit)); }

  OwedTable table_;
};

TEST_F(Owing, IsDueInTheOrderOfTimeUntilItLeaves) {
  owe({"b", "a"});
  owe({"c"}, kNow - 1s);
  owe({"d"}, kNow + 1s);
  EXPECT_EQ(due(), (Ids{"c", "a", "b"}));
  EXPECT_EQ(due(kNow, 2), (Ids{"c", "a"}));
  EXPECT_EQ(ids(table_.due(kHook, kNow, 1, [](const DeliveryId& id) { return id.text != "b"; })), Ids{"b"});
  EXPECT_EQ(table_.next_due(kHook), kNow - 1s);
  end({"c", "a"});
  EXPECT_EQ(due(kNow + 1s), (Ids{"b", "d"}));
  EXPECT_EQ(table_.find(DeliveryId("a")), nullptr);
  EXPECT_EQ(*table_.find(DeliveryId("b"))->body, "body of evt_b");
  end({"b", "d"});
  EXPECT_EQ(table_.next_due(kHook), std::nullopt);
  EXPECT_TRUE(table_.subscriptions().empty());
  EXPECT_EQ(table_.waiting().count, 0u);
}

TEST_F(Owing, IsSeenByOthersOnlyOnceItIsPublished) {
  owe({"a"});
  OwedChanges changes(table_);
  join(changes, "b");
  changes.leave(changes.find(DeliveryId("a")));
  EXPECT_EQ(due(), Ids{"a"});
  EXPECT_EQ(ids(changes.of_subscription(kHook, 9)), Ids{"b"});
  EXPECT_EQ(changes.find(DeliveryId("a")), nullptr);
  EXPECT_EQ(ids(changes.of_session(kAcme, SessionId("s1"))), Ids{"b"});
  changes.publish();
  EXPECT_EQ(due(), Ids{"b"});
}

TEST_F(Owing, ThatFailedToBeWrittenLeavesNothing) {
  owe({"a"});
  {
    OwedChanges changes(table_);
    join(changes, "b");
    changes.leave(changes.find(DeliveryId("a")));
  }
  EXPECT_EQ(due(), Ids{"a"});
  end({"a"});
}

TEST_F(Owing, ThatEndsInTheSameCommitIsInNoRecord) {
  OwedChanges changes(table_);
  join(changes, "a");
  join(changes, "b");
  changes.leave(changes.find(DeliveryId("a")));
  EXPECT_EQ(ids(changes.joined()), Ids{"b"});
  changes.publish();
  EXPECT_EQ(due(), Ids{"b"});
}

TEST_F(Owing, IsFoundByEventBySessionAndByPlace) {
  owe({"a"}, kNow);
  owe({"b"}, kNow + 1s, kSecond);
  owe({"c"}, kNow + 2s);
  EXPECT_EQ(ids(table_.of_event(kAcme, EventId("evt_b"))), Ids{"b"});
  EXPECT_TRUE(table_.of_event(Handle("other"), EventId("evt_b")).empty());
  Ids of_session = ids(table_.of_session(kAcme, SessionId("s1")));
  std::ranges::sort(of_session);
  EXPECT_EQ(of_session, (Ids{"a", "b", "c"}));
  EXPECT_TRUE(table_.of_session(kAcme, SessionId("s")).empty());
  const DeliveryPlace newest{Instant::max(), {}};
  EXPECT_EQ(ids(table_.newest(kAcme, std::nullopt, kNow, newest, 9)), (Ids{"c", "b", "a"}));
  EXPECT_EQ(ids(table_.newest(kAcme, std::nullopt, kNow + 1s, newest, 9)), (Ids{"c", "b"}));
  EXPECT_EQ(ids(table_.newest(kAcme, std::nullopt, kNow, newest, 2)), (Ids{"c", "b"}));
  EXPECT_EQ(ids(table_.newest(kAcme, kHook, kNow, {kNow + 2s, DeliveryId("c")}, 9)), Ids{"a"});
  EXPECT_TRUE(table_.newest(Handle("other"), kHook, kNow, newest, 9).empty());
  EXPECT_EQ(ids(table_.newest_of(kHook, kNow, 1)), Ids{"c"});
}

TEST_F(Owing, StaysInOrderWhenTheClockIsSetBack) {
  owe({"d", "c"}, kNow + 2s);
  owe({"b", "a"}, kNow);
  owe({"e"}, kNow + 1s);
  end({"a"});
  owe({"f"}, kNow);
  EXPECT_EQ(due(kNow + 9s), (Ids{"b", "f", "e", "c", "d"}));
  EXPECT_EQ(ids(table_.newest_of(kHook, kNow, 9)), (Ids{"d", "c", "e", "f", "b"}));
}

TEST_F(Owing, EndsARecordWithTheLastOfItsDeliveries) {
  owe({"a", "b"});
  OwedChanges first(table_);
  first.leave(first.find(DeliveryId("a")));
  EXPECT_TRUE(first.ended_records().empty());
  first.publish();
  OwedChanges second(table_);
  EXPECT_EQ(ids(second.of_record(1)), Ids{"b"});
  second.leave(second.find(DeliveryId("b")));
  EXPECT_EQ(second.ended_records(), std::vector<std::uint64_t>{1});
}

TEST_F(Owing, IsReadFromItsRecord) {
  OwedChanges changes(table_);
  join(changes, "a");
  join(changes, "b", kNow + 5s, kSecond);
  const std::string bytes = owed_record(changes.joined());
  const auto entries = read_owed_record(bytes);
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), 2u);
  EXPECT_EQ(entries->at(1).delivery.text, "b");
  EXPECT_EQ(entries->at(1).event.text, "evt_b");
  EXPECT_EQ(entries->at(1).handle, kAcme);
  EXPECT_EQ(entries->at(1).subscription, kSecond);
  EXPECT_EQ(entries->at(1).created_at, kNow + 5s);
  EXPECT_FALSE(read_owed_record(""));
  EXPECT_FALSE(read_owed_record("\2" + bytes.substr(1)));
  EXPECT_FALSE(read_owed_record(bytes.substr(0, bytes.size() - 1)));
}

TEST_F(Owing, IsRestoredFromRecordsAndEndsThoseOfWhichNothingIsLeft) {
  const Event of = event("evt_a");
  std::vector<Owed> owed(1);
  owed[0].delivery = plain_delivery(DeliveryId("a"), of, kHook, kNow);
  table_.restore(3, 5, {});
  table_.restore(7, 5, std::move(owed));
  EXPECT_EQ(due(), Ids{"a"});
  OwedChanges changes(table_);
  EXPECT_EQ(changes.record(), 8u);
  EXPECT_EQ(changes.ended_records(), std::vector<std::uint64_t>{3});
  changes.publish();
  EXPECT_TRUE(OwedChanges(table_).ended_records().empty());
  end({"a"});
}

class OwingLittle : public Owing {
 protected:
  OwingLittle() : Owing({.most = 5, .most_recorded = 5, .body_bytes = 30}) {}
};

TEST_F(OwingLittle, KeepsRoomForOtherHandles) {
  owe({"a", "b"});
  OwedChanges changes(table_);
  join(changes, "c");
  EXPECT_TRUE(changes.has_room(kAcme));
  join(changes, "d");
  EXPECT_FALSE(changes.has_room(kAcme));
  EXPECT_TRUE(changes.has_room(Handle("other")));
  changes.publish();
  EXPECT_FALSE(OwedChanges(table_).has_room(kAcme));
  EXPECT_TRUE(OwedChanges(table_).has_room(Handle("other")));
}

TEST_F(OwingLittle, KeepsBodiesWithinItsLimit) {
  owe({"a", "b", "c"});
  EXPECT_NE(table_.find(DeliveryId("a"))->body, nullptr);
  EXPECT_NE(table_.find(DeliveryId("b"))->body, nullptr);
  EXPECT_EQ(table_.find(DeliveryId("c"))->body, nullptr);
  end({"a"});
  owe({"d"});
  EXPECT_NE(table_.find(DeliveryId("d"))->body, nullptr);
}

TEST_F(OwingLittle, EndsTheOldestRecordWhenThereIsTooMuchInThem) {
  owe({"a", "b", "c"});
  end({"a", "b"});
  OwedChanges changes(table_);
  join(changes, "d");
  join(changes, "e");
  Ids ended;
  const auto end = [&](const OwedPtr& one) {
    ended.push_back(one->delivery.id.text);
    changes.leave(one);
  };
  changes.end_oldest_records(end);
  EXPECT_TRUE(ended.empty());
  join(changes, "f");
  changes.end_oldest_records(end);
  EXPECT_EQ(ended, Ids{"c"});
  changes.end_oldest_records(end);
  EXPECT_EQ(ended, Ids{"c"});
  EXPECT_EQ(changes.ended_records(), std::vector<std::uint64_t>{1});
}

TEST_F(OwingLittle, EndsAsManyOfASubscriptionAsThereAreToHold) {
  OwedChanges changes(table_);
  Event test = event("evt_t");
  test.type = kTestEventType;
  changes.join(plain_delivery(DeliveryId("t"), test, kHook, kNow - 1s), test);
  join(changes, "a");
  join(changes, "b");
  join(changes, "c");
  Ids ended;
  const auto end = [&](const OwedPtr& one) {
    ended.push_back(one->delivery.id.text);
    changes.leave(one);
  };
  changes.end_some(kHook, 2, true, end);
  EXPECT_EQ(ended, (Ids{"t", "a", "b"}));
  changes.end_some(kHook, 2, false, end);
  EXPECT_EQ(ended, (Ids{"t", "a", "b", "c"}));
}

TEST_F(Owing, IsKeptIfItsEventIsNew) {
  OwedChanges changes(table_);
  const Event of = event("evt_a");
  Delivery one = plain_delivery(DeliveryId("a"), of, kHook, kNow);
  EXPECT_FALSE(changes.keep(one, nullptr)) << "it may have a row";
  EXPECT_TRUE(changes.keep(one, &of));
  EXPECT_TRUE(changes.keep(one, nullptr)) << "it is here";
  one.id = DeliveryId("b");
  one.ordered = true;
  EXPECT_FALSE(changes.keep(one, &of)) << "it is not plain";
  EXPECT_EQ(ids(changes.joined()), Ids{"a"});
}

TEST(Owed, IsOnlyWhatNothingIsKnownOfButThatItIsDue) {
  const Event of = event("evt_1");
  const Delivery plain = plain_delivery(DeliveryId("a"), of, kHook, kNow);
  EXPECT_TRUE(is_plain(plain, of));
  const auto with = [&](auto change) {
    Delivery other = plain;
    change(other);
    return is_plain(other, of);
  };
  EXPECT_FALSE(with([](Delivery& d) { d.state = DeliveryState::kHeld; }));
  EXPECT_FALSE(with([](Delivery& d) { d.ordered = true; }));
  EXPECT_FALSE(with([](Delivery& d) { d.rule = RuleId("r"); }));
  EXPECT_FALSE(with([](Delivery& d) { d.valid_until = kNow + 1h; }));
  EXPECT_FALSE(with([](Delivery& d) { d.next_attempt_at = kNow + 1s; }));
  EXPECT_FALSE(with([](Delivery& d) { d.attempts = 1; }));
  EXPECT_FALSE(with([](Delivery& d) { d.session = SessionId("s2"); }));
  EXPECT_FALSE(with([](Delivery& d) { d.event_type = "other"; }));
}

}  // namespace
}  // namespace beckon::outbox
