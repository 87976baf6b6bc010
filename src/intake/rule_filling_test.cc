// Rules that read new keys: windows are filled with signals that they held before, or would have, and then the rules
// are in force. Against windows of a server in which the rules were in force from the start.
#include "intake/rule_filling.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>

#include "intake/testing/world.h"

namespace beckon::intake {
namespace {

using namespace std::chrono_literals;
const Instant kFillingFrom = *parse_rfc3339("2026-11-01T12:00:00Z");
const Handle kShop{"demo"};

std::string rule_of(const std::string& conditions, const std::string& more = "") {
  return R"({"triggers":["t"],"when":{"all":[)" + conditions + R"(]},"action":{"type":"x"})" + more + "}";
}
const std::string kCarts = rule_of(R"({"count":{"key":"cart"},"atLeast":1})");
const std::string kPurchases = rule_of(R"({"count":{"key":"purchase"},"atLeast":1})", R"(,"priority":9)");
const std::string kAbandoned =
    rule_of(R"({"absent":{"key":"purchase"},"after":{"key":"checkout"},"for":"30m"})", R"(,"priority":5)");
const std::string kViewGoal =
    R"({"triggers":["t"],"when":{},"action":{"type":"x"},"goal":{"key":"view","within":"1h"}})";

// One process; another over the same store is a restart.
struct Server {
  Server(store::MemoryStore& stored, Instant now, std::size_t bytes)
      : world(stored, now, std::size_t{1} << 30, upkeep()),
        store(stored),
        book(world.tenants, world.committer, store.ledger(), [](const Handle&) {}),
        filling(store.ledger(), store.rules(), world.tenants, book, {.least = bytes, .most = bytes}) {
    world.committer.add_maintenance(filling);
    commit::HandleSettings settings;
    settings.retention = 48h;
    settings.session_signals_per_minute = 100'000;
    world.tenants.put(*commit::with_rules({.handle = kShop, .settings = settings}, *store.rules().rules(kShop)));
  }
  static commit::Housekeeping::Options upkeep() {
    commit::Housekeeping::Options options;
    options.erase_every = Duration{1};
    return options;
  }

  // `also`: planned into the same commit, behind the rule.
  void save(const std::string& id, const std::string& text, std::size_t bytes = 1,
            const std::function<void(commit::Draft&)>& also = nullptr) {
    const auto turn = book.turn(kShop);
    const rules::StoredRules before = *store.rules().rules(kShop);
    const std::string json =
        text.empty() ? "" : *rules::check_rule(RuleId{id}, json::parse(text)->root(), system_zones());
    const RuleChange change{.handle = kShop,
                            .by = {"ada"},
                            .action = "rule.put",
                            .target = id,
                            .rule = RuleId{id},
                            .at = world.clock.now()};
    const rules::StoredRules next = with_change(before, RuleId{id}, json, world.clock.now());
    auto planned = PlannedChange::make(change, before, next, {});
    ASSERT_TRUE(planned) << planned.error().message;
    ASSERT_FALSE(world.plan([&](commit::Draft& draft) -> std::optional<Fault> {
      planned->plan(draft, store.ledger(), bytes);
      if (also) also(draft);
      draft.after_commit([&] { EXPECT_TRUE(publish(world.tenants, kShop, {}, *planned)); });
      return std::nullopt;
    }));
  }
  void append(const std::string& session, const std::string& type, const std::string& more = "") {
    const auto answer =
        world.append(R"({"sessionId":")" + session + R"(","signals":[{"type":")" + type + "\"" + more + "}]}");
    ASSERT_TRUE(answer) << answer.error().message;
  }
  AppendRequest request(const std::string& session, const std::string& type) {
    const std::string body = R"({"sessionId":")" + session + R"(","signals":[{"type":")" + type + "\"}]}";
    return *parse_append(*json::parse(body), world.tenants, "demo", world.clock.now());
  }
  void settle() {
    for (int i = 0; i < 20'000 && !world.tenants.known("demo")->filling.empty(); ++i) {
      world.clock.advance(1ms);
      world.committer.turn(true);
    }
    EXPECT_TRUE(world.tenants.known("demo")->filling.empty());
    EXPECT_TRUE(store.rules().rules(kShop)->filling.empty());
  }
  std::string decides(const std::string& session) {
    const auto answer = world.resolve(R"({"sessionId":")" + session + R"(","trigger":"t"})");
    return answer ? std::string(answer->verdict.rule) : answer.error().message;
  }
  // Its signals: versions, keys, metadata, and whether they are read.
  std::string window(const std::string& id) {
    const auto session = world.session(id);
    if (!session || session->expires_at <= world.clock.now()) return "none";
    std::string all;
    for (std::size_t i = 0; i < session->window.size(); ++i) {
      const ledger::Signal signal = session->window[i];
      all += std::to_string(signal.version) + " " + std::string(signal.key) + " " + std::string(signal.metadata) +
             (signal.is_read ? "" : " unread") + "\n";
    }
    return all;
  }

  World world;
  store::MemoryStore& store;
  RuleBook book;
  RuleFilling filling;
};

class Filling : public testing::Test {
 protected:
  Filling() { begin(kFillingFrom); }
  void begin(Instant now, std::size_t bytes = 1) {
    server.reset();
    server.emplace(*store, now, bytes);
  }
  void restart() { begin(server->world.clock.now()); }
  // A purchase, pushed out of its window.
  void scroll_past_a_purchase(const std::string& session = "s") {
    server->append(session, "purchase");
    for (int i = 0; i < 250; ++i) server->append(session, "scroll");
  }

  std::unique_ptr<store::MemoryStore> store = std::make_unique<store::MemoryStore>();
  std::optional<Server> server;
};

TEST_F(Filling, OfAShortJournalIsDoneAsTheRuleIsSaved) {
  scroll_past_a_purchase();
  EXPECT_EQ(server->decides("s"), "");
  server->save("p", kPurchases, PlannedChange::kReadAtOnce);
  EXPECT_TRUE(server->world.tenants.known("demo")->filling.empty());
  EXPECT_EQ(server->decides("s"), "p");
  EXPECT_EQ(server->world.session("s")->window.size(), 200U);
  restart();
  EXPECT_EQ(server->decides("s"), "p");
}

TEST_F(Filling, KeepsTheFormerTextInForceUntilItIsDone) {
  scroll_past_a_purchase();
  server->append("s", "cart");
  server->save("p", kCarts);
  server->settle();
  EXPECT_EQ(server->decides("s"), "p");
  const std::uint64_t version = store->rules().rules(kShop)->version;
  server->save("p", kAbandoned);
  const rules::StoredRules stored = *store->rules().rules(kShop);
  EXPECT_EQ(stored.version, version);
  ASSERT_EQ(stored.filling.size(), 1U);
  EXPECT_EQ(stored.filling[0].actor, "ada");
  EXPECT_GT(stored.filling[0].fill_until, 250U);
  EXPECT_LT(stored.filling[0].share(), 0.5);
  EXPECT_NE(stored.rules[0].json, stored.filling[0].json);
  const rules::StoredRules saved = as_saved(stored);
  EXPECT_EQ(saved.rules[0].json, stored.filling[0].json);
  EXPECT_TRUE(saved.rules[0].filling);
  EXPECT_EQ(server->decides("s"), "p") << "by its former text";
  server->settle();
  EXPECT_EQ(store->rules().rules(kShop)->version, version + 1);
  EXPECT_EQ(store->rules().versions(kShop, version + 2, 1)->at(0).actor, "ada");
  EXPECT_EQ(server->decides("s"), "");
}

TEST_F(Filling, GoesOnAfterARestartAndAfterAFailedCommit) {
  scroll_past_a_purchase();
  server->save("p", kPurchases);
  for (int i = 0; i < 40; ++i) server->world.committer.turn(true);
  const auto done = [&] { return store->rules().rules(kShop)->filling.at(0).filled_to; };
  const auto before = done();
  EXPECT_GT(before, 20U);
  server->world.commit.next = commit::CommitFault::kBusy;
  server->world.committer.turn(true);
  EXPECT_EQ(done(), before);
  restart();
  server->world.committer.turn(true);
  EXPECT_GT(done(), before);
  EXPECT_LT(done(), before + 10);
  server->settle();
  EXPECT_EQ(server->decides("s"), "p");
}

TEST_F(Filling, HasWhatIsStoredInTheSameCommit) {
  for (const std::size_t bytes : {std::size_t{1}, PlannedChange::kReadAtOnce}) {
    store = std::make_unique<store::MemoryStore>();
    begin(kFillingFrom);
    server->append("s", "scroll");
    server->append("s", "scroll");
    std::unique_ptr<commit::Work> before =
        std::make_unique<Append>(server->request("s", "purchase"), server->world.tokens,
                                 [](const auto&, const auto& stored) { EXPECT_TRUE(stored); });
    ASSERT_TRUE(server->world.committer.submit(before));
    const AppendRequest behind = server->request("s", "purchase");
    server->save("p", kPurchases, bytes,
                 [&](commit::Draft& draft) { EXPECT_TRUE(append(draft, behind, server->world.tokens)); });
    server->settle();
    EXPECT_EQ(server->window("s"), "1 scroll  unread\n2 scroll  unread\n3 purchase \n4 purchase \n");
    restart();
    EXPECT_EQ(server->window("s"), "1 scroll  unread\n2 scroll  unread\n3 purchase \n4 purchase \n");
  }
}

TEST_F(Filling, IsDroppedWithItsRule) {
  scroll_past_a_purchase();
  server->save("p", kPurchases);
  server->save("p", "");
  EXPECT_TRUE(store->rules().rules(kShop)->filling.empty());
  EXPECT_FALSE(server->world.tenants.known("demo")->rules->reads("purchase"));
  server->settle();
  EXPECT_EQ(server->decides("s"), "");
  server->append("s", "purchase");
  EXPECT_EQ(server->decides("s"), "");
}

TEST_F(Filling, OfOneRuleDelaysNoOther) {
  scroll_past_a_purchase();
  server->append("s", "cart");
  server->save("c", kCarts);
  server->settle();
  server->save("p", kPurchases);
  server->save("c", rule_of(R"({"count":{"key":"cart"},"atLeast":2})"));
  EXPECT_EQ(server->decides("s"), "") << "in force at once";
  ASSERT_EQ(store->rules().rules(kShop)->filling.size(), 1U);
  server->save("v", kViewGoal);
  ASSERT_EQ(store->rules().rules(kShop)->filling.size(), 2U);
  server->settle();
  EXPECT_EQ(store->rules().rules(kShop)->rules.size(), 3U);
  EXPECT_EQ(server->decides("s"), "p");
}

TEST_F(Filling, PutsNothingBackThatWasErased) {
  scroll_past_a_purchase("erased");
  scroll_past_a_purchase("basic");
  server->world.clock.advance(1min);
  const auto digest = server->world.sessions.digest("demo", "erased");
  ASSERT_FALSE(server->world.plan(
      [&](commit::Draft& draft) { return draft.forget(kShop, SessionId{"erased"}, digest, "erased", std::nullopt); }));
  server->append("erased", "scroll");
  ASSERT_TRUE(server->world.append(R"({"sessionId":"basic","consent":"basic","signals":[{"type":"scroll"}]})"));
  server->save("p", kPurchases);
  server->settle();
  EXPECT_EQ(server->decides("erased"), "");
  EXPECT_EQ(server->world.session("erased")->window.size(), 1U);
  EXPECT_EQ(server->decides("basic"), "p");
}

TEST_F(Filling, WhatARuleWaitsFromStaysBehindAnyNumberOfSignals) {
  server->save("a", kAbandoned);
  server->append("s", "checkout");
  for (int i = 0; i < 60; ++i) server->world.clock.advance(1min), server->append("s", "checkout.step");
  server->save("c", rule_of(R"({"count":{"key":"checkout.*"},"atLeast":999})"));
  server->settle();
  for (int i = 0; i < 400; ++i) server->append("s", "checkout.step");
  EXPECT_EQ(server->world.session("s")->window[0].key, "checkout");
  EXPECT_EQ(server->decides("s"), "a");
  restart();
  EXPECT_EQ(server->decides("s"), "a");
  server->append("s", "purchase");
  server->append("s", "checkout.step");
  EXPECT_EQ(server->decides("s"), "");
  EXPECT_EQ(server->world.session("s")->window[0].key, "checkout.step") << "nothing waits from it any more";
}

// The same life twice: with all rules in force from the start, and saved at some time.
TEST(FillingLives, EndWithTheWindowsOfOneInWhichTheRulesWereInForceFromTheStart) {
  const std::vector<std::string> types{"cart", "purchase", "checkout", "view", "scroll", "scroll", "scroll", "scroll"};
  const std::vector<std::string> rules{kCarts, kPurchases, kAbandoned, kViewGoal};
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    std::mt19937_64 dice(seed);
    const auto up_to = [&](std::size_t most) { return static_cast<std::size_t>(dice() % (most + 1)); };
    const auto store = std::make_unique<store::MemoryStore>(), other = std::make_unique<store::MemoryStore>();
    const std::size_t bytes = seed % 3 == 0 ? 20'000 : 1 + up_to(2'000);
    std::optional<Server> server{std::in_place, *store, kFillingFrom, bytes};
    Server from_the_start(*other, kFillingFrom, bytes);
    for (std::size_t i = 0; i < rules.size(); ++i) from_the_start.save("r" + std::to_string(i), rules[i]);
    from_the_start.settle();
    std::vector<std::size_t> to_save{0, 1, 2, 3};
    std::ranges::shuffle(to_save, dice);
    const std::size_t steps = 1'200 + up_to(800), sessions = 1 + up_to(3);
    for (std::size_t step = 0; step < steps; ++step) {
      const std::string session = "s" + std::to_string(up_to(sessions - 1));
      const auto both = [&](const auto& what) { what(*server), what(from_the_start); };
      if (up_to(400) == 0) {
        both([&](Server& one) {
          ASSERT_FALSE(one.world.plan([&](commit::Draft& draft) {
            return draft.forget(kShop, SessionId{session}, one.world.sessions.digest("demo", session), "",
                                std::nullopt);
          }));
        });
      } else if (up_to(600) == 0) {
        both([&](Server& one) {
          ASSERT_TRUE(
              one.world.append(R"({"sessionId":")" + session + R"(","consent":"basic","signals":[{"type":"view"}]})"));
        });
      } else {
        // Late ones among them.
        const std::string type = types[up_to(types.size() - 1)];
        const std::string age = up_to(6) == 0 ? R"(,"age":)" + std::to_string(up_to(400'000)) : "";
        const std::string metadata = R"(,"metadata":{"n":)" + std::to_string(step) + "}";
        both([&](Server& one) { one.append(session, type, age + metadata); });
      }
      if (!to_save.empty() && step > steps / 2 && up_to(100) == 0) {
        const std::size_t rule = to_save.back();
        to_save.pop_back();
        server->save("r" + std::to_string(rule), rules[rule], up_to(1) == 0 ? bytes : std::size_t{1} << 20);
      }
      if (up_to(50) == 0) server->world.committer.turn(true);
      if (up_to(300) == 0) {
        const Instant now = server->world.clock.now();
        server.emplace(*store, now, bytes);
      }
      const Duration later{up_to(2'000)};
      both([&](Server& one) { one.world.clock.set(std::max(one.world.clock.now(), kFillingFrom) + later); });
      from_the_start.world.clock.set(server->world.clock.now());
    }
    for (const std::size_t rule : to_save) server->save("r" + std::to_string(rule), rules[rule]);
    server->settle();
    for (std::size_t i = 0; i < sessions; ++i) {
      const std::string session = "s" + std::to_string(i);
      EXPECT_EQ(server->window(session), from_the_start.window(session)) << "seed " << seed;
    }
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace beckon::intake
