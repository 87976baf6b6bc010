// Traits in commits: which ones exist, and how long they are kept.
#include "commit/traits.h"

#include <gtest/gtest.h>

#include "commit/visitor.h"
#include "intake/testing/world.h"
#include "intake/trait_request.h"

namespace beckon::commit {
namespace {

using namespace std::chrono_literals;
const Instant kFirstDay = *parse_rfc3339("2026-11-01T12:00:00Z");
const Handle kShop{"demo"};

class TraitsKept : public testing::Test {
 protected:
  TraitsKept() { world.emplace(store, kFirstDay); }

  intake::TraitsTaken say(const std::string& body, const std::string& visitor = "jon") {
    const auto document = json::parse(body);
    Issues issues;
    const auto said = intake::read_traits(document->root(), "", true, issues);
    EXPECT_TRUE(issues.empty());
    intake::TraitsTaken taken;
    EXPECT_FALSE(world->plan([&](Draft& draft) {
      taken = *intake::take_traits(draft, kShop, VisitorId{visitor}, said, {.source = kServerSource});
      return std::nullopt;
    }));
    return taken;
  }
  std::string plan_of(const std::string& visitor = "jon") {
    const auto records = reader_of(world->sessions, kShop, world->clock.now()).records(VisitorId{visitor});
    const auto values = ledger::values_of(ledger::united(traits_of(*records)));
    return values.empty() ? "" : values.front().json;
  }
  void pass(Duration time) {
    world->clock.advance(time);
    for (int i = 0; i < 20; ++i) {
      world->clock.advance(1ms);
      world->committer.turn(true);
    }
  }
  std::size_t rows() {
    std::size_t count = 0;
    EXPECT_TRUE(store.ledger().read_journal(0, [&](auto, auto, std::string_view) { return ++count > 0; }));
    return count;
  }

  store::MemoryStore store;
  std::optional<intake::World> world;
};

TEST_F(TraitsKept, OutliveTheJournal) {
  say(R"({"set":{"plan":"pro"}})");
  for (int day = 0; day < 40; ++day) pass(24h);
  EXPECT_EQ(rows(), 0u) << "its rows are older than the retention";
  EXPECT_EQ(plan_of(), "\"pro\"");
  const Instant now = world->clock.now();
  world.emplace(store, now);
  EXPECT_EQ(plan_of(), "\"pro\"");
}

TEST_F(TraitsKept, GoWhenNothingWasSaidOfTheVisitorForTheVisitorRetention) {
  HandleSettings settings;
  settings.visitor_retention = 48h;
  world->tenant(settings);
  say(R"({"set":{"plan":"pro"}})");
  pass(47h);
  EXPECT_EQ(plan_of(), "\"pro\"");
  ASSERT_TRUE(world->append(R"({"sessionId":"s","visitorId":"jon","signals":[{"type":"view"}]})"));
  for (int day = 0; day < 29; ++day) pass(24h);
  EXPECT_EQ(plan_of(), "\"pro\"") << "a session of the visitor is kept";
  for (int day = 0; day < 3; ++day) pass(24h);
  EXPECT_EQ(plan_of(), "");
}

// {"set":{"FROM0":1,…}} or {"unset":["FROM0",…]} with a hundred members.
std::string hundred(bool set, const std::string& from, const std::string& more = "") {
  std::string names;
  for (int i = 0; i < 100; ++i)
    names += std::string(i == 0 ? "" : ",") + "\"" + from + std::to_string(i) + (set ? "\":1" : "\"");
  return (set ? "{\"set\":{" + names + "}" : "{\"unset\":[" + names + "]") + more + "}";
}

TEST_F(TraitsKept, ThatWereUnsetLeaveRoomForOthers) {
  for (const char* from : {"a", "b", "c", "d"}) {
    EXPECT_EQ(say(hundred(true, from)).refused.size(), 0u) << from;
    EXPECT_EQ(say(R"({"set":{"one_more":1}})").refused.size(), 1u);
    pass(1s);
    EXPECT_EQ(say(hundred(false, from)).applied.size(), 100u);
    pass(1s);
  }
  EXPECT_EQ(say(hundred(false, "never_set")).refused.size(), 0u);
  EXPECT_EQ(say(R"({"set":{"one_more":1}})").applied.size(), 1u);
}

TEST_F(TraitsKept, ThatWereUnsetDoNotComeBackByAnOlderSet) {
  say(R"({"set":{"plan":1}})");
  pass(1min);
  say(R"({"unset":["plan","never_set"]})");
  const auto late = say(R"({"set":{"plan":2,"never_set":2},"at":"2026-11-01T12:00:10Z"})");
  EXPECT_EQ(late.stale.size(), 2u);
  EXPECT_EQ(plan_of(), "");
}

TEST_F(TraitsKept, ThatWereUnsetCountNoBytes) {
  const std::string large(500, 'x');
  for (int round = 0; round < 5; ++round) {
    std::string set, unset;
    for (int i = 0; i < 15; ++i) {
      const std::string name = "\"large" + std::to_string(round) + "_" + std::to_string(i) + "\"";
      set += (i == 0 ? "" : ",") + name + ":\"" + large + "\"";
      unset += (i == 0 ? "" : ",") + name;
    }
    EXPECT_EQ(say("{\"set\":{" + set + "}}").applied.size(), 15u) << round;
    pass(1s);
    say("{\"unset\":[" + unset + "]}");
    pass(1s);
  }
}

TEST_F(TraitsKept, AreLimitedUnderEachIdThoughAnotherHasUnsetThem) {
  say(R"({"set":{"plan":1}})", "jon");
  say(R"({"set":{"plan":1}})", "crm-17");
  EXPECT_FALSE(world->plan(
      [&](Draft& draft) { return join(draft, kShop, VisitorId{"jon"}, VisitorId{"crm-17"}, draft.now() + 24h); }));
  say(R"({"unset":["plan"]})", "jon");
  say(R"({"unset":["plan"]})", "crm-17");
  pass(1s);
  EXPECT_EQ(say(hundred(true, "a"), "jon").applied.size(), 100u);
  pass(1s);
  EXPECT_EQ(say(hundred(false, "a"), "crm-17").applied.size(), 100u);
  pass(1s);
  EXPECT_EQ(say(hundred(true, "b"), "jon").refused.size(), 100u) << "a split would give it 200";
  EXPECT_EQ(say(hundred(true, "b"), "crm-17").applied.size(), 100u);
}

TEST_F(TraitsKept, HaveTheTypeOfTheFirstValueThatIsSaidInTheHandleEvenWithinACommit) {
  const auto document = json::parse(R"({"set":{"plan":"pro"}})"), other = json::parse(R"({"set":{"plan":7}})");
  Issues issues;
  const auto first = intake::read_traits(document->root(), "", true, issues);
  const auto second = intake::read_traits(other->root(), "", true, issues);
  EXPECT_FALSE(world->plan([&](Draft& draft) {
    EXPECT_EQ(intake::take_traits(draft, kShop, VisitorId{"a"}, first, {kServerSource})->applied.size(), 1u);
    EXPECT_EQ(intake::take_traits(draft, kShop, VisitorId{"b"}, second, {kServerSource})->refused.size(), 1u);
    return std::nullopt;
  }));
  const auto table = world->tenants.known("demo")->traits;
  ASSERT_TRUE(table->find("plan"));
  EXPECT_EQ(table->find("plan")->type, TraitType::kText);
  EXPECT_FALSE(table->find("plan")->declared);
  EXPECT_EQ(store.traits().traits(kShop)->size(), 1u);
}

TEST_F(TraitsKept, ARequestThatIsNotStoredLeavesNoTypeBehind) {
  world->commit.next = CommitFault::kFull;
  const auto document = json::parse(R"({"set":{"plan":"pro"}})");
  Issues issues;
  const auto said = intake::read_traits(document->root(), "", true, issues);
  EXPECT_TRUE(world->plan([&](Draft& draft) {
    EXPECT_EQ(intake::take_traits(draft, kShop, VisitorId{"a"}, said, {kServerSource})->applied.size(), 1u);
    return std::nullopt;
  }));
  EXPECT_FALSE(world->tenants.known("demo")->traits->find("plan"));
}

TEST(TraitValues, AreKeptInOneForm) {
  const auto value = [](TraitType type, const std::string& text) {
    const auto document = json::parse(text);
    return trait_value("x", type, document->root()).value_or("refused");
  };
  EXPECT_EQ(value(TraitType::kText, R"("  Jon\u0301 ")"), "\"Jo\u0144\"") << "trimmed, in NFC";
  EXPECT_EQ(value(TraitType::kText, "7"), "refused");
  EXPECT_EQ(value(TraitType::kNumber, "\"49.90\""), "49.9");
  EXPECT_EQ(value(TraitType::kNumber, "1e3"), "1000");
  EXPECT_EQ(value(TraitType::kNumber, "\"1e\""), "refused");
  EXPECT_EQ(value(TraitType::kNumber, "\"\""), "refused");
  EXPECT_EQ(value(TraitType::kNumber, "1000000000000"), "refused");
  EXPECT_EQ(value(TraitType::kBool, "true"), "true");
  EXPECT_EQ(value(TraitType::kBool, "\"true\""), "refused");
  EXPECT_EQ(value(TraitType::kInstant, "\"2026-05-01T12:00:00+02:00\""), "\"2026-05-01T10:00:00Z\"");
  EXPECT_EQ(value(TraitType::kDate, "\"2024-02-29\""), "\"2024-02-29\"");
  EXPECT_EQ(value(TraitType::kDate, "\"2026-02-29\""), "refused");
  EXPECT_EQ(value(TraitType::kDate, "\"2026-2-29\""), "refused");
  EXPECT_EQ(value(TraitType::kList, R"(["b","a","b"])"), R"(["a","b"])");
  EXPECT_EQ(value(TraitType::kList, "[1]"), "refused");
  EXPECT_EQ(value(TraitType::kList, "[]"), "[]");
}

TEST(TraitRanks, ArePageBelowAllOthersOrAsDeclared) {
  TraitDeclaration trait;
  EXPECT_LT(rank_of(trait, kPageSource), rank_of(trait, kServerSource));
  EXPECT_EQ(rank_of(trait, "crm"), rank_of(trait, kServerSource));
  trait.sources = {"crm", "page"};
  EXPECT_GT(rank_of(trait, "crm"), rank_of(trait, "page"));
  EXPECT_GT(rank_of(trait, "page"), rank_of(trait, "server"));
}

TEST(TraitRanks, OfAProvenPageAreThoseOfTheServerUnlessDeclared) {
  TraitDeclaration trait;
  EXPECT_EQ(rank_of(trait, kProvenSource), rank_of(trait, kServerSource));
  trait.sources = {"crm", "server", "page"};
  EXPECT_EQ(rank_of(trait, kProvenSource), rank_of(trait, kServerSource));
  trait.sources = {"page", "crm"};
  EXPECT_EQ(rank_of(trait, kProvenSource), rank_of(trait, kPageSource));
  trait.sources = {"crm"};
  EXPECT_EQ(rank_of(trait, kProvenSource), 0);
  trait.sources = {"crm", "proven", "server"};
  EXPECT_GT(rank_of(trait, kProvenSource), rank_of(trait, kServerSource));
  EXPECT_LT(rank_of(trait, kProvenSource), rank_of(trait, "crm"));
}

}  // namespace
}  // namespace beckon::commit
