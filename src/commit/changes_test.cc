// What live readers of a handle see, and what of it is bounded or erased.
#include "commit/changes.h"

#include <gtest/gtest.h>

#include "intake/testing/world.h"

namespace beckon::commit {
namespace {

const Handle kDemo{"demo"}, kOther{"other"};

RecentChanges::Staged seen(const Handle& handle, std::string_view session, std::uint64_t version) {
  return {handle, SignalSeen{.session = SessionId{session}, .key = "view", .version = version}};
}
std::vector<std::uint64_t> versions(const Changes::Page& page) {
  std::vector<std::uint64_t> found;
  for (const ChangeSeen& change : page.changes) found.push_back(std::get<SignalSeen>(change.what).version);
  return found;
}
using Versions = std::vector<std::uint64_t>;

TEST(Changes, AreReadInTheirOrderByPositionAndByHandle) {
  RecentChanges changes;
  for (std::uint64_t i = 1; i <= 5; ++i) changes.put({seen(kDemo, "s", i), seen(kOther, "s", 100 + i)}, {});
  EXPECT_EQ(changes.newest(kDemo), 5u);
  const auto first = changes.read(kDemo, 0, 3);
  EXPECT_EQ(versions(first), (Versions{1, 2, 3}));
  EXPECT_EQ(first.changes[2].position, 3u);
  EXPECT_EQ(versions(changes.read(kDemo, first.next, 9)), (Versions{4, 5}));
  EXPECT_TRUE(changes.read(kDemo, 5, 9).changes.empty());
  EXPECT_EQ(changes.read(kDemo, 99, 9).next, 5u) << "not reached yet";
  EXPECT_EQ(changes.read(Handle{"none"}, 3, 9).next, 0u);
}

TEST(Changes, OneWhoIsTooLateIsToldHowManyAreGone) {
  RecentChanges changes({.per_handle = 4, .in_all = 100});
  for (std::uint64_t i = 1; i <= 10; ++i) changes.put({seen(kDemo, "s", i)}, {});
  const auto page = changes.read(kDemo, 2, 9);
  EXPECT_EQ(page.dropped, 4u);
  EXPECT_EQ(versions(page), (Versions{7, 8, 9, 10}));
  EXPECT_EQ(changes.read(kDemo, page.next, 9).dropped, 0u);
}

TEST(Changes, TheQuietestHandleMakesRoomForTheOthers) {
  RecentChanges changes({.per_handle = 4, .in_all = 6});
  const auto put = [&](std::string_view handle, std::uint64_t i) { changes.put({seen(Handle{handle}, "s", i)}, {}); };
  for (std::uint64_t i = 1; i <= 3; ++i) put("aa", i);
  for (std::uint64_t i = 1; i <= 3; ++i) put("bb", i);
  put("aa", 4);
  EXPECT_EQ(changes.read(Handle{"bb"}, 0, 9).dropped, 3u);
  EXPECT_EQ(versions(changes.read(Handle{"aa"}, 0, 9)), (Versions{1, 2, 3, 4}));
  for (std::uint64_t i = 5; i <= 50; ++i) put("aa", i);
  put("bb", 4);
  EXPECT_EQ(versions(changes.read(Handle{"bb"}, 3, 9)), Versions{4});
  EXPECT_EQ(changes.newest(Handle{"bb"}), 4u) << "positions go on";
}

TEST(Changes, WhatIsErasedIsGoneAndItsPlaceIsKept) {
  RecentChanges changes;
  changes.put({seen(kDemo, "s1", 1), seen(kDemo, "s2", 2), seen(kOther, "s1", 3)}, {});
  changes.put({seen(kDemo, "s1", 4)}, {{kDemo, SessionId{"s1"}}});
  const auto page = changes.read(kDemo, 0, 9);
  EXPECT_EQ(versions(page), (Versions{2, 4})) << "what a new life of it brings stays";
  EXPECT_EQ(page.changes[0].position, 2u);
  EXPECT_EQ(page.dropped, 0u);
  EXPECT_EQ(versions(changes.read(kOther, 0, 9)), Versions{3});
}

TEST(Changes, ComeWithTheCommitAndNotWithoutIt) {
  store::MemoryStore store;
  intake::World world(store, *parse_rfc3339("2026-11-01T12:00:00Z"));
  RecentChanges changes;
  Draft::Places places = world.places;
  places.changes = &changes;
  Committer committer(world.commit, places, world.clock, {}, [] {});
  const auto append = [&](std::string body) {
    std::unique_ptr<Work> work = std::make_unique<intake::Append>(
        *intake::parse_append(*json::parse(std::move(body)), world.tenants, "demo", world.clock.now()), world.tokens,
        [](const auto&, const auto&) {});
    committer.submit(work);
  };
  world.commit.next = CommitFault::kFull;
  append(R"({"sessionId":"s1","signals":[{"type":"view","signalValue":"a"}]})");
  committer.turn(false);
  EXPECT_EQ(changes.newest(kDemo), 0u);
  append(R"({"sessionId":"s1","signals":[{"type":"view","signalValue":"b"}]})");
  append(R"({"sessionId":"s2","signals":[{"type":"cart"}]})");
  append(R"({"sessionId":"s1","signals":[{"type":"view"}],"consent":"denied"})");
  committer.turn(false);
  const auto page = changes.read(kDemo, 0, 9);
  ASSERT_EQ(page.changes.size(), 1u) << "what one commit both stores and erases is never told";
  EXPECT_EQ(std::get<SignalSeen>(page.changes[0].what).key, "cart");
}

}  // namespace
}  // namespace beckon::commit
