// A visitor's own record: contains no data of removed sessions, and survives any restart.
#include <gtest/gtest.h>

#include "intake/testing/world.h"

namespace beckon::commit {
namespace {

using namespace std::chrono_literals;
const Instant kNow = *parse_rfc3339("2026-11-01T12:00:00Z");
constexpr const char* kOften =
    R"({"triggers":["checkout"],"when":{},"limit":{"caps":[{"max":900,"per":"30d"}]},"action":{"type":"popup"}})";

// Every turn writes snapshots and looks for rows to rewrite.
Housekeeping::Options eager() {
  Housekeeping::Options upkeep;
  upkeep.tail_bytes = 1;
  upkeep.erase_every = Duration{1};
  return upkeep;
}

class VisitorTest : public testing::Test {
 protected:
  explicit VisitorTest(Housekeeping::Options upkeep = eager()) {
    world.emplace(store, kNow, std::size_t{1} << 30, upkeep);
    world->tenant({}, {kOften});
  }
  void ask(std::string_view session, std::string_view visitor) {
    ASSERT_TRUE(world->resolve(R"({"trigger":"checkout","sessionId":")" + std::string(session) + R"(","visitorId":")" +
                               std::string(visitor) + "\"}"));
  }
  void say(std::string_view session, std::string_view consent) {
    ASSERT_TRUE(world->append(R"({"signals":[{"type":"view"}],"sessionId":")" + std::string(session) +
                              R"(","consent":")" + std::string(consent) + "\"}"));
  }
  void settle() {
    for (int i = 0; i < 6; ++i) {
      world->clock.advance(1s);
      world->committer.turn(true);
    }
  }
  ledger::SessionPtr visitor(std::string_view id = "v1") { return world->session("@" + std::string(id)); }
  // All bytes in the ledger: the journal, and its sessions' snapshots.
  std::string everything() {
    std::string all;
    EXPECT_TRUE(store.ledger().read_journal(0, [&](auto, auto, std::string_view bytes) {
      all += bytes;
      return true;
    }));
    for (const char* id : {"@v1", "secret-one", "s2"})
      all += store.ledger().snapshot(Handle{"demo"}, SessionId{id})->value_or(ledger::StoredSnapshot{}).bytes;
    return all;
  }
  ledger::Joined joined(std::string_view id) { return {SessionId{id}, world->sessions.digest("demo", id)}; }

  store::MemoryStore store;
  std::optional<intake::World> world;
};

TEST_F(VisitorTest, ADeniedSessionLeavesNothingWithItsVisitor) {
  ask("secret-one", "v1");
  ask("s2", "v1");
  settle();
  EXPECT_NE(everything().find("secret-one"), std::string::npos);
  EXPECT_EQ(visitor()->spends.size(), 2u);
  say("secret-one", "denied");
  ASSERT_EQ(visitor()->sessions.size(), 1u);
  EXPECT_EQ(visitor()->sessions[0].id.text, "s2");
  ASSERT_EQ(visitor()->spends.size(), 1u);
  EXPECT_EQ(visitor()->spends[0].session, joined("s2").digest.low);
  settle();
  EXPECT_EQ(everything().find("secret-one"), std::string::npos) << "neither journal nor snapshot";
  world.emplace(store, world->clock.now());
  EXPECT_EQ(visitor()->spends.size(), 1u);
}

TEST_F(VisitorTest, ASessionThatTurnsBasicLeavesItsVisitor) {
  ask("secret-one", "v1");
  ask("s2", "v1");
  settle();
  say("secret-one", "basic");
  EXPECT_EQ(visitor()->sessions.size(), 1u);
  settle();
  EXPECT_EQ(store.ledger().snapshot(Handle{"demo"}, SessionId{"@v1"})->value().bytes.find("secret-one"),
            std::string::npos);
  EXPECT_EQ(store.ledger().snapshot(Handle{"demo"}, SessionId{"secret-one"})->value().bytes.find("v1"),
            std::string::npos);
  EXPECT_EQ(world->session("secret-one")->spends.size(), 1u) << "its own spends go on counting for the session";
}

TEST_F(VisitorTest, ASnapshotThatHoldsWhatMustGoIsWrittenAnewAtOnce) {
  ask("secret-one", "v1");
  ask("s2", "v1");
  settle();
  world.emplace(store, world->clock.now());  // its journal may grow: it writes no snapshots by itself
  world->tenant({}, {kOften});
  const auto snapshot = [&](const char* id) {
    return store.ledger().snapshot(Handle{"demo"}, SessionId{id})->value().bytes;
  };
  ASSERT_NE(snapshot("@v1").find("secret-one"), std::string::npos);
  ASSERT_NE(snapshot("secret-one").find("v1"), std::string::npos);
  say("secret-one", "basic");
  EXPECT_EQ(snapshot("@v1").find("secret-one"), std::string::npos);
  EXPECT_EQ(snapshot("secret-one").find("v1"), std::string::npos);
  ask("s2", "v1");
  world.emplace(store, world->clock.now());
  EXPECT_EQ(visitor()->spends.size(), 2u) << "and the journal goes on from it";
}

TEST_F(VisitorTest, TheLastSessionThatLeavesTakesTheRecordAlong) {
  ask("secret-one", "v1");
  settle();
  say("secret-one", "denied");
  EXPECT_EQ(visitor(), nullptr);
  settle();
  EXPECT_EQ(everything().find("v1"), std::string::npos);
  world.emplace(store, world->clock.now());
  EXPECT_EQ(visitor(), nullptr);
}

TEST_F(VisitorTest, AnErasedSessionAndAnErasedVisitorAreGone) {
  ask("secret-one", "v1");
  ask("s2", "v1");
  ask("s3", "v2");
  settle();
  EXPECT_FALSE(world->plan([&](Draft& draft) {
    return draft.forget(Handle{"demo"}, SessionId{"secret-one"}, joined("secret-one").digest, "erased", std::nullopt);
  }));
  EXPECT_EQ(visitor()->sessions.size(), 1u);
  const std::vector<ledger::Joined> theirs{joined("s2")};
  EXPECT_FALSE(
      world->plan([&](Draft& draft) { return draft.forget_visitor(Handle{"demo"}, {visitor()}, theirs, "erased"); }));
  EXPECT_EQ(visitor(), nullptr);
  EXPECT_EQ(world->session("s2"), nullptr);
  settle();
  EXPECT_EQ(everything().find("v1"), std::string::npos);
  EXPECT_EQ(visitor("v2")->spends.size(), 1u);
}

TEST_F(VisitorTest, ASessionThatLeavesAndComesBackInOneCommitIsThereOnce) {
  ask("secret-one", "v1");
  EXPECT_FALSE(world->plan([&](Draft& draft) {
    return draft.forget(Handle{"demo"}, SessionId{"secret-one"}, joined("secret-one").digest, "erased", std::nullopt);
  }));
  ask("secret-one", "v1");
  settle();
  ASSERT_EQ(visitor()->sessions.size(), 1u);
  EXPECT_EQ(visitor()->spends.size(), 1u);
  world.emplace(store, world->clock.now());
  ASSERT_TRUE(visitor());
  EXPECT_EQ(visitor()->spends.size(), 1u);
}

// The same history twice: once in one process that keeps everything in memory; once with restarts, full disks,
// evictions, snapshots at every turn and rewritten journal rows. All responses and all data must be the same.
class TwoLives {
 public:
  explicit TwoLives(std::uint64_t seed) : dice_(seed) { begin(); }

  void live(int steps) {
    for (int i = 0; i < steps && !testing::Test::HasFailure(); ++i) {
      step();
      if (dice_.next() % 12 == 0) restart();
    }
    compare();
  }

 private:
  struct Life {
    std::unique_ptr<store::MemoryStore> store = std::make_unique<store::MemoryStore>();
    std::optional<intake::World> world;
  };
  static std::vector<std::string> rules() {
    return {
        R"({"triggers":["a"],"priority":3,"when":{},"limit":{"caps":[{"max":3,"per":"session"},{"max":4,"per":"2h"}],"cooldown":"5m"},"action":{"type":"x"}})",
        R"({"triggers":["a","b"],"priority":2,"when":{},"limit":{"caps":[{"max":6,"per":"1d"}],"group":"g"},"split":{"holdout":20,"arms":{"p":1,"q":2}},"actions":{"p":{"type":"x"},"q":{"type":"y"}}})",
        R"({"triggers":["a","b"],"status":"shadow","priority":9,"when":{},"limit":{"caps":[{"max":2,"per":"1d"}],"group":"g"},"action":{"type":"x"}})",
        R"({"triggers":["b"],"priority":1,"when":{"all":[{"count":{"key":"view"},"within":"3h","atLeast":5,"scope":"visitor"}]},"action":{"type":"x"}})"};
  }
  void begin() {
    calm_.world.emplace(*calm_.store, kNow);
    calm_.world->tenant({}, rules());
    restart();
  }
  void restart() {
    rough_.world.reset();
    Housekeeping::Options upkeep = eager();
    upkeep.tail_bytes = dice_.next() % 2 == 0 ? 1 : 1u << 20;
    rough_.world.emplace(*rough_.store, calm_.world->clock.now(), dice_.next() % 2 == 0 ? 3'000 : std::size_t{1} << 30,
                         upkeep);
    rough_.world->tenant({}, rules());
  }

  template <class Call>
  void both(Call call) {
    const std::string expected = call(*calm_.world, 0);
    EXPECT_EQ(call(*rough_.world, 1), expected);
  }
  // In the rough run, the disk may be full at first; then nothing has happened.
  void append(const std::string& body) {
    const std::string expected = told(calm_.world->append(body));
    if (dice_.next() % 10 == 0) rough_.world->commit.next = CommitFault::kFull;
    std::string answer = told(rough_.world->append(body));
    if (answer.empty()) answer = told(rough_.world->append(body));
    rough_.world->commit.next.reset();
    EXPECT_EQ(answer, expected);
  }

  void step() {
    const Duration later{dice_.next() % 600'000};
    calm_.world->clock.advance(later);
    rough_.world->clock.advance(later);
    const std::string session = "s" + std::to_string(dice_.next() % 12),
                      visitor = "v" + std::to_string(std::stoi(session.substr(1)) % 4);
    const std::string whom =
        R"("sessionId":")" + session + "\"" + (dice_.next() % 2 ? R"(,"visitorId":")" + visitor + "\"" : "") +
        (dice_.next() % 2 ? R"(,"anonymousId":"a)" + std::to_string(std::stoi(session.substr(1)) % 3) + "\"" : "");
    const std::string trigger = dice_.next() % 2 ? "a" : "b";
    switch (dice_.next() % 10) {
      case 0:
      case 1:
      case 2:
      case 3:
        return both([&](intake::World& world, int) {
          return told(world.resolve("{" + whom + R"(,"trigger":")" + trigger + "\"}"));
        });
      case 4:
      case 5: return prefetch(session, trigger);
      case 6: return show();
      case 7: {
        static constexpr const char* kConsents[] = {"basic", "denied", "full", "full", "full"};
        const std::string consent = kConsents[dice_.next() % 5];
        return append("{" + whom + R"(,"consent":")" + consent + R"(","signals":[{"type":"view"}]})");
      }
      default: return append("{" + whom + R"(,"signals":[{"type":"view"}]})");
    }
  }
  void prefetch(const std::string& session, const std::string& trigger) {
    std::array<std::string, 2> ids;
    both([&](intake::World& world, int which) {
      const auto ready = world.prefetch(R"({"sessionId":")" + session + R"(","trigger":")" + trigger + "\"}");
      ids[static_cast<std::size_t>(which)] = ready->decisions[0].id;
      return std::string(rules::to_text(ready->decisions[0].verdict.outcome)) + ready->etag;
    });
    shown_.push_back({session, ids});
  }
  void show() {
    if (shown_.empty()) return;
    const auto& [session, ids] = shown_[dice_.next() % shown_.size()];
    both([&](intake::World& world, int which) {
      return told(world.append(R"({"sessionId":")" + session +
                               R"(","signals":[{"type":"decision.shown","signalValue":")" +
                               ids[static_cast<std::size_t>(which)] + "\"}]}"));
    });
  }

  static std::string told(const Result<decision::Envelope>& answer) {
    if (!answer) return answer.error().code == FaultCode::kUnavailable ? "" : answer.error().message;
    return std::string(rules::to_text(answer->verdict.outcome)) + " " + std::string(answer->verdict.rule) + " " +
           std::string(answer->verdict.variant) + std::to_string(answer->verdict.reading);
  }
  static std::string told(const Result<intake::Appended>& answer) {
    if (!answer) return answer.error().code == FaultCode::kUnavailable ? "" : answer.error().message;
    return std::to_string(answer->version) + (answer->denied ? " denied" : "");
  }

  void compare() {
    for (int i = 0; i < 12; ++i) compare("s" + std::to_string(i));
    for (int i = 0; i < 4; ++i) compare("@v" + std::to_string(i));
  }
  void compare(const std::string& id) {
    const auto calm = alive(calm_, id), rough = alive(rough_, id);
    ASSERT_EQ(calm != nullptr, rough != nullptr) << id;
    if (!calm) return;
    EXPECT_EQ(calm->spends, rough->spends) << id;
    EXPECT_EQ(calm->shown.size(), rough->shown.size()) << id;
    EXPECT_EQ(calm->sessions, rough->sessions) << id;
    EXPECT_EQ(calm->unit(), rough->unit()) << id;
    EXPECT_EQ(calm->visitor, rough->visitor) << id;
    EXPECT_EQ(calm->expires_at, rough->expires_at) << id;
  }
  static ledger::SessionPtr alive(Life& life, const std::string& id) {
    auto session = life.world->session(id);
    return session && session->expires_at > life.world->clock.now() ? session : nullptr;
  }

  SeededRandom dice_;
  Life calm_, rough_;
  std::vector<std::pair<std::string, std::array<std::string, 2>>> shown_;
};

TEST(TwoLivesTest, CapsSplitsAndVisitorsAreTheSameWhateverHappensBetween) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    TwoLives(seed).live(250);
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace beckon::commit
