// Sessions and visitors' own records packed in memory: reading them gives what they were.
#include <gtest/gtest.h>

#include <algorithm>

#include "intake/testing/world.h"
#include "intake/trait_request.h"
#include "ledger/codec.h"

namespace beckon::commit {
namespace {

using namespace std::chrono_literals;

const Handle kDemo{"demo"};

struct Rest : testing::Test {
  static Housekeeping::Options upkeep() {
    Housekeeping::Options options;
    options.rest_every = 1min;
    return options;
  }
  void say(const std::string& session, const std::string& who) {
    ASSERT_TRUE(world->append("{\"sessionId\":\"" + session + "\"," + who + R"(,"signals":[{"type":"view"}]})"));
  }
  void say_traits(const std::string& visitor, const std::string& set) {
    Issues issues;
    const auto body = json::parse("{\"set\":" + set + "}");
    const auto said = intake::read_traits(body->root(), "", true, issues, {});
    ASSERT_FALSE(world->plan([&](Draft& draft) -> std::optional<Fault> {
      const auto taken = intake::take_traits(draft, kDemo, VisitorId{visitor}, said, {.source = kServerSource});
      return taken ? std::nullopt : std::optional(taken.error());
    }));
  }
  // Some visitors with two ids each.
  void fill(int visitors) {
    for (int i = 0; i < visitors; ++i) {
      const std::string n = std::to_string(i);
      say("a" + n, R"("anonymousId":"browser-)" + n + "\"");
      say("b" + n, R"("anonymousId":"browser-)" + n + R"(","visitorId":"jon-)" + n + "\"");
      say_traits("jon-" + n, R"({"plan":"pro","seats":7,"tags":["a","b"]})");
    }
  }
  void pass(Duration time) {
    world->clock.advance(time);
    for (int i = 0; i < 20; ++i) world->committer.turn(true);
  }
  // All stored data of all visitors and their sessions.
  std::vector<std::string> all() {
    std::vector<std::string> found;
    std::vector<SessionId> ids = world->sessions.own_records(kDemo, "@", "", 1'000).value();
    const auto sessions = world->sessions.newest(kDemo, std::nullopt, 1'000, world->clock.now()).value();
    for (const ledger::SessionSummary& session : sessions) ids.push_back(session.id);
    for (const SessionId& id : ids) {
      const auto digest = world->sessions.digest(kDemo.view(), id.view());
      found.push_back(ledger::encode_snapshot(**world->sessions.find(kDemo, id, digest)));
    }
    return found;
  }

  store::MemoryStore store;
  std::optional<intake::World> world{std::in_place, store, *parse_rfc3339("2026-11-09T08:30:00Z"), std::size_t{1} << 30,
                                     upkeep()};
};

TEST_F(Rest, TheyAreReadAsBeforeAndTakeLess) {
  fill(50);
  const auto before = all();
  ASSERT_EQ(before.size(), 250u) << "a visitorId, a share, a browser and two sessions each";
  const std::size_t awake = world->sessions.bytes();
  pass(1min);
  EXPECT_EQ(world->sessions.bytes(), awake) << "they were read since it came by";
  pass(1min);
  const std::size_t rested = world->sessions.bytes();
  EXPECT_LT(rested, awake - 50 * 1'000);
  EXPECT_EQ(all(), before);
  EXPECT_GT(world->sessions.bytes(), rested + 50 * 1'000) << "who is read wakes up";
  EXPECT_LE(world->sessions.bytes(), awake);
}

TEST_F(Rest, WhatIsSaidNextIsPutOnTopOfWhatWasThere) {
  fill(3);
  pass(1min);
  pass(1min);
  say("c0", R"("visitorId":"jon-0","anonymousId":"browser-0")");
  const auto digest = world->sessions.digest("demo", "@jon-0");
  const auto own = world->sessions.find(kDemo, SessionId{"@jon-0"}, digest);
  ASSERT_TRUE(own && *own);
  EXPECT_EQ((*own)->sessions.size(), 2u);
  ASSERT_TRUE((*own)->traits && (*own)->identity);
  EXPECT_EQ((*own)->identity->members.size(), 1u);
}

TEST_F(Rest, TheyAreWrittenListedErasedAndRecoveredFromTheirRest) {
  fill(5);
  const auto before = all();
  pass(1min);
  pass(1min);
  EXPECT_EQ(world->sessions.own_records(kDemo, "@jon", "@jon-1", 2)->size(), 2u);
  ASSERT_FALSE(world->plan([&](Draft& draft) -> std::optional<Fault> {
    const auto digest = world->sessions.digest("demo", "@jon-2");
    return draft.forget(kDemo, SessionId{"@jon-2"}, digest, "", std::nullopt);
  }));
  EXPECT_EQ(world->sessions.own_records(kDemo, "@jon", "", 9)->size(), 4u);
  world.reset();
  world.emplace(store, *parse_rfc3339("2026-11-09T09:30:00Z"), std::size_t{1} << 30, upkeep());
  const auto after = all();
  EXPECT_EQ(after.size(), before.size() - 1);
  for (const std::string& one : after) EXPECT_EQ(std::ranges::count(before, one), 1);
}

TEST_F(Rest, TheyLeaveMemoryFromTheirRest) {
  world.reset();
  world.emplace(store, *parse_rfc3339("2026-11-09T08:30:00Z"), std::size_t{100'000}, upkeep());
  fill(100);
  const auto before = all();
  for (int i = 0; i < 5; ++i) pass(1min);
  EXPECT_LE(world->sessions.bytes(), 100'000u);
  EXPECT_EQ(all(), before);
}

TEST_F(Rest, TheyStayPackedWhenTheyAreWritten) {
  Housekeeping::Options options = upkeep();
  options.tail_bytes = 100'000;
  world.reset();
  world.emplace(store, *parse_rfc3339("2026-11-09T08:30:00Z"), std::size_t{1} << 30, options);
  fill(40);
  pass(1min);
  pass(1min);
  const auto written = [&] { return store.ledger().snapshots(kDemo, std::nullopt, 1'000)->size(); };
  ASSERT_EQ(written(), 0U);
  const std::size_t packed = world->sessions.bytes();
  std::string signals;
  for (int i = 0; i < 50; ++i)
    signals +=
        std::string(i == 0 ? "" : ",") + R"({"type":"view","metadata":{"page":")" + std::string(1'500, 'x') + "\"}}";
  for (const char* name : {"long", "longer"})
    ASSERT_TRUE(world->append(std::string(R"({"sessionId":")") + name + R"(","signals":[)" + signals + "]}"));
  for (int i = 0; i < 20; ++i) world->committer.turn(true);
  EXPECT_GT(written(), 80U);
  const std::size_t of_both = world->session("long")->bytes() + world->session("longer")->bytes();
  EXPECT_LE(world->sessions.bytes(), packed + of_both + 1'000);
}

TEST_F(Rest, TheyExpireFromTheirRest) {
  fill(5);
  pass(1min);
  pass(1min);
  const std::size_t some = world->sessions.own_records(kDemo, "@", "", 1'000)->size();
  pass(365 * 24h * 2);
  for (int i = 0; i < 100; ++i) pass(2min);
  EXPECT_GT(some, 0u);
  EXPECT_EQ(world->sessions.own_records(kDemo, "@", "", 1'000)->size(), 0u);
  EXPECT_LT(world->sessions.bytes(), 1'000u);
}

}  // namespace
}  // namespace beckon::commit
