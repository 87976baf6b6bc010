// Expiry: nothing of the session stays in the ledger, and nothing else is lost.
#include <gtest/gtest.h>

#include <algorithm>

#include "commit/outbox_maintenance.h"
#include "intake/testing/world.h"

namespace beckon::commit {
namespace {

using namespace std::chrono_literals;
const Instant kBegin = *parse_rfc3339("2026-11-01T12:00:00Z");
const Handle kHandle{"demo"};

class Expiry : public testing::Test {
 protected:
  Expiry() { begin(kBegin); }
  void begin(Instant now, std::size_t memory = std::size_t{1} << 30) {
    world.reset();
    Housekeeping::Options upkeep;
    upkeep.erase_every = Duration{1};
    upkeep.expired_per_batch = 3;  // so that several are needed
    world.emplace(store, now, memory, upkeep);
    settle_tenants();
  }
  // One handle whose sessions live for two days, and another one with a long retention.
  void settle_tenants(const std::vector<std::string>& rules = {}) {
    HandleSettings settings;
    settings.retention = 48h;
    world->tenant(settings, rules);
    settings.retention = 9000h;
    world->tenants.put(std::make_shared<const Tenant>(
        Tenant{.handle = Handle{"keeper"}, .settings = settings, .rules = std::make_shared<rules::RuleSet>()}));
  }
  void say(const std::string& session, const std::string& more = "") {
    ASSERT_TRUE(world->append("{\"sessionId\":\"" + session + "\"" + more + R"(,"signals":[{"type":"view"}]})"));
  }
  void pass(Duration time, int turns = 100) {
    world->clock.advance(time);
    for (int i = 0; i < turns; ++i) {
      world->clock.advance(1ms);
      world->committer.turn(true);
    }
  }
  bool in_journal(std::string_view what) {
    bool found = false;
    EXPECT_TRUE(store.ledger().read_journal(0, [&](auto, auto, std::string_view bytes) {
      found = found || bytes.find(what) != std::string_view::npos;
      return true;
    }));
    return found;
  }
  void subscribe() {
    outbox::Subscription hook{.id = SubscriptionId{"whs_1"}, .handle = kHandle, .event_types = {"signal.*"}};
    ASSERT_TRUE(store.commit().write({.at = kBegin, .changes = {hook}}));
    world->subscriptions.load(*store.outbox().subscriptions());
  }
  std::vector<outbox::Event> events(std::string_view session) {
    return *store.outbox().events_of(kHandle, SessionId{session}, {}, 100);
  }
  std::optional<Fault> forget(std::string_view visitor, const std::vector<ledger::Joined>& theirs = {}) {
    const VisitorId id{visitor};
    const auto past = *store.ledger().past_sessions_of(kHandle, id);
    return world->plan([&](Draft& draft) {
      const ledger::SessionPtr record = world->session("@" + id.text);
      const std::vector<ledger::SessionPtr> records(record ? 1 : 0, record);
      return draft.forget_visitor(kHandle, records, theirs, "erased", past);
    });
  }

  store::MemoryStore store;
  std::optional<intake::World> world;
};

TEST_F(Expiry, TakesASessionOutOfTheJournalWhateverOtherTenantsKeep) {
  for (int i = 0; i < 10; ++i) say("passing-" + std::to_string(i));
  say("lasting");
  pass(40h);
  say("lasting");
  EXPECT_TRUE(in_journal("passing-7"));
  pass(10h);
  EXPECT_FALSE(in_journal("passing-"));
  EXPECT_TRUE(in_journal("lasting"));
  EXPECT_TRUE(store.ledger().erasures()->empty());
  begin(world->clock.now());
  EXPECT_EQ(world->session("lasting")->version, 2u);
  EXPECT_EQ(world->session("passing-3"), nullptr);
}

TEST_F(Expiry, TakesSessionsThatAreKnownToTheStoreAlone) {
  begin(kBegin, 2000);
  for (int i = 0; i < 20; ++i) say("passing-" + std::to_string(i));
  pass(1s);
  ASSERT_LT(world->sessions.count(), 20u);
  ASSERT_FALSE(store.ledger().snapshots(kHandle, std::nullopt, 100)->empty());
  pass(50h);
  EXPECT_FALSE(in_journal("passing-"));
  EXPECT_TRUE(store.ledger().snapshots(kHandle, std::nullopt, 100)->empty());
  EXPECT_EQ(world->sessions.count(), 0u);
}

TEST_F(Expiry, TakesWhatExpiredWhileNoServerRan) {
  say("passing");
  begin(kBegin + 50h);
  EXPECT_TRUE(in_journal("passing"));
  pass(1s);
  EXPECT_FALSE(in_journal("passing"));
  EXPECT_EQ(world->sessions.count(), 0u);
}

TEST_F(Expiry, LeavesASessionThatHasLivedOnSinceItsSnapshot) {
  begin(kBegin, 1);
  say("s", R"(,"context":{"plan":"pro"})");
  pass(1s);
  ASSERT_NE(*store.ledger().snapshot(kHandle, SessionId{"s"}), std::nullopt);
  begin(kBegin + 40h);
  say("s");
  pass(10h);
  begin(world->clock.now());
  ASSERT_NE(world->session("s"), nullptr);
  EXPECT_EQ(world->session("s")->version, 2u);
  EXPECT_EQ(world->session("s")->context.size(), 1u);
}

TEST_F(Expiry, LeavesANewLifeOfTheSameId) {
  say("s", R"(,"context":{"old":"life"})");
  world->clock.advance(49h);
  say("s", R"(,"context":{"new":"life"})");  // in a commit that also looks for expired sessions
  pass(1s);
  EXPECT_TRUE(in_journal("new"));
  EXPECT_FALSE(in_journal("old"));
  begin(world->clock.now());
  ASSERT_NE(world->session("s"), nullptr);
  EXPECT_EQ(world->session("s")->version, 1u);
  EXPECT_EQ(world->session("s")->context[0].first, "new");
}

TEST_F(Expiry, LeavesWithTheVisitorWhatTheSessionSpent) {
  settle_tenants(
      {R"({"triggers":["t"],"when":{},"limit":{"caps":[{"max":2,"per":"30d"}]},"action":{"type":"popup"}})"});
  const auto ask = [&](const char* session) {
    const auto answer =
        world->resolve(R"({"trigger":"t","visitorId":"v","sessionId":")" + std::string(session) + "\"}");
    EXPECT_TRUE(answer);
  };
  ask("first");
  pass(30h);
  ask("second");
  pass(20h);
  EXPECT_EQ(world->session("first"), nullptr);
  EXPECT_FALSE(in_journal("first"));
  ASSERT_NE(world->session("second"), nullptr);
  begin(world->clock.now());
  ASSERT_NE(world->session("@v"), nullptr);
  EXPECT_EQ(world->session("@v")->spends.size(), 2u);
}

TEST_F(Expiry, OfAVisitorsSessionIsRememberedWhileTheLogHasItsEvents) {
  subscribe();
  say("known", R"(,"visitorId":"v")");
  say("nobodys");
  pass(50h);
  ASSERT_EQ(world->session("known"), nullptr);
  ASSERT_EQ(events("known").size(), 1u);
  const auto past = *store.ledger().past_sessions_of(kHandle, VisitorId{"v"});
  ASSERT_EQ(past.size(), 1u);
  EXPECT_EQ(past[0].id.text, "known");
  EXPECT_EQ(past[0].last, events("known")[0].id);

  EXPECT_FALSE(forget("v"));
  EXPECT_TRUE(events("known").empty());
  EXPECT_EQ(events("nobodys").size(), 1u);
  EXPECT_TRUE(store.ledger().past_sessions_of(kHandle, VisitorId{"v"})->empty());
  const auto told = *store.outbox().deliveries(kHandle, SubscriptionId{"whs_1"}, 10);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(std::ranges::count(told, outbox::DeliveryState::kWithdrawn, &outbox::Delivery::state), 1);
}

TEST_F(Expiry, OfASessionWhoseIdIsSomebodyElsesNowLeavesThemTheirs) {
  subscribe();
  say("kiosk", R"(,"visitorId":"v")");
  pass(50h);
  say("kiosk", R"(,"visitorId":"w")");
  ASSERT_EQ(events("kiosk").size(), 2u);
  EXPECT_FALSE(forget("v"));
  ASSERT_EQ(events("kiosk").size(), 1u);
  EXPECT_NE(events("kiosk")[0].body.find("\"w\""), std::string::npos);
  ASSERT_NE(world->session("kiosk"), nullptr);
  EXPECT_EQ(world->session("kiosk")->visitor.text, "w");
}

TEST_F(Expiry, OfEachLifeOfAnIdIsItsOwnVisitors) {
  subscribe();
  for (const char* visitor : {"v", "w", "v", "", "w"}) {
    if (!events("kiosk").empty()) pass(50h);
    say("kiosk", *visitor ? ",\"visitorId\":\"" + std::string(visitor) + "\"" : "");
  }
  const auto all = events("kiosk");
  ASSERT_EQ(all.size(), 5u);
  const SessionId kiosk{"kiosk"};
  EXPECT_EQ(*store.ledger().past_sessions_of(kHandle, VisitorId{"v"}),
            std::vector({ledger::PastSession{kiosk, all[0].id}, ledger::PastSession{kiosk, all[2].id, all[1].id}}));
  EXPECT_EQ(*store.ledger().end_of_former_lives(kHandle, kiosk), all[3].id) << "one that was nobody's";

  EXPECT_FALSE(forget("w", {{kiosk, world->sessions.digest("demo", "kiosk")}}));
  EXPECT_EQ(world->session("kiosk"), nullptr);
  std::vector<EventId> left;
  for (const outbox::Event& event : events("kiosk")) left.push_back(event.id);
  EXPECT_EQ(left, std::vector({all[0].id, all[2].id, all[3].id}));
  EXPECT_FALSE(forget("v"));
  ASSERT_EQ(events("kiosk").size(), 1u);
  EXPECT_EQ(events("kiosk")[0].id, all[3].id);
}

// Records how much of the journal an erasure reads: the lowest position after which it read.
class WatchedLedger final : public ledger::Ledger {
 public:
  explicit WatchedLedger(ledger::Ledger& real) : real_(real) {}
  std::optional<ledger::Position> least;

  Result<std::optional<ledger::StoredSnapshot>> snapshot(const Handle& h, const SessionId& s) override {
    return real_.snapshot(h, s);
  }
  Result<std::vector<ledger::SessionSummary>> snapshots(const Handle& h, const std::optional<ledger::ListCursor>& b,
                                                        std::size_t n) override {
    return real_.snapshots(h, b, n);
  }
  Result<std::vector<SessionId>> sessions_of(const Handle& h, const VisitorId& v) override {
    return real_.sessions_of(h, v);
  }
  Result<std::vector<SessionId>> own_records(const Handle& h, std::string_view prefix, std::string_view behind,
                                             std::size_t n) override {
    return real_.own_records(h, prefix, behind, n);
  }
  Result<std::vector<ledger::ExpiredSession>> expired(Instant by, std::size_t n) override {
    return real_.expired(by, n);
  }
  Result<std::vector<ledger::PastSession>> past_sessions_of(const Handle& h, const VisitorId& v) override {
    return real_.past_sessions_of(h, v);
  }
  Result<EventId> end_of_former_lives(const Handle& h, const SessionId& s) override {
    return real_.end_of_former_lives(h, s);
  }
  Result<void> read_journal(ledger::Position after,
                            const std::function<bool(ledger::Position, Instant, std::string_view)>& row) override {
    least = std::min(least.value_or(after), after);
    return real_.read_journal(after, row);
  }
  Result<ledger::Position> position_before(Instant at) override { return real_.position_before(at); }
  Result<ledger::Position> checkpoint() override { return real_.checkpoint(); }
  Result<ledger::Position> last_position() override { return real_.last_position(); }
  Result<std::vector<Denial>> denied() override { return real_.denied(); }
  Result<std::vector<Erasure>> erasures() override { return real_.erasures(); }
  Result<std::uint64_t> erasures_waiting() override { return real_.erasures_waiting(); }

 private:
  ledger::Ledger& real_;
};

TEST_F(Expiry, AnErasureReadsTheJournalFromTheFirstRowOfTheSession) {
  for (int i = 0; i < 30; ++i) say("other");
  say("late-comer");
  for (int i = 0; i < 5; ++i) say("other");
  const ledger::Position first = 31;
  begin(kBegin);  // recovered sessions know where they began, too
  world->committer.turn(true);
  say("late-comer", R"(,"consent":"denied")");
  ASSERT_EQ(store.ledger().erasures()->size(), 1u);
  EXPECT_EQ(store.ledger().erasures()->front().since, first);

  WatchedLedger watched(store.ledger());
  Housekeeping upkeep(watched, world->places, {}, 0, 0);
  Draft draft(world->places, world->clock.now(), world->committer.last_position());
  upkeep.plan(draft);
  EXPECT_EQ(watched.least, first - 1);
}

TEST_F(Expiry, AnErasureOfWhatWasNeverSeenReadsNothingOfBefore) {
  for (int i = 0; i < 30; ++i) say("other");
  say("never-seen", R"(,"consent":"denied")");
  ASSERT_EQ(store.ledger().erasures()->size(), 1u);
  EXPECT_EQ(store.ledger().erasures()->front().since, 31u);
}

}  // namespace
}  // namespace beckon::commit
