// The engine against the reference evaluator: the same answer, and no validity claimed that the reference refutes.
// Random cases from a printed seed; BECKON_CASES and BECKON_SEED set how many and which.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "rules/random_rules.h"

namespace beckon::rules {
namespace {

using namespace std::chrono_literals;
using testing::judge;
using testing::kNoon;
using testing::rule_set;

constexpr Duration kTick{1};

class RandomCases {
 public:
  explicit RandomCases(std::uint64_t seed) : dice_(seed) {}

  // One rule set, several worlds, several instants; how many cases that made.
  int run() {
    const std::vector<std::string> rules = random_rules(dice_);
    const RuleSet set = rule_set(rules);
    naive::World world;
    for (const std::string& text : rules) world.rules.push_back(*json::parse(text));
    for (int i = 0; i < 4; ++i) fill(world), ask(set, world);
    return 4 * 5;
  }

  int expired_by_time = 0;

 private:
  void fill(naive::World& world) {
    world.signals.clear();
    const int size = dice_.one_in(200) ? 205 + dice_.upto(20) : dice_.upto(10);
    for (int i = 1; i <= size; ++i) world.signals.push_back(random_signal(dice_, static_cast<std::uint64_t>(i)));
    world.context.clear();
    for (const char* field : {"c", "d"}) {
      if (dice_.one_in(2)) world.context[field] = dice_.of({"x", "y", "q"});
    }
    world.retention = dice_.one_in(3) ? Duration{std::chrono::seconds{15 + dice_.upto(20)}} : testing::kMonth;
  }

  void ask(const RuleSet& set, const naive::World& world) {
    const ledger::Window window = window_of(world, dice_);
    const ledger::Context context(world.context.begin(), world.context.end());
    for (int i = 0; i < 5; ++i) {
      const Instant now = kNoon + std::chrono::seconds{dice_.upto(30) - 10} + Duration{dice_.upto(3) - 1};
      const Facts facts{window, context, now, world.retention};
      const Verdict verdict = set.judge("t", facts);
      expect_naive(verdict, world, now);
      expect_to_stand(set, verdict, world, facts, verdict.expires_at - kTick);
      const auto until = (verdict.expires_at - now).count();
      expect_to_stand(set, verdict, world, facts, now + Duration{dice_.upto(static_cast<int>(std::min<long>(until, 1'000'000)))});
      expect_a_cause(verdict, world, now);
    }
  }

  static void expect_naive(const Verdict& verdict, const naive::World& world, Instant now) {
    const naive::Answer answer = naive::judge(world, "t", now);
    ASSERT_EQ(verdict.rule, answer.rule) << "at " << to_rfc3339(now);
    ASSERT_EQ(verdict.outcome, answer.rule.empty() ? Outcome::kNone : Outcome::kAct);
  }

  static void expect_to_stand(const RuleSet& set, const Verdict& verdict, const naive::World& world, const Facts& facts, Instant later) {
    ASSERT_GT(verdict.expires_at, facts.now);
    const Verdict again = set.judge("t", {facts.window, facts.context, later, facts.retention});
    ASSERT_EQ(again.rule, verdict.rule) << "from " << to_rfc3339(facts.now) << " to " << to_rfc3339(later);
    ASSERT_EQ(again.reading, verdict.reading) << "from " << to_rfc3339(facts.now) << " to " << to_rfc3339(later);
    expect_naive(again, world, later);
  }

  // An expiry that the ttl did not set has a cause: a condition, or what it looks at, changes at that very instant.
  void expect_a_cause(const Verdict& verdict, const naive::World& world, Instant now) {
    Duration ttl = 30s;
    for (const json::Document& document : world.rules) {
      if (document.root().find("ruleId")->text() == verdict.rule) ttl = *parse_duration(document.root().find("ttl")->text());
    }
    ASSERT_LE(verdict.expires_at, now + ttl);
    if (verdict.expires_at == now + ttl) return;
    ++expired_by_time;
    const auto before = naive::picture(world, "t", verdict.expires_at - kTick), after = naive::picture(world, "t", verdict.expires_at);
    const bool comes = std::ranges::any_of(world.signals, [&](const naive::Signal& s) { return s.at == verdict.expires_at; });
    ASSERT_TRUE(before != after || comes) << "nothing changes at " << to_rfc3339(verdict.expires_at);
  }

  Dice dice_;
};

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

TEST(Validity, AgreesWithTheReferenceInRandomCases) {
  const std::uint64_t seed = setting("BECKON_SEED", 20260225), wanted = setting("BECKON_CASES", 100'000);
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
  std::uint64_t done = 0;
  int expired = 0;
  for (std::uint64_t round = 0; done < wanted; ++round) {
    SCOPED_TRACE("BECKON_SEED=" + std::to_string(seed + round) + " BECKON_CASES=1");
    RandomCases cases(seed + round);
    done += static_cast<std::uint64_t>(cases.run());
    expired += cases.expired_by_time;
    if (HasFatalFailure() || HasNonfatalFailure()) return;
  }
  std::printf("%llu cases, %d of them expired by a change\n", static_cast<unsigned long long>(done), expired);
  EXPECT_TRUE(wanted < 1000 || expired > static_cast<int>(wanted / 10));
}

// Two answers that differ never share a reading, whatever changed between them: signals, context, instant or rules.
TEST(Reading, TellsRandomDifferentAnswersApart) {
  Dice dice(setting("BECKON_SEED", 20260225));
  for (int round = 0; round < 2'000; ++round) {
    const auto rules = random_rules(dice);
    const RuleSet set = rule_set(rules);
    std::map<std::uint64_t, std::string> answers;
    for (int i = 0; i < 8; ++i) {
      naive::World world;
      for (int n = dice.upto(8); n > 0; --n) world.signals.push_back(random_signal(dice, static_cast<std::uint64_t>(10 - n)));
      const Verdict verdict = judge(set, window_of(world, dice), {{"c", dice.of({"x", "q"})}});
      const auto [known, fresh] = answers.try_emplace(verdict.reading, verdict.rule);
      ASSERT_EQ(known->second, verdict.rule);
    }
  }
}

}  // namespace
}  // namespace beckon::rules
