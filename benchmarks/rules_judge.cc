// One evaluation of rules of three conditions over a full window of 200 signals, all on the same trigger. Arguments:
// number of rules, and 1 if the last rule matches or 0 if none does. "Own": every rule has its own keys and windows;
// "Shared": a few measures with many comparisons, like the rules of one shop.
#include <benchmark/benchmark.h>

#include <string>

#include "rules/rule_set.h"
#include "system/zones.h"

namespace {

using namespace beckon;
using namespace std::chrono_literals;

constexpr Instant kNow = instant_ms(1'772'020'800'000);

ledger::Window full_window() {
  static const std::string keys[] = {"view", "cart.add", "search", "scroll", "click", "purchase", "support", "login"};
  ledger::Window window;
  std::size_t evicted = 0;
  for (std::uint64_t i = 0; i < ledger::Window::kCapacity; ++i) {
    const std::string value = "item-" + std::to_string(i % 20);
    const ledger::Signal signal{.key = keys[i * 7 % 8],
                                .value = value,
                                .has_value = true,
                                .at = kNow - 10s * static_cast<int>(200 - i),
                                .version = i + 1};
    window = window.with({{signal}}, evicted);
  }
  return window;
}

std::string text(const std::string& id, const std::string& all) {
  return R"({"ruleId":")" + id + R"(","triggers":["t"],"when":{"all":[)" + all + R"(]},"action":{"type":"popup"}})";
}

// Fails at the second or third condition, like most rules.
std::string shared_rule(int i) {
  static const char* const keys[] = {"view", "cart.add", "search", "scroll", "click"};
  const std::string key = keys[i % 5];
  return text("r" + std::to_string(10'000 + i),
              R"({"count":{"key":")" + key + R"("},"within":"30m","atLeast":)" + std::to_string(1 + i % 7) +
                  R"(},{"seen":{"key":"login"},"within":"1h"},{"count":{"key":"purchase"},"within":"1h","atLeast":)" +
                  std::to_string(100 + i) + "}");
}

std::string own_rule(int i) {
  const std::string n = std::to_string(i);
  return text("r" + std::to_string(10'000 + i),
              R"({"count":{"key":"view"},"within":")" + std::to_string(1800 + i) + R"(s","atLeast":1},)" +
                  R"({"count":{"key":"own.)" + n + R"("},"within":"1h","atMost":3},)" +
                  R"({"absent":{"key":"purchase"},"after":{"key":"cart.add"},"for":")" + std::to_string(i + 3600) +
                  "s\"}");
}

rules::RuleSet rule_set(benchmark::State& state, std::string (*make)(int)) {
  rules::StoredRules stored{.version = 1};
  for (int i = 0; i < state.range(0); ++i) {
    const std::string id = "r" + std::to_string(10'000 + i);
    const bool matches = state.range(1) == 1 && i + 1 == state.range(0);
    stored.rules.push_back(
        {.id = RuleId(id), .json = matches ? text(id, R"({"seen":{"key":"view"},"within":"1h"})") : make(i)});
  }
  return *rules::RuleSet::compile(stored, system_zones());
}

void judge(benchmark::State& state, std::string (*make)(int)) {
  const rules::RuleSet set = rule_set(state, make);
  const ledger::Window window = full_window();
  const ledger::Context context{{"country", "US"}, {"page", "/pricing"}};
  const rules::Facts facts{.window = window, .context = context, .now = kNow, .retention = 24h * 30};
  const bool acts = set.judge("t", facts).outcome == rules::Outcome::kAct;
  if (acts != (state.range(1) == 1)) state.SkipWithError("wrong outcome");
  for (auto _ : state) benchmark::DoNotOptimize(set.judge("t", facts).reading);
}

void Shared(benchmark::State& state) { judge(state, shared_rule); }
void Own(benchmark::State& state) { judge(state, own_rule); }

BENCHMARK(Shared)->Args({100, 1})->Args({100, 0})->Args({1000, 1})->Args({1000, 0});
BENCHMARK(Own)->Args({100, 1})->Args({100, 0})->Args({1000, 1})->Args({1000, 0});

void Compile(benchmark::State& state) {
  rules::StoredRules stored{.version = 1};
  for (int i = 0; i < 1000; ++i)
    stored.rules.push_back({.id = RuleId("r" + std::to_string(10'000 + i)), .json = shared_rule(i)});
  for (auto _ : state) benchmark::DoNotOptimize(rules::RuleSet::compile(stored, system_zones())->version());
}
BENCHMARK(Compile)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
