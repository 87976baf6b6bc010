// After a start, a session of the journal's tail is the same whether it is read by itself, when it is first needed, or
// with all others in one pass.
#include <gtest/gtest.h>

#include <map>

#include "intake/testing/world.h"
#include "ledger/codec.h"

namespace beckon::commit {
namespace {

const Handle kTheHandle{"demo"};
const Instant kFirst = *parse_rfc3339("2026-11-09T08:30:00Z");

struct Recovery : testing::Test {
  void say(const std::string& session, const std::string& more = "") {
    ASSERT_TRUE(world->append("{\"sessionId\":\"" + session + "\"" + more + R"(,"signals":[{"type":"view"}]})"));
  }
  void deny(const std::string& session) {
    ASSERT_TRUE(world->append("{\"sessionId\":\"" + session + R"(","consent":"denied","signals":[{"type":"view"}]})"));
  }
  // Random traffic: sessions with and without visitors and snapshots, some of them erased, some begun again.
  void live(std::uint64_t seed, int commits) {
    SeededRandom random(seed);
    for (int i = 0; i < commits; ++i) {
      const std::uint64_t chosen = random.next() % kSessions;
      const std::string session = "s" + std::to_string(chosen);
      switch (random.next() % 12) {
        case 0: deny("other" + std::to_string(chosen)); break;
        case 1: say(session, R"(,"visitorId":"v)" + std::to_string(chosen % 5) + "\""); break;
        case 2: say("other" + std::to_string(chosen)); break;
        default: say(session, R"(,"anonymousId":"a)" + std::to_string(chosen % 7) + "\"");
      }
      world->clock.advance(std::chrono::seconds{20});
    }
  }
  void restart() {
    const Instant now = world->clock.now();
    world.emplace(*store, now);
  }
  // The sessions and the visitors' own records, as snapshots would store them; empty if there is none.
  std::map<std::string, std::string> all() { return all(world->sessions); }
  static std::map<std::string, std::string> all(Sessions& sessions) {
    std::map<std::string, std::string> found;
    const auto read = [&](const std::string& id) {
      const auto session = *sessions.find(kTheHandle, SessionId{id}, sessions.digest(kTheHandle.text, id));
      found[id] = session ? ledger::encode_snapshot(*session) : "";
    };
    for (int i = 0; i < kSessions; ++i) read("s" + std::to_string(i)), read("other" + std::to_string(i));
    for (int i = 0; i < 7; ++i) read("@v" + std::to_string(i)), read("@~a" + std::to_string(i));
    return found;
  }

  static constexpr int kSessions = 20;
  static constexpr std::size_t kMemory = 30'000;  // so that some sessions leave it, with a snapshot
  std::optional<store::MemoryStore> store{std::in_place};
  std::optional<intake::World> world{std::in_place, *store, kFirst, kMemory};
};

TEST_F(Recovery, GivesASessionAsItWasHoweverItIsRead) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    world.reset();
    store.emplace();
    world.emplace(*store, kFirst, kMemory);
    live(seed, 400);
    const auto before = all();
    restart();
    EXPECT_EQ(all(), before) << "each by itself";
    restart();
    ASSERT_EQ(world->sessions.read_recovered(), 0u);
    EXPECT_EQ(all(), before) << "in one pass";
  }
}

TEST_F(Recovery, ListsSessionsThatNobodyHasReadYet) {
  for (int i = 0; i < 5; ++i) say("s" + std::to_string(i), R"(,"visitorId":"ann")");
  restart();
  EXPECT_EQ(world->sessions.newest(kTheHandle, std::nullopt, 100, world->clock.now())->size(), 5u);
  restart();
  EXPECT_EQ(world->sessions.of_visitor(kTheHandle, VisitorId{"ann"})->size(), 5u);
  restart();
  EXPECT_EQ(world->sessions.own_records(kTheHandle, "@", "", 100)->size(), 1u);
}

TEST_F(Recovery, ChangesASessionThatNobodyHasReadYet) {
  for (int i = 0; i < 3; ++i) say("s");
  restart();
  say("s");
  EXPECT_EQ(world->session("s")->version, 4u);
  restart();
  EXPECT_EQ(world->session("s")->version, 4u);
  deny("s");
  EXPECT_EQ(world->session("s"), nullptr);
  restart();
  EXPECT_EQ(world->session("s"), nullptr);
}

TEST_F(Recovery, GivesTheSameIfMostIsReadWhileAnotherServerStillCommits) {
  constexpr std::size_t kTail = 20'000;  // so that the checkpoint moves on meanwhile
  bool has_moved = false;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    world.reset();
    store.emplace();
    world.emplace(*store, kFirst, kMemory, Housekeeping::Options{.tail_bytes = kTail});
    commit::Recovery in_steps(store->ledger());
    live(seed, 200);
    ASSERT_TRUE(in_steps.read_ahead());
    const ledger::Position checkpoint = *store->ledger().checkpoint();
    live(seed + 100, 200);
    ASSERT_TRUE(in_steps.read_ahead());
    live(seed + 200, 50);
    has_moved |= *store->ledger().checkpoint() > checkpoint;
    Sessions next(store->ledger(), world->hasher, kMemory), other(store->ledger(), world->hasher, kMemory);
    const auto found = in_steps.finish(next), at_once = recover(store->ledger(), other);
    ASSERT_TRUE(found && at_once);
    EXPECT_EQ(found->last_position, at_once->last_position);
    EXPECT_EQ(found->rows, at_once->rows);
    EXPECT_EQ(found->bytes, at_once->bytes);
    EXPECT_EQ(found->sessions, at_once->sessions);
    EXPECT_EQ(found->newest, at_once->newest);
    EXPECT_EQ(all(next), all());
  }
  EXPECT_TRUE(has_moved);
}

TEST_F(Recovery, StopsWhenItIsAskedTo) {
  say("s");
  restart();
  std::stop_source stop;
  stop.request_stop();
  ASSERT_EQ(world->sessions.read_recovered(0, stop.get_token()), 0u);
  EXPECT_EQ(world->session("s")->version, 1u) << "read when it is needed";
}

}  // namespace
}  // namespace beckon::commit
