// The engine against the reference evaluator. Random cases from a printed seed; BECKON_CASES and BECKON_SEED set their
// number and the seed.
#include <gtest/gtest.h>

#include <cstdlib>

#include "rules/reference/agreement_due.h"

namespace beckon::rules {
namespace {

using testing::judge;
using testing::kNoon;

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing writes the environment
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

TEST(Agreement, HoldsInRandomCases) {
  const std::uint64_t seed = setting("BECKON_SEED", 20260225);
  const auto wanted = static_cast<long>(setting("BECKON_CASES", 100'000));
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
  Tally tally;
  for (std::uint64_t round = 0; tally.cases < wanted; ++round) {
    Agreement one(seed + round, (seed + round) % 4 == 0);
    const std::string wrong = one.run();
    tally.add(one.tally);
    ASSERT_EQ(wrong, "") << "BECKON_SEED=" << seed + round << " BECKON_CASES=1\n" << one.rules_in_words();
  }
  const auto& [act, none, suppressed, holdout] = tally.outcomes;
  std::printf(
      "%ld cases: %ld act, %ld none, %ld suppressed, %ld holdout; %ld spent; %ld beside, %ld of them shadow; %ld "
      "expired by a change\n",
      tally.cases, act, none, suppressed, holdout, tally.spending, tally.beside, tally.shadow, tally.expired);
  if (wanted < 10'000) return;
  for (const long often :
       {act, none, suppressed, holdout, tally.spending, tally.beside - tally.shadow, tally.shadow, tally.expired})
    EXPECT_GT(often, tally.cases / 100);
}

TEST(DueAgreement, HoldsInRandomCases) {
  const std::uint64_t seed = setting("BECKON_SEED", 20260225);
  const auto wanted = static_cast<long>(setting("BECKON_CASES", 100'000)) / 10;
  long cases = 0, waiting = 0, closed = 0, by_value = 0;
  for (std::uint64_t round = 0; cases < wanted; ++round) {
    DueAgreement one(seed + round);
    const std::string wrong = one.run();
    cases += one.tally.cases, waiting += one.waiting, closed += one.closed, by_value += one.by_value;
    ASSERT_EQ(wrong, "") << "BECKON_SEED=" << seed + round << " BECKON_CASES=10\n" << one.rule();
  }
  std::printf("%ld cases, %ld with an anchor, %ld of them by value, %ld closed\n", cases, waiting, by_value, closed);
  EXPECT_TRUE(wanted < 1'000 || (waiting > cases / 10 && by_value > cases / 50 && closed > cases / 100));
}

// Envelopes that differ never share a fingerprint, whatever changed between them: signals, exposures, context, instant.
TEST(Reading, TellsRandomDifferentAnswersApart) {
  Dice dice(setting("BECKON_SEED", 20260225));
  for (int round = 0; round < 2'000; ++round) {
    const Instant base = random_base(dice);
    const auto rules = random_rules(dice, base);
    const RuleSet set = Agreement::rule_set(rules);
    std::map<std::uint64_t, std::string> answers;
    for (int i = 0; i < 8; ++i) {
      const naive::World world = random_world(dice, base, rules);
      const AsFacts facts(world, dice, set);
      const Verdict verdict = set.judge("t", facts.facts(base));
      const std::string words = Agreement::answer_words(verdict);
      const auto [known, fresh] = answers.try_emplace(verdict.reading, words);
      ASSERT_EQ(known->second, words);
    }
  }
}

}  // namespace
}  // namespace beckon::rules
