// Lifetime counters in commits: what is counted, for whom, and how long it is kept.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "commit/visitor.h"
#include "intake/testing/world.h"

namespace beckon::commit {
namespace {

using namespace std::chrono_literals;
const Instant kCountingFrom = *parse_rfc3339("2026-11-01T12:00:00Z");
const Handle kCountingShop{"demo"};

class Counting : public testing::Test {
 protected:
  Counting() { begin(kCountingFrom); }
  void begin(Instant now) {
    world.reset();
    Housekeeping::Options upkeep;
    upkeep.erase_every = Duration{1};
    world.emplace(*store, now, std::size_t{1} << 30, upkeep);
    HandleSettings settings;
    settings.retention = 48h;
    world->tenant(settings);
  }
  void restart() { begin(world->clock.now()); }

  void declare(const std::string& json = R"({"key":"purchase","field":"amount"})", const std::string& name = "orders") {
    Issues issues;
    const rules::Counter counter = rules::read_counter(json::parse(json)->root(), system_zones(), issues);
    ASSERT_TRUE(issues.empty());
    ASSERT_FALSE(world->plan([&](Draft& draft) {
      draft.declare_counter(kCountingShop, name, counter, kCountingFrom);
      return std::nullopt;
    }));
    pass(1ms);
  }
  const rules::Counter& counter(const std::string& name = "orders") {
    return world->tenants.known("demo")->traits->counters().at(name);
  }
  void buy(const std::string& session, int amount, const std::string& who = R"("visitorId":"jon")",
           const std::string& more = "") {
    const auto answer = world->append("{\"sessionId\":\"" + session + "\"," + who + (who.empty() ? "" : ",") +
                                      R"("signals":[{"type":"purchase","metadata":{"amount":)" +
                                      std::to_string(amount) + "}" + more + "}]}");
    ASSERT_TRUE(answer) << answer.error().message;
  }
  void view(const std::string& session, const std::string& who = R"("visitorId":"jon")") {
    ASSERT_TRUE(world->append("{\"sessionId\":\"" + session + "\"," + who + R"(,"signals":[{"type":"view"}]})"));
  }
  void pass(Duration time, int turns = 30) {
    world->clock.advance(time);
    for (int i = 0; i < turns; ++i) {
      world->clock.advance(1ms);
      world->committer.turn(true);
    }
  }
  ledger::Subtotal of(const std::string& visitor = "jon", const std::string& name = "orders") {
    const auto records = reader_of(world->sessions, kCountingShop, world->clock.now()).records(VisitorId{visitor});
    std::vector<const ledger::Counted*> parts;
    for (const auto& record : *records)
      if (record->counted) parts.push_back(record->counted.get());
    return ledger::total_of(parts, counter(name).id).sum;
  }
  // "count/sum"
  std::string told(const std::string& visitor = "jon", const std::string& name = "orders") {
    const ledger::Subtotal sum = of(visitor, name);
    return std::to_string(sum.count) + "/" + std::to_string(sum.units);
  }
  std::string told_of_session(const std::string& id) {
    const auto session = world->session(id);
    if (!session) return "0/0";
    const bool has_visitor = !session->visitor.empty();
    EXPECT_TRUE(!has_visitor || !session->counted) << "the visitor's record has it";
    const auto kept = has_visitor ? world->session("@" + session->visitor.text) : session;
    ledger::Subtotal sum;
    if (kept && kept->counted)
      for (const ledger::Subtotal& one : kept->counted->of(counter().id))
        if (one.session == (has_visitor ? world->sessions.digest("demo", id).low : 0)) sum.add(one);
    return std::to_string(sum.count) + "/" + std::to_string(sum.units);
  }
  void forget(const std::string& session) {
    ASSERT_FALSE(world->plan([&](Draft& draft) {
      return draft.forget(kCountingShop, SessionId{session}, world->sessions.digest("demo", session), "erased",
                          std::nullopt);
    }));
  }
  void alias(const std::string& id, const std::string& other) {
    ASSERT_FALSE(world->plan(
        [&](Draft& draft) { return join(draft, kCountingShop, VisitorId{id}, VisitorId{other}, draft.now() + 48h); }));
  }
  void part(const std::string& id) {
    ASSERT_FALSE(world->plan([&](Draft& draft) { return split(draft, kCountingShop, {VisitorId{id}}); }));
  }

  std::unique_ptr<store::MemoryStore> store = std::make_unique<store::MemoryStore>();
  std::optional<intake::World> world;
};

TEST_F(Counting, CountsOverAllSessionsOfTheVisitor) {
  declare();
  buy("s1", 10);
  buy("s2", 5);
  view("s2");
  EXPECT_EQ(told(), "2/15");
  EXPECT_EQ(of().days.behind(0), 1);
  restart();
  EXPECT_EQ(told(), "2/15");
  buy("s2", 1);
  EXPECT_EQ(told(), "3/16");
}

TEST_F(Counting, ASignalWithAnIdThatTheSessionHasSeenCountsOnce) {
  declare();
  buy("s1", 10, R"("visitorId":"jon")", R"(,"id":"o-1")");
  buy("s1", 10, R"("visitorId":"jon")", R"(,"id":"o-1")");
  EXPECT_EQ(told(), "1/10");
}

TEST_F(Counting, AnErasedSessionTakesWhatItHasCountedWithIt) {
  declare();
  buy("s1", 10);
  buy("s2", 5);
  buy("s1", 3);
  forget("s1");
  EXPECT_EQ(told(), "1/5");
  restart();
  EXPECT_EQ(told(), "1/5");
  forget("s2");
  EXPECT_EQ(told(), "0/0");
}

TEST_F(Counting, OutlivesTheSession) {
  declare();
  buy("s1", 10);
  for (int day = 0; day < 10; ++day) pass(24h);
  EXPECT_FALSE(world->session("s1"));
  buy("s2", 5);
  EXPECT_EQ(told(), "2/15");
  restart();
  EXPECT_EQ(told(), "2/15");
  const auto record = world->session("@jon");
  EXPECT_EQ(record->counted->all.size(), 2u) << "one of the session, and one of those that have expired";
  forget("s2");
  EXPECT_EQ(told(), "1/10") << "what was folded stays";
}

TEST_F(Counting, ExpiredSessionsAreFoldedIntoOne) {
  declare();
  for (int i = 0; i < 20; ++i) buy("s" + std::to_string(i), i);
  EXPECT_EQ(world->session("@jon")->counted->all.size(), 20u);
  pass(49h);
  EXPECT_EQ(world->session("@jon")->counted->all.size(), 1u);
  EXPECT_EQ(told(), "20/190");
  restart();
  EXPECT_EQ(told(), "20/190");
  pass(24h);
  restart();
  EXPECT_EQ(told(), "20/190");
  EXPECT_EQ(world->session("@jon")->counted->all.size(), 1u);
}

TEST_F(Counting, ASessionThatBeginsAgainIsAnotherOne) {
  declare();
  buy("s1", 10);
  world->clock.advance(49h);
  buy("s1", 5);  // before its earlier session was looked up
  EXPECT_EQ(told(), "2/15");
  forget("s1");
  EXPECT_EQ(told(), "1/10");
  restart();
  EXPECT_EQ(told(), "1/10");
}

TEST_F(Counting, WhatWasCountedBeforeTheVisitorWasSaidComesAlong) {
  declare();
  buy("s1", 10, "");
  EXPECT_EQ(told_of_session("s1"), "1/10");
  view("s1");
  EXPECT_EQ(told(), "1/10");
  restart();
  EXPECT_EQ(told(), "1/10");
  forget("s1");
  EXPECT_EQ(told(), "0/0");
}

TEST_F(Counting, ASessionThatSaysWhomItsBrowserRemembersIsCountedOnce) {
  declare();
  buy("s1", 1, R"("anonymousId":"a","visitorId":"jon")");
  buy("s2", 5, R"("anonymousId":"a")");
  EXPECT_EQ(told(), "2/6");
  world->tenant({}, {R"({"triggers":["t"],"when":{"all":[{"ever":"orders","count":{"atLeast":3}}]},)"
                     R"("action":{"type":"x"}})"});
  const auto got = world->resolve(R"({"sessionId":"s2","anonymousId":"a","visitorId":"jon","trigger":"t"})");
  EXPECT_EQ(got->verdict.outcome, rules::Outcome::kNone);
  view("s2");
  EXPECT_EQ(told(), "2/6");
  forget("s2");
  EXPECT_EQ(told(), "1/1");
}

TEST_F(Counting, ABrowserBringsWhatItHasCounted) {
  declare();
  buy("s1", 10, R"("anonymousId":"a")");
  buy("s2", 5, R"("anonymousId":"a")");
  buy("s3", 1);
  buy("s2", 7, R"("anonymousId":"a","visitorId":"jon")");
  EXPECT_EQ(told(), "4/23");
  restart();
  EXPECT_EQ(told(), "4/23");
  forget("s2");
  EXPECT_EQ(told(), "2/11");
  forget("s1");
  EXPECT_EQ(told(), "1/1");
}

TEST_F(Counting, JoinsAreUnionsAndSplitsTakeThemApart) {
  declare();
  buy("s1", 10);
  buy("s2", 5, R"("visitorId":"mary")");
  pass(49h);
  buy("s3", 3, R"("visitorId":"mary")");
  alias("jon", "mary");
  EXPECT_EQ(told("jon"), "3/18");
  EXPECT_EQ(told("mary"), "3/18");
  restart();
  part("mary");
  EXPECT_EQ(told("jon"), "1/10");
  EXPECT_EQ(told("mary"), "2/8");
}

TEST_F(Counting, WithBasicConsentNothingIsCounted) {
  declare();
  buy("s1", 10);
  buy("s2", 5);
  ASSERT_TRUE(world->append(R"({"sessionId":"s1","consent":"basic","signals":[{"type":"view"}]})"));
  EXPECT_EQ(told(), "1/5");
  EXPECT_EQ(told_of_session("s1"), "0/0");
  ASSERT_TRUE(world->append(
      R"({"sessionId":"s3","consent":"basic","visitorId":"jon","signals":[{"type":"purchase","metadata":{"amount":1}}]})"));
  EXPECT_EQ(told(), "1/5");
  restart();
  EXPECT_EQ(told(), "1/5");
}

TEST_F(Counting, IsFilledFromTheJournal) {
  buy("s1", 10);
  buy("s2", 5, "");
  buy("s3", 2, R"("visitorId":"mary")");
  buy("s4", 1);
  forget("s4");
  declare();
  EXPECT_FALSE(counter().filled_to);
  EXPECT_EQ(told(), "1/10");
  EXPECT_EQ(told("mary"), "1/2");
  EXPECT_EQ(told_of_session("s2"), "1/5");
  buy("s1", 3);
  EXPECT_EQ(told(), "2/13");
  restart();
  EXPECT_FALSE(counter().filled_to);
  EXPECT_EQ(told(), "2/13");
  forget("s1");
  EXPECT_EQ(told(), "0/0");
}

TEST_F(Counting, IsFilledTheSameWhateverComesMeanwhile) {
  for (int i = 0; i < 600; ++i) buy("s" + std::to_string(i), 1, "\"visitorId\":\"v" + std::to_string(i % 7) + "\"");
  Issues issues;
  const rules::Counter read =
      rules::read_counter(json::parse(R"({"key":"purchase","field":"amount"})")->root(), system_zones(), issues);
  ASSERT_FALSE(world->plan([&](Draft& draft) {
    draft.declare_counter(kCountingShop, "orders", read, kCountingFrom);
    return std::nullopt;
  }));
  EXPECT_TRUE(counter().filled_to);
  // Between its steps: signals, erasures, a restart and a failed commit.
  buy("s0", 5, R"("visitorId":"v0")");
  buy("s599", 5, "\"visitorId\":\"v" + std::to_string(599 % 7) + "\"");
  restart();
  world->commit.next = CommitFault::kBusy;
  world->committer.turn(true);
  forget("s598");
  pass(2s, 50);
  ASSERT_FALSE(counter().filled_to);
  std::uint64_t count = 0;
  std::int64_t units = 0;
  for (int i = 0; i < 7; ++i) {
    count += of("v" + std::to_string(i)).count;
    units += of("v" + std::to_string(i)).units;
  }
  EXPECT_EQ(count, 601u);
  EXPECT_EQ(units, 609);
}

TEST_F(Counting, ADefinitionThatChangesIsFilledAnew) {
  buy("s1", 10);
  declare();
  buy("s1", 50);
  EXPECT_EQ(told(), "2/60");
  const std::uint64_t before = counter().id;
  declare(R"({"key":"purchase","field":"amount","meta":{"amount":{"atLeast":20}}})");
  EXPECT_NE(counter().id, before);
  EXPECT_EQ(told(), "1/50");
  buy("s1", 30);
  EXPECT_EQ(told(), "2/80");
  EXPECT_TRUE(world->session("@jon")->counted->of(before).empty()) << "what the old one has counted is gone";
}

TEST_F(Counting, IsChangedOrDeletedWhileItIsFilled) {
  for (int i = 0; i < 600; ++i) buy("s" + std::to_string(i), 1, "");
  const auto begin = [&](const std::string& json) {
    Issues issues;
    const rules::Counter read = rules::read_counter(json::parse(json)->root(), system_zones(), issues);
    ASSERT_FALSE(world->plan([&](Draft& draft) {
      draft.declare_counter(kCountingShop, "orders", read, kCountingFrom);
      return std::nullopt;
    }));
    ASSERT_TRUE(counter().filled_to) << "it is being filled";
  };
  begin(R"({"key":"view"})");
  begin(R"({"key":"purchase"})");
  const std::uint64_t second = counter().id;
  ASSERT_FALSE(world->plan([&](Draft& draft) {
    auto longer = *draft.find_counter(kCountingShop, "orders");
    longer.keep = 24h * 90;
    draft.put_counter(kCountingShop, "orders", longer);
    return std::nullopt;
  }));
  pass(1s);
  EXPECT_EQ(counter().id, second);
  EXPECT_EQ(counter().keep, 24h * 90);
  EXPECT_FALSE(counter().filled_to);
  begin(R"({"key":"view"})");
  ASSERT_FALSE(world->plan([&](Draft& draft) {
    draft.put_counter(kCountingShop, "orders", std::nullopt);
    return std::nullopt;
  }));
  pass(1s);
  EXPECT_FALSE(world->tenants.known("demo")->traits->counters().contains("orders"));
}

TEST_F(Counting, SeveralAreFilledAtOnce) {
  for (int i = 0; i < 300; ++i) buy("s" + std::to_string(i), 1, "");
  declare(R"({"key":"purchase","field":"amount"})", "orders");
  declare(R"({"key":["purchase","view"]})", "all");
  view("s0", R"("visitorId":"jon")");
  pass(1s);
  EXPECT_FALSE(counter("orders").filled_to);
  EXPECT_FALSE(counter("all").filled_to);
  EXPECT_EQ(told(), "1/1");
  EXPECT_EQ(told("jon", "all"), "2/0");
}

TEST_F(Counting, TheVisitorIsKeptAsLongAsTheCounter) {
  declare(R"({"key":"purchase","keep":"100d"})");
  buy("s1", 10);
  for (int day = 0; day < 99; ++day) pass(24h, 5);
  EXPECT_EQ(of().count, 1u);
  for (int day = 0; day < 2; ++day) pass(24h);
  EXPECT_FALSE(world->session("@jon"));
}

// In any order of events, with and without restarts, the totals match the remaining signals.
TEST_F(Counting, RandomLivesComeToWhatTheirSignalsSay) {
  for (unsigned seed = 1; seed <= 12; ++seed) {
    std::mt19937 random(seed);
    world.reset();
    store = std::make_unique<store::MemoryStore>();
    begin(kCountingFrom);
    const auto upto = [&](unsigned n) { return random() % n; };
    std::map<std::string, std::pair<std::string, std::vector<int>>> sessions;  // by id: visitor and amounts
    bool declared = false, joined = false;
    for (int step = 0; step < 80; ++step) {
      const std::string session = "s" + std::to_string(upto(8));
      switch (upto(12)) {
        case 0:
          if (!declared) declare();
          declared = true;
          break;
        case 1: restart(); break;
        case 2:
          forget(session);
          sessions.erase(session);
          break;
        case 3: alias("v0", "v1"), joined = true; break;
        case 4:
          if (joined) part("v1");
          joined = false;
          break;
        default: {
          auto& [visitor, amounts] = sessions[session];
          if (visitor.empty() && upto(2) == 0) visitor = "v" + std::to_string(upto(3));
          const int amount = static_cast<int>(upto(100));
          buy(session, amount, visitor.empty() ? "" : "\"visitorId\":\"" + visitor + "\"");
          amounts.push_back(amount);
        }
      }
      world->clock.advance(2min);
    }
    if (!declared) declare();
    pass(1s);
    const auto wanted = [&](std::initializer_list<std::string> ids) {
      std::size_t count = 0;
      int sum = 0;
      for (const auto& [id, session] : sessions) {
        if (std::ranges::find(ids, session.first) == ids.end()) continue;
        count += session.second.size();
        for (const int amount : session.second) sum += amount;
      }
      return std::to_string(count) + "/" + std::to_string(sum);
    };
    for (int again = 0; again < 2; ++again) {
      EXPECT_EQ(told("v0"), joined ? wanted({"v0", "v1"}) : wanted({"v0"})) << "seed " << seed;
      EXPECT_EQ(told("v1"), joined ? wanted({"v0", "v1"}) : wanted({"v1"})) << "seed " << seed;
      EXPECT_EQ(told("v2"), wanted({"v2"})) << "seed " << seed;
      for (const auto& [id, session] : sessions)
        EXPECT_EQ(told_of_session(id),
                  std::to_string(session.second.size()) + "/" +
                      std::to_string(std::accumulate(session.second.begin(), session.second.end(), 0)))
            << "seed " << seed;
      restart();
    }
  }
}

}  // namespace
}  // namespace beckon::commit
