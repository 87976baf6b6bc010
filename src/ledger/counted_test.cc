#include "ledger/counted.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "ledger/codec.h"

namespace beckon::ledger {
namespace {

constexpr Instant kCountedFrom = instant_ms(1'800'000'000'000);
Instant hour(int n) { return kCountedFrom + std::chrono::hours{n}; }

constexpr std::uint64_t kOrders = 1, kViews = 2;

Subtotal one(int at, std::int64_t units = 0, std::uint64_t counter = kOrders) {
  return {.counter = counter,
          .count = 1,
          .amounts = units == 0 ? 0u : 1u,
          .units = units,
          .first = hour(at),
          .last = hour(at),
          .days = Days::of(at / 24)};
}

Counted counted(std::initializer_list<std::pair<int, std::uint64_t>> at_of_session) {
  Counted counted;
  for (const auto& [at, session] : at_of_session) {
    const Subtotal more = one(at, at);
    counted.take({&more, 1}, session);
  }
  return counted;
}

Subtotal sum_of(const std::vector<Counted>& parts) {
  std::vector<const Counted*> pointers;
  for (const Counted& part : parts) pointers.push_back(&part);
  return total_of(pointers, kOrders).sum;
}

TEST(Counted, ASubtotalSaysHowOftenHowMuchAndWhen) {
  const Subtotal sum = sum_of({counted({{5, 1}, {2, 1}, {50, 2}})});
  EXPECT_EQ(sum.count, 3u);
  EXPECT_EQ(sum.amounts, 3u);
  EXPECT_EQ(sum.units, 57);
  EXPECT_EQ(sum.first, hour(2));
  EXPECT_EQ(sum.last, hour(50));
  EXPECT_EQ(sum.days.behind(-1), 2);
}

TEST(Counted, WhatASessionHasCountedGoesExactly) {
  Counted all = counted({{5, 1}, {2, 2}, {50, 2}, {7, 3}});
  all.remove(2);
  EXPECT_EQ(all, counted({{5, 1}, {7, 3}}));
}

TEST(Counted, OfAFoldedSessionTheSumStaysAndNothingCanBeTakenOut) {
  Counted all = counted({{5, 1}, {2, 2}, {50, 3}});
  const Subtotal before = sum_of({all});
  all.fold(1);
  all.fold(2);
  EXPECT_EQ(sum_of({all}), before);
  EXPECT_EQ(all.all.size(), 2u) << "both are one now";
  EXPECT_FALSE(all.has(1));
  all.remove(1);
  EXPECT_EQ(sum_of({all}), before);
}

TEST(Counted, ACounterThatIsGoneIsForgotten) {
  Counted all = counted({{5, 1}, {2, 2}});
  const Subtotal view = one(3, 0, kViews), gone{.counter = kOrders};
  all.take({&view, 1}, 1);
  all.take({&gone, 1}, 0);
  EXPECT_EQ(sum_of({all}).count, 0u);
  EXPECT_EQ(all.of(kViews).size(), 1u);
}

TEST(Counted, WhatIsKeptIsBoundedAndTheSumStays) {
  Counted all;
  for (int i = 0; i < 3'000; ++i) {
    const Subtotal more = one(i, 1);
    all.take({&more, 1}, static_cast<std::uint64_t>(i + 1));
  }
  EXPECT_EQ(all.all.size(), Counted::kMost);
  EXPECT_EQ(sum_of({all}).count, 3'000u);
  EXPECT_EQ(sum_of({all}).units, 3'000);
  EXPECT_TRUE(all.has(3'000)) << "the newest are those that can be taken out";
  EXPECT_FALSE(all.has(1));
}

TEST(Counted, AnIdCountsAsLongAsTheLastOfItIsNotTooOld) {
  const Counted old = counted({{0, 1}, {10, 2}}), young = counted({{100, 3}});
  const std::vector<const Counted*> both{&old, &young};
  constexpr Duration kKeep = std::chrono::hours{200};
  const Total total = total_of(both, kOrders, hour(209), kKeep);
  EXPECT_EQ(total.sum.count, 3u);
  EXPECT_EQ(total.until, hour(210));
  EXPECT_EQ(total_of(both, kOrders, hour(210), kKeep).sum.count, 1u);
  EXPECT_EQ(total_of(both, kOrders, hour(210), kKeep).until, hour(300));
  EXPECT_EQ(total_of(both, kOrders, hour(300), kKeep).until, Instant::max());
}

TEST(Counted, DaysAreThoseOfTheLast64) {
  Days days;
  for (const int day : {100, 37, 36, 99, 100}) days.add(Days::of(day));
  EXPECT_EQ(days.behind(0), 3) << "36 lies too far back";
  EXPECT_EQ(days.behind(37), 2);
  EXPECT_EQ(days.behind(99), 1);
  EXPECT_EQ(days.behind(100), 0);
  EXPECT_EQ(days.oldest_behind(0), 37);
  EXPECT_EQ(days.oldest_behind(37), 99);
  days.add(Days::of(1'000));
  EXPECT_EQ(days.behind(0), 1);
}

TEST(Counted, DaysComeOutTheSameInAnyOrder) {
  std::mt19937_64 random(3);
  for (int turn = 0; turn < 2'000; ++turn) {
    std::vector<int> all(1 + random() % 8);
    for (int& day : all) day = static_cast<int>(random() % 200) - 100;
    const int newest = std::ranges::max(all);
    std::set<int> wanted;
    for (const int day : all)
      if (day > newest - Days::kSpan) wanted.insert(day);
    Days left, right;
    for (std::size_t i = 0; i < all.size(); ++i) (i % 2 ? left : right).add(Days::of(all[i]));
    right.add(left);
    ASSERT_EQ(right.newest, newest);
    for (int day = newest - 70; day <= newest; ++day)
      ASSERT_EQ(right.behind(day), std::ranges::count_if(wanted, [&](int one) { return one > day; }));
  }
}

// After random joins and splits in any order, each id has what it counted itself.
TEST(Counted, JoinsAndSplitsAreExact) {
  std::mt19937_64 random(1);
  for (int turn = 0; turn < 500; ++turn) {
    std::vector<std::vector<int>> ids(1 + random() % 4);
    std::vector<Counted> kept(ids.size());
    std::vector<std::pair<std::size_t, int>> order;
    for (int i = 0; i < 12; ++i) order.emplace_back(random() % ids.size(), static_cast<int>(random() % 4'000));
    for (const auto& [id, at] : order) ids[id].push_back(at);
    std::ranges::shuffle(order, random);
    for (const auto& [id, at] : order) {
      const Subtotal more = one(at, at - 2'000);
      kept[id].take({&more, 1}, 1 + random() % 3);
      if (random() % 8 == 0) kept[id].fold(1 + random() % 3);
    }
    // Any subset of them as one visitor.
    const std::uint64_t chosen = random();
    std::vector<Counted> parts;
    Subtotal wanted{.counter = kOrders};
    for (std::size_t id = 0; id < ids.size(); ++id) {
      if (!(chosen >> id & 1)) continue;
      parts.push_back(kept[id]);
      for (const int at : ids[id]) wanted.add(one(at, at - 2'000));
    }
    std::ranges::shuffle(parts, random);
    ASSERT_EQ(sum_of(parts), wanted);
  }
}

TEST(Counted, RecordsAndSnapshotsReadBackEqual) {
  Session session{.handle = Handle{"demo"}, .id = SessionId{"s"}};
  Counted all = counted({{5, 1}, {-7, 2}});
  const Subtotal view = one(3, 0, kViews);
  all.take({&view, 1}, 0);
  session.counted = std::make_shared<const Counted>(all);
  for (const char* id : {"s", "@jon@x.example"}) {
    session.id = SessionId{id};
    const auto read = decode_snapshot({.bytes = encode_snapshot(session)});
    ASSERT_TRUE(read && read->session->counted);
    EXPECT_EQ(*read->session->counted, all);
  }
  std::string bytes;
  const SessionDigest digest{1, 2};
  AppendRecord append{.handle = "demo", .session = "s"};
  append.counted = {view, one(9, -3), {.counter = 7}};
  append_record(bytes, digest, append);
  const auto record = decode_record(bytes);
  ASSERT_TRUE(record);
  EXPECT_EQ(std::get<AppendRecord>(*record).counted, append.counted);
  bytes.clear();
  VisitorRecord visitor{.handle = "demo", .visitor = "v", .own = {3, 4}, .session = "s", .of = digest};
  visitor.folds = true;
  visitor.counted = append.counted;
  append_record(bytes, visitor);
  const auto again = decode_record(bytes);
  ASSERT_TRUE(again);
  EXPECT_TRUE(std::get<VisitorRecord>(*again).folds);
  EXPECT_EQ(std::get<VisitorRecord>(*again).counted, append.counted);
}

TEST(Counted, SnapshotsFromBeforeThereWereCountersAreRead) {
  for (const char* id : {"s", "@jon@x.example"}) {
    const Session session{.handle = Handle{"demo"}, .id = SessionId{id}};
    std::string bytes = encode_snapshot(session);
    ASSERT_EQ(bytes.back(), 0) << "that nothing is counted";
    bytes.front() = 5;
    bytes.pop_back();
    const auto read = decode_snapshot({.bytes = bytes});
    ASSERT_TRUE(read);
    EXPECT_FALSE(read->session->counted);
    EXPECT_EQ(read->session->id.view(), id);
  }
}

TEST(Counted, ASessionWithoutFullConsentHasCountedNothing) {
  AppendRecord append{.handle = "demo", .session = "s", .fresh = true};
  append.counted = {one(1)};
  SessionPtr session = applied(nullptr, append);
  ASSERT_TRUE(session->counted);
  append.fresh = false;
  append.consent = Consent::kBasic;
  append.counted.clear();
  EXPECT_FALSE(applied(session, append)->counted);
}

}  // namespace
}  // namespace beckon::ledger
