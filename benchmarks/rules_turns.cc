// One turn of benchmarks/engines.mjs: rules_turns SECONDS <INPUT. The input is
// {"now","signals":[{"key","at"}],"rules","traits":{name: value},"counters":{name: definition}}, of one visitor with
// one session; evaluates the trigger "t" for that time and prints the ruleId that acts, or "-", and the nanoseconds of
// one evaluation.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <iterator>

#include "rules/language/counter.h"
#include "rules/rule_set.h"
#include "system/zones.h"

using namespace beckon;

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 1;
  const auto input = json::parse(std::string(std::istreambuf_iterator<char>(std::cin), {}));
  if (!input) return 2;
  const Instant now = instant_ms(*input->root().find("now")->integer());
  std::vector<ledger::Signal> signals;
  for (const json::Value& given : input->root().find("signals")->items()) {
    const Instant at = instant_ms(*given.find("at")->integer());
    signals.push_back({.key = given.find("key")->text(), .at = at, .received = at, .version = signals.size() + 1});
  }
  rules::StoredRules stored{.version = 1};
  for (const json::Value& rule : input->root().find("rules")->items())
    stored.rules.push_back(
        {.id = RuleId{rule.find("ruleId")->text()}, .json = json::to_text(rule), .rules_version = 1});
  ledger::Traits traits;
  for (const json::Member& trait : input->root().find("traits")->members())
    ledger::take(traits, {.name = std::string(trait.key),
                          .op = ledger::TraitOp::kSet,
                          .value = json::to_text(trait.value),
                          .source = "crm",
                          .stamp = {now, 1}});
  const ledger::PackedTraits packed(traits);
  rules::Counters counters;
  ledger::Counted counted;
  for (const json::Member& member : input->root().find("counters")->members()) {
    Issues issues;
    rules::Counter counter = rules::read_counter(member.value, system_zones(), issues);
    counter.id = counters.size() + 1;
    if (const auto subtotal = rules::count(counter, signals)) counted.take({&*subtotal, 1}, 1);
    counters.emplace(member.key, std::move(counter));
  }
  const auto set = rules::RuleSet::compile(stored, system_zones());
  if (!set) return std::fprintf(stderr, "%s\n", set.error().message.c_str()), 2;
  std::size_t evicted = 0;
  const ledger::Window window = ledger::Window{}.with(signals, evicted);
  const ledger::Context context;
  const ledger::PackedTraits* const said = &packed;
  const ledger::Counted* const of_visitor = &counted;
  const rules::Facts facts{.window = window,
                           .context = context,
                           .now = now,
                           .retention = std::chrono::hours{24 * 30},
                           .visitor = &window,
                           .traits = {&said, 1},
                           .zones = &system_zones(),
                           .counted = {&of_visitor, 1},
                           .counters = &counters};
  const auto begin = std::chrono::steady_clock::now();
  std::chrono::duration<double> spent{};
  std::uint64_t count = 0, readings = 0;
  for (; spent.count() < seconds; spent = std::chrono::steady_clock::now() - begin) {
    for (int i = 0; i < 256; ++i) readings ^= set->judge("t", facts).reading + static_cast<std::uint64_t>(i);
    count += 256;
  }
  const rules::Verdict verdict = set->judge("t", facts);
  const bool acts = verdict.outcome == rules::Outcome::kAct && readings != 1;
  std::printf("%s %.1f\n", acts ? std::string(verdict.rule).c_str() : "-",
              spent.count() * 1e9 / static_cast<double>(count));
}
