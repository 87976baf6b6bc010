// Sticky arms: a visitor keeps the first one, whatever happens to their ids and the rule's weights.
#include <gtest/gtest.h>

#include <set>

#include "commit/visitor.h"
#include "intake/testing/due_world.h"

namespace beckon::intake {
namespace {

using namespace std::chrono_literals;

const Instant kNoon = *parse_rfc3339("2026-11-01T12:00:00Z");

// A rule with arms a and b, and additional members of its split.
std::string with_arms(int a, int b, std::string_view more = "") {
  return R"({"triggers":["t"],"when":{},"split":{"arms":{"a":)" + std::to_string(a) + R"(,"b":)" + std::to_string(b) +
         "}" + std::string(more) +
         R"(},"actions":{"a":{"type":"popup"},"b":{"type":"banner"}},"goal":{"key":"purchase","within":"1h"}})";
}

class Arms : public testing::Test {
 protected:
  static std::string who(const std::string& visitor) { return R"(,"visitorId":")" + visitor + "\""; }
  std::string ask(const std::string& session, const std::string& as = "") {
    const auto got = world.resolve(R"({"sessionId":")" + session + R"(","trigger":"t")" + as + "}");
    EXPECT_TRUE(got) << got.error().message;
    return got->verdict.outcome == rules::Outcome::kHoldout ? "holdout" : std::string(got->verdict.variant);
  }
  void say(const std::string& session, const std::string& type = "view", const std::string& as = "") {
    ASSERT_TRUE(world.append(R"({"sessionId":")" + session + R"(","signals":[{"type":")" + type + "\"}]" + as + "}"));
  }
  void rules(const std::string& text) { world.tenant({}, {text}); }
  std::int64_t counted(commit::Metric metric) {
    std::int64_t sum = 0;
    const auto rows =
        store.analytics().tallies({.handle = Handle{"demo"}, .since = kNoon - 24h, .until = kNoon + 24h}, 100).value();
    for (const auto& [key, counts] : rows)
      if (!key.rule.empty()) sum += counts[static_cast<std::size_t>(metric)];
    return sum;
  }
  std::int64_t mixed() { return counted(commit::Metric::kAsked); }

  store::MemoryStore store;
  World world{store, kNoon};
};

TEST_F(Arms, StayWhenWeightsChangeInNewSessionsAndAfterARestart) {
  rules(with_arms(1, 0));
  EXPECT_EQ(ask("one", who("jon")), "a");
  rules(with_arms(0, 1));
  EXPECT_EQ(ask("one"), "a");
  EXPECT_EQ(ask("two", who("jon")), "a");
  EXPECT_EQ(ask("other", who("ann")), "b");
  World again{store, kNoon + 1h};
  again.tenant({}, {with_arms(0, 1)});
  EXPECT_EQ(again.resolve(R"({"sessionId":"three","visitorId":"jon","trigger":"t"})")->verdict.variant, "a");
}

TEST_F(Arms, StayAsTheVisitorIsIdentified) {
  rules(with_arms(1, 0));
  EXPECT_EQ(ask("nobody"), "a");
  EXPECT_EQ(ask("browser", R"(,"anonymousId":"a-1")"), "a");
  rules(with_arms(0, 1));
  say("nobody", "login", who("jon"));
  EXPECT_EQ(ask("nobody"), "a");
  EXPECT_EQ(ask("jons", who("jon")), "a");
  say("later", "login", R"(,"anonymousId":"a-1")" + who("ann"));
  EXPECT_EQ(ask("later"), "a");
  EXPECT_EQ(ask("anns", who("ann")), "a");
}

TEST_F(Arms, OfAVisitorGoByTheIdThatWasSeenFirst) {
  rules(with_arms(50, 50));
  for (int i = 0; i < 20; ++i) {
    const std::string id = std::to_string(i), known = who("jon" + id), device = R"(,"anonymousId":"a-)" + id + "\"";
    const auto prefetched = [&](const std::string& session, const std::string& as) {
      const auto got = world.prefetch(R"({"sessionId":")" + session + R"(","trigger":"t")" + as + "}");
      return std::string(got->decisions.front().verdict.variant);
    };
    say("before" + id, "view", device);
    const std::string before = prefetched("before" + id, "");
    world.clock.advance(1s);
    say("after" + id, "login", device + known);
    EXPECT_EQ(prefetched("after" + id, ""), before);
    EXPECT_EQ(prefetched("phone" + id, known), before) << "a session that has just begun";
  }
}

TEST_F(Arms, StayUntilTheyAreRemovedOrTheSaltChanges) {
  rules(with_arms(1, 0));
  EXPECT_EQ(ask("one", who("jon")), "a");
  rules(with_arms(0, 1, R"(,"salt":"new")"));
  EXPECT_EQ(ask("one"), "b");
  rules(R"({"triggers":["t"],"when":{},"split":{"arms":{"b":1,"c":0}},"actions":{"b":{"type":"x"},"c":{"type":"x"}}})");
  EXPECT_EQ(ask("two", who("jon")), "b");
  rules(with_arms(0, 1));
  EXPECT_EQ(ask("three", who("jon")), "a") << "what was given first is there again";
}

TEST_F(Arms, KeepTheControlGroupAsItIs) {
  rules(with_arms(1, 0, R"(,"holdout":100)"));
  EXPECT_EQ(ask("one", who("jon")), "holdout");
  rules(with_arms(1, 0, R"(,"holdout":0.01)"));
  EXPECT_EQ(ask("two", who("jon")), "holdout");
  EXPECT_EQ(ask("three", who("ann")), "a");
  rules(with_arms(1, 0, R"(,"holdout":100)"));
  EXPECT_EQ(ask("four", who("ann")), "a");
  rules(with_arms(1, 0));
  EXPECT_EQ(ask("five", who("jon")), "a") << "there is no control group any more";
}

TEST_F(Arms, AreGivenAnewWhereTheyAreNotToStay) {
  rules(with_arms(1, 0, R"(,"sticky":false)"));
  EXPECT_EQ(ask("one", who("jon")), "a");
  EXPECT_TRUE(world.session("one")->spends.empty());
  rules(with_arms(0, 1, R"(,"sticky":false)"));
  EXPECT_EQ(ask("one"), "b");
}

TEST_F(Arms, OfASessionAreItsOwn) {
  rules(with_arms(1, 0, R"(,"unit":"session")"));
  EXPECT_EQ(ask("one", who("jon")), "a");
  rules(with_arms(0, 1, R"(,"unit":"session")"));
  EXPECT_EQ(ask("one"), "a");
  EXPECT_EQ(ask("two", who("jon")), "b");
  say("three", "view", who("jon"));
  EXPECT_EQ(mixed(), 0);
}

std::string device(const std::string& anonymous) { return R"(,"anonymousId":")" + anonymous + "\""; }

TEST_F(Arms, OfADeviceStayAtALoginAndInItsNewSessions) {
  rules(with_arms(1, 0, R"(,"unit":"device")"));
  EXPECT_EQ(ask("nobody", device("a-1")), "a");
  EXPECT_EQ(ask("jons", device("a-2") + who("jon")), "a");
  say("anns", "view", device("a-3") + who("ann"));
  EXPECT_EQ(ask("anns"), "a") << "the session keeps its device";
  rules(with_arms(0, 1, R"(,"unit":"device")"));
  say("nobody", "login", who("jon"));
  EXPECT_EQ(ask("nobody"), "a");
  EXPECT_EQ(ask("more", device("a-1") + who("jon")), "a");
  EXPECT_EQ(ask("anns"), "a");
  EXPECT_EQ(ask("phone", device("a-4") + who("jon")), "b") << "another device of the visitor";
  EXPECT_EQ(ask("server", who("jon")), "b") << "without a device by the session";
  EXPECT_EQ(ask("server"), "b");
  EXPECT_EQ(mixed(), 0);
  World again{store, kNoon + 1h};
  again.tenant({}, {with_arms(0, 1, R"(,"unit":"device")")});
  for (const char* session : {"nobody", "jons", "more", "anns"})
    EXPECT_EQ(again.resolve(R"({"trigger":"t","sessionId":")" + std::string(session) + "\"}")->verdict.variant, "a");
}

TEST_F(Arms, OfADeviceAreTheSameForWhoeverUsesIt) {
  rules(with_arms(50, 50, R"(,"unit":"device","sticky":false)"));
  std::set<std::string> arms;
  for (int i = 0; i < 20; ++i) {
    const std::string id = std::to_string(i), it = device("a-" + id);
    const std::string given = ask("nobody" + id, it);
    arms.insert(given);
    EXPECT_EQ(ask("nobody" + id, it + who("jon" + id)), given);
    EXPECT_EQ(ask("next" + id, it + who("ann" + id)), given);
    EXPECT_EQ(ask("next" + id, device("b-" + id)), given) << "the first device of a session is its device";
  }
  EXPECT_EQ(arms.size(), 2u);
}

TEST_F(Arms, OfADeviceAreRememberedWithItsVisitor) {
  rules(with_arms(1, 0, R"(,"unit":"device")"));
  EXPECT_EQ(ask("jons", device("a-1") + who("jon")), "a");
  rules(with_arms(0, 1, R"(,"unit":"device")"));
  EXPECT_EQ(ask("anns", device("a-1") + who("ann")), "b");
  EXPECT_EQ(ask("more", device("a-1") + who("jon")), "a");
}

TEST_F(Arms, AreGivenAgainIfTheUnitChanges) {
  rules(with_arms(1, 0));
  EXPECT_EQ(ask("one", device("a-1") + who("jon")), "a");
  rules(with_arms(0, 1, R"(,"unit":"device")"));
  EXPECT_EQ(ask("one"), "b");
  rules(with_arms(0, 1));
  EXPECT_EQ(ask("one"), "a") << "each unit has its own";
}

TEST_F(Arms, OfADeviceAreReproducedFromTheJournalAlone) {
  rules(with_arms(50, 50, R"(,"unit":"device","sticky":false)"));
  std::vector<std::string> before;
  for (int i = 0; i < 20; ++i)
    before.push_back(ask("s" + std::to_string(i), device("a-" + std::to_string(i)) + who("jon")));
  World again{store, kNoon + 1h};
  again.tenant({}, {with_arms(50, 50, R"(,"unit":"device","sticky":false)")});
  for (std::size_t i = 0; i < before.size(); ++i) {
    const std::string session = "s" + std::to_string(i);
    EXPECT_EQ(again.session(session)->browser(), "a-" + std::to_string(i));
    EXPECT_EQ(again.resolve(R"({"trigger":"t","sessionId":")" + session + "\"}")->verdict.variant, before[i]);
  }
}

TEST_F(Arms, OfTwoThatJoinTheFirstIsKeptAndTheyAreCountedAsMixed) {
  rules(with_arms(1, 0));
  EXPECT_EQ(ask("one", who("jon")), "a");
  world.clock.advance(1s);
  rules(with_arms(0, 1));
  EXPECT_EQ(ask("two", who("crm-17")), "b");
  EXPECT_EQ(mixed(), 0);
  const auto alias = [&] {
    ASSERT_FALSE(world.plan([&](commit::Draft& draft) {
      return commit::join(draft, Handle{"demo"}, VisitorId{"crm-17"}, VisitorId{"jon"}, draft.now() + 240h);
    }));
  };
  alias();
  EXPECT_EQ(mixed(), 1);
  EXPECT_EQ(ask("two"), "a");
  EXPECT_EQ(ask("three", who("crm-17")), "a");
  alias();
  EXPECT_EQ(mixed(), 1);
  ASSERT_FALSE(
      world.plan([&](commit::Draft& draft) { return commit::split(draft, Handle{"demo"}, {VisitorId{"jon"}}); }));
  EXPECT_EQ(mixed(), 0);
  EXPECT_EQ(ask("two"), "b");
}

TEST_F(Arms, OfVisitorsWithTwoAreCountedWithWhatTheseContribute) {
  const auto parts = [&] {
    return std::pair{counted(commit::Metric::kMixed), counted(commit::Metric::kMixedConverted)};
  };
  const auto join = [&] {
    ASSERT_FALSE(world.plan([&](commit::Draft& draft) {
      return commit::join(draft, Handle{"demo"}, VisitorId{"crm-17"}, VisitorId{"jon"}, draft.now() + 240h);
    }));
  };
  const auto split = [&] {
    ASSERT_FALSE(
        world.plan([&](commit::Draft& draft) { return commit::split(draft, Handle{"demo"}, {VisitorId{"jon"}}); }));
  };
  rules(with_arms(1, 0));
  EXPECT_EQ(ask("one", who("jon")), "a");
  EXPECT_EQ(ask("other", who("ann")), "a");
  world.clock.advance(1s);
  rules(with_arms(0, 1));
  EXPECT_EQ(ask("two", who("crm-17")), "b");
  world.clock.advance(1s);
  say("one", "purchase");
  say("other", "purchase");
  EXPECT_EQ(parts(), (std::pair<std::int64_t, std::int64_t>{0, 0}));
  join();
  EXPECT_EQ(parts(), (std::pair<std::int64_t, std::int64_t>{2, 1}));
  world.clock.advance(1s);
  EXPECT_EQ(ask("three", who("jon")), "a");
  EXPECT_EQ(parts(), (std::pair<std::int64_t, std::int64_t>{3, 1})) << "a decision after the join";
  world.clock.advance(1s);
  say("two", "purchase");
  say("other", "view");
  EXPECT_EQ(parts(), (std::pair<std::int64_t, std::int64_t>{3, 2}));
  EXPECT_EQ(counted(commit::Metric::kActed), 4);
  EXPECT_EQ(counted(commit::Metric::kConverted), 3);
  split();
  EXPECT_EQ(parts(), (std::pair<std::int64_t, std::int64_t>{0, 0}));
  join();
  EXPECT_EQ(parts(), (std::pair<std::int64_t, std::int64_t>{3, 2}));
  split();
  world.clock.advance(26h);
  join();
  EXPECT_EQ(parts(), (std::pair<std::int64_t, std::int64_t>{0, 0})) << "the goal is settled";
}

TEST_F(Arms, OfASessionThatJoinsWithAnotherOneAreCountedAsMixed) {
  rules(with_arms(1, 0));
  EXPECT_EQ(ask("nobody"), "a");
  world.clock.advance(1s);
  rules(with_arms(0, 1));
  EXPECT_EQ(ask("jons", who("jon")), "b");
  say("nobody", "login", who("jon"));
  EXPECT_EQ(mixed(), 1);
  EXPECT_EQ(ask("jons"), "a");
  say("more", "view", who("jon"));
  EXPECT_EQ(mixed(), 1);
}

TEST_F(Arms, OfAPrefetchStayOnceItIsShown) {
  rules(with_arms(1, 0));
  say("one", "view", who("jon"));
  const std::string id = world.prefetch(R"({"sessionId":"one","trigger":"t"})")->decisions.front().id;
  EXPECT_TRUE(world.session("@jon")->spends.empty());
  say("one", R"(decision.shown","signalValue":")" + id);
  EXPECT_EQ(world.session("@jon")->spends.size(), 1u);
  rules(with_arms(0, 1));
  EXPECT_EQ(ask("two", who("jon")), "a");
}

TEST_F(Arms, OfAShadowRuleStayToo) {
  const auto shadow = [](int a, int b) {
    std::string text = with_arms(a, b);
    return text.insert(1, R"("status":"shadow",)");
  };
  const auto given = [&](const std::string& session) {
    const auto got = world.resolve(R"({"sessionId":")" + session + R"(","visitorId":"jon","trigger":"t"})");
    return std::string(got->verdict.beside.at(0).variant);
  };
  rules(shadow(1, 0));
  EXPECT_EQ(given("one"), "a");
  rules(shadow(0, 1));
  EXPECT_EQ(given("two"), "a");
  rules(with_arms(0, 1));
  EXPECT_EQ(ask("three", who("jon")), "b") << "what it would have done binds it to nothing";
}

TEST_F(Arms, AreGivenByNameAndThenNothingIsCounted) {
  rules(with_arms(1, 0, R"(,"force":{"jon@x":"b"})"));
  EXPECT_EQ(ask("one", who("jon@x")), "b");
  EXPECT_EQ(ask("one"), "b");
  EXPECT_EQ(counted(commit::Metric::kActed), 0);
  world.clock.advance(1s);
  say("one", "purchase");
  say("one", R"(decision.shown","signalValue":")" + ledger::past_decisions(world.session("one")->decisions)[0].id);
  EXPECT_EQ(counted(commit::Metric::kConverted), 0);
  EXPECT_EQ(counted(commit::Metric::kShown), 0);
  EXPECT_TRUE(world.session("@jon@x")->spends.empty());
  EXPECT_EQ(ask("two", who("ann")), "a");
  EXPECT_EQ(counted(commit::Metric::kActed), 1);
  rules(with_arms(1, 0));
  EXPECT_EQ(ask("one"), "a") << "nothing of it stays";
}

TEST_F(Arms, AreRememberedAmongTheNewestSpends) {
  const std::string capped =
      R"({"triggers":["u"],"when":{},"limit":{"caps":[{"max":1000,"per":"1d"}]},"action":{"type":"x"}})";
  world.tenant({}, {with_arms(1, 0), capped});
  EXPECT_EQ(ask("one", who("jon")), "a");
  world.tenant({}, {with_arms(0, 1), capped});
  const auto spend = [&] {
    world.clock.advance(1ms);
    return world.resolve(R"({"sessionId":"one","trigger":"u"})")->verdict.outcome == rules::Outcome::kAct;
  };
  for (std::size_t i = 1; i < ledger::kSpendsKept; ++i) ASSERT_TRUE(spend());
  EXPECT_EQ(ask("two", who("jon")), "a");
  ASSERT_TRUE(spend());
  EXPECT_EQ(ask("two"), "b");
}

TEST_F(Arms, OfARuleSavedBeforeUnitsGoByTheFirstUnitOfTheSession) {
  rules::StoredRules stored{.version = 1};
  stored.rules.push_back({RuleId{"r1"}, with_arms(50, 50), 1, kNoon});
  const auto as_it_was = [&] {
    auto compiled = rules::RuleSet::compile(stored, system_zones());
    world.tenants.put(std::make_shared<const commit::Tenant>(commit::Tenant{
        .handle = Handle{"demo"}, .rules = std::make_shared<const rules::RuleSet>(std::move(*compiled))}));
  };
  as_it_was();
  int differ = 0;
  for (int i = 0; i < 30; ++i) {
    const std::string id = std::to_string(i), theirs = ask("jons" + id, who("jon" + id));
    EXPECT_EQ(ask("more" + id, who("jon" + id)), theirs);
    const std::string alone = ask("alone" + id);
    say("alone" + id, "login", who("jon" + id));
    EXPECT_EQ(ask("alone" + id), alone);
    differ += alone == theirs ? 0 : 1;
  }
  EXPECT_GT(differ, 3) << "a session that began before its visitor was known goes by itself";
  EXPECT_TRUE(world.session("@jon0")->spends.empty());
}

TEST_F(Arms, OfDelayedRulesStay) {
  DueWorld due{kNoon};
  const auto save = [&](int a, int b) {
    due.save(
        "rescue",
        R"({"triggers":["@due"],"when":{"all":[{"absent":{"key":"purchase"},"after":{"key":"cart"},"for":"30m"}]},)"
        R"("split":{"arms":{"a":)" +
            std::to_string(a) + R"(,"b":)" + std::to_string(b) +
            R"(}},"actions":{"a":{"type":"x"},"b":{"type":"y"}}})");
  };
  save(1, 0);
  ASSERT_TRUE(due.append("one", R"({"type":"cart"})", R"(,"visitorId":"jon")"));
  due.pass(1h);
  save(0, 1);
  due.restart();
  ASSERT_TRUE(due.append("two", R"({"type":"cart"})", R"(,"visitorId":"jon")"));
  due.pass(1h);
  ASSERT_EQ(due.decisions("two").size(), 1u);
  EXPECT_EQ(due.decisions("two")[0].variant, "a");
}

}  // namespace
}  // namespace beckon::intake
