// One evaluation of rules of three conditions over a full window of 200 signals, all on the same trigger. Arguments:
// number of rules, and 1 if the last rule matches or 0 if none does. "Shared": a few measures with many comparisons,
// like the rules of one shop. In all others, no two rules share a measure: every rule has its own keys ("Keys"), its
// own windows ("Windows"), its own values ("Values"), its own pages ("Pages"), its own windows and keys ("Own"), or any
// of these in turn ("Mixed").
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

std::string number(int i) { return std::to_string(i); }

// A condition with a window of its own, which is true.
std::string viewed(int i) { return R"({"count":{"key":"view"},"within":")" + number(1800 + i) + R"(s","atLeast":1},)"; }

std::string own_rule(int i) {
  return text("r" + number(10'000 + i),
              viewed(i) + R"({"count":{"key":"own.)" + number(i) + R"("},"within":"1h","atMost":3},)" +
                  R"({"absent":{"key":"purchase"},"after":{"key":"cart.add"},"for":")" + number(i + 3600) + "s\"}");
}

std::string windows_rule(int i) {
  const std::string within = R"(,"within":")" + number(3600 + i) + "s\"";
  return text("r" + number(10'000 + i), viewed(i) + R"({"last":{"key":"search"},"atMost":")" + number(3600 + i) +
                                            R"(s"},{"count":{"key":"purchase"})" + within + R"(,"atLeast":)" +
                                            number(i % 3 == 0 ? 26 + i % 50 : 100 + i % 7) + "}");
}

std::string quiet_rule(int i) {
  return R"({"ruleId":"r)" + number(10'000 + i) + R"(","triggers":["t"],"when":{"all":[)" + viewed(i) +
         R"({"seen":{"key":"login"},"within":")" + number(3600 + i) +
         R"(s"}],"none":[{"seen":{"key":"support"},"within":")" + number(3600 + i) +
         R"(s"}]},"action":{"type":"popup"}})";
}

std::string keys_rule(int i) {
  return text("r" + number(10'000 + i), viewed(i) + R"({"count":{"key":"click"},"within":")" + number(3600 + i) +
                                            R"(s","atLeast":1},{"seen":{"key":"own.)" + number(i) +
                                            R"("},"within":"1h"})");
}

std::string values_rule(int i) {
  return text("r" + number(10'000 + i), viewed(i) + R"({"count":{"key":"click"},"within":")" + number(3600 + i) +
                                            R"(s","atLeast":1},{"seen":{"key":"search","value":"term-)" + number(i) +
                                            R"("},"within":"1h"})");
}

std::string pages_rule(int i) {
  return text("r" + number(10'000 + i), viewed(i) + R"({"count":{"key":"click"},"within":")" + number(3600 + i) +
                                            R"(s","atLeast":1},{"context":"page","in":["/p/)" + number(i) + "\"]}");
}

std::string mixed_rule(int i) {
  std::string (*const kinds[])(int) = {own_rule, windows_rule, quiet_rule, keys_rule, values_rule, pages_rule};
  return kinds[i % 6](i);
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
void Windows(benchmark::State& state) { judge(state, windows_rule); }
void Quiet(benchmark::State& state) { judge(state, quiet_rule); }
void Keys(benchmark::State& state) { judge(state, keys_rule); }
void Values(benchmark::State& state) { judge(state, values_rule); }
void Pages(benchmark::State& state) { judge(state, pages_rule); }
void Mixed(benchmark::State& state) { judge(state, mixed_rule); }

void counts(benchmark::internal::Benchmark* of) {
  of->Args({1, 0})->Args({100, 1})->Args({100, 0})->Args({1000, 1})->Args({1000, 0});
}

BENCHMARK(Shared)->Apply(counts);
BENCHMARK(Own)->Apply(counts);
BENCHMARK(Windows)->Apply(counts);
BENCHMARK(Quiet)->Apply(counts);
BENCHMARK(Keys)->Apply(counts);
BENCHMARK(Values)->Apply(counts);
BENCHMARK(Pages)->Apply(counts);
BENCHMARK(Mixed)->Apply(counts);

void Compile(benchmark::State& state) {
  rules::StoredRules stored{.version = 1};
  for (int i = 0; i < 1000; ++i)
    stored.rules.push_back({.id = RuleId("r" + std::to_string(10'000 + i)), .json = shared_rule(i)});
  for (auto _ : state) benchmark::DoNotOptimize(rules::RuleSet::compile(stored, system_zones())->version());
}
BENCHMARK(Compile)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
