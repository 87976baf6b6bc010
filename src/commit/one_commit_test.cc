// A signal, a decision and the resulting deliveries are one commit: whatever is written or refused, the store never has
// one without the others.
#include <gtest/gtest.h>

#include <set>

#include "intake/testing/world.h"

namespace beckon::commit {
namespace {

const Instant kNow = *parse_rfc3339("2026-11-01T12:00:00Z");
const Handle kDemo{"demo"};
const SubscriptionId kHook{"whs_1"};
using Facts = std::multiset<std::string>;  // causes, as in events

// The facts in the journal that the subscription matches.
Facts facts_of(store::MemoryStore& store) {
  Facts facts;
  const auto read = store.ledger().read_journal(0, [&](ledger::Position, Instant, std::string_view row) {
    ledger::JournalReader reader(row);
    while (const auto item = reader.next()) {
      const auto record = ledger::decode_record(item->bytes);
      if (const auto* append = std::get_if<ledger::AppendRecord>(&*record)) {
        for (const ledger::Signal& signal : append->signals)
          if (signal.key == "cart")
            facts.insert("signal " + std::string(append->session) + " " + std::to_string(signal.version));
      } else if (const auto* decision = std::get_if<ledger::DecisionRecord>(&*record)) {
        const auto decisions = ledger::past_decisions({.bytes = std::string(decision->past), .count = 1});
        for (const auto& past : decisions) facts.insert("decision " + past.id);
      }
    }
    return true;
  });
  EXPECT_TRUE(read);
  return facts;
}

// The deliveries, by the cause in each event.
Facts owed_of(store::MemoryStore& store) {
  Facts owed;
  const auto list = *store.outbox().deliveries(kDemo, kHook, 100'000);
  for (const auto& delivery : list) {
    const auto event = store.outbox().event(kDemo, delivery.event)->value();
    const auto cause = json::parse(event.cause);
    if (const json::Value* signal = cause->root().find("signal"))
      owed.insert("signal " + std::string(signal->find("sessionId")->text()) + " " +
                  std::string(signal->find("version")->text()));
    else
      owed.insert("decision " + std::string(cause->root().find("decision")->text()));
  }
  return owed;
}

class OneCommit : public testing::TestWithParam<std::uint64_t> {};

TEST_P(OneCommit, HoldsSignalsVerdictsAndWhatTheyOwe) {
  store::MemoryStore store;
  ASSERT_TRUE(store.commit().write(
      {.at = kNow,
       .changes = {outbox::Subscription{
           .id = kHook, .handle = kDemo, .event_types = {"signal.cart", "chain.decision.resolved"}}}}));
  std::optional<intake::World> world(std::in_place, store, kNow);
  const std::vector<std::string> rules = {
      R"({"triggers":["checkout"],"when":{"all":[{"seen":{"key":"cart"}}]},"action":{"type":"popup","payload":{}}})"};
  world->tenant({}, rules);
  SeededRandom random{GetParam()};
  const auto below = [&](std::uint64_t n) { return random.next() % n; };
  std::size_t answered = 0, refused = 0;

  for (int round = 0; round < 120; ++round) {
    for (std::uint64_t i = 1 + below(5); i > 0; --i) {
      const std::string session = "s" + std::to_string(below(6));
      if (below(3) == 0) {
        auto request =
            decision::parse_decision(json::parse(R"({"trigger":"checkout","sessionId":")" + session + R"("})")->root(),
                                     world->tenants, "demo", false, world->clock.now());
        world->resolver.resolve(std::move(*request), [&](const auto& got) { ++(got ? answered : refused); });
      } else {
        const std::string key = below(2) ? "cart" : "view";
        auto request = intake::parse_append(
            *json::parse(R"({"sessionId":")" + session + R"(","signals":[{"type":")" + key + R"("},{"type":"cart"}]})"),
            world->tenants, "demo", world->clock.now());
        std::unique_ptr<Work> work = std::make_unique<intake::Append>(
            std::move(*request), world->tokens, [&](const auto&, const auto& got) { ++(got ? answered : refused); });
        world->committer.submit(work);
      }
    }
    if (below(4) == 0) world->commit.next = below(2) ? CommitFault::kFull : CommitFault::kBusy;
    world->committer.turn(true);
    world->clock.advance(Duration{static_cast<std::int64_t>(below(10'000))});
    ASSERT_EQ(facts_of(store), owed_of(store)) << "round " << round;
    if (below(20) == 0) {  // it crashes: what waited is lost, what was committed is there
      const Instant now = world->clock.now();
      world.reset();
      world.emplace(store, now);
      world->tenant({}, rules);
      ASSERT_EQ(facts_of(store), owed_of(store));
    }
  }
  EXPECT_GT(answered, 100u);
  EXPECT_GT(refused, 20u);
  EXPECT_GT(owed_of(store).size(), 100u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, OneCommit, testing::Range<std::uint64_t>(1, 21));

}  // namespace
}  // namespace beckon::commit
