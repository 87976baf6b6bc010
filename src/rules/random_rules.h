// Random rules, signals and windows for tests: few keys, short windows and whole seconds, so that edges meet often.
#pragma once
#include <initializer_list>
#include <string>
#include <vector>

#include "base/random.h"
#include "rules/naive.h"
#include "rules/testing.h"

namespace beckon::rules {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  int upto(int n) { return static_cast<int>(random_.next() % static_cast<std::uint64_t>(n)); }  // 0 … n − 1
  bool one_in(int n) { return upto(n) == 0; }
  template <class T>
  T of(std::initializer_list<T> list) { return *(list.begin() + upto(static_cast<int>(list.size()))); }

 private:
  SeededRandom random_;
};

inline std::string quoted(const char* name, const std::string& json) { return std::string("\"") + name + "\":" + json; }
inline std::string seconds(Dice& dice) { return '"' + std::to_string(1 + dice.upto(20)) + "s\""; }

inline std::string random_filter(Dice& dice) {
  std::string out = "{";
  if (!dice.one_in(12))
    out += quoted("key", dice.of<const char*>({R"("a")", R"("a")", R"("b")", R"("b")", R"("c.x")", R"("c.*")", R"(["a","c.y"])", R"(["b","c.*"])"}));
  const auto part = [&](const std::string& text) { out += (out.size() > 1 ? "," : "") + text; };
  if (dice.one_in(4)) part(quoted("value", dice.of<const char*>({R"("x")", R"("x*")", R"(["x","z"])", R"(["q","xy*"])", "7"})));
  if (dice.one_in(8)) part(quoted("source", dice.of<const char*>({R"("ad")", R"(["ad","mail"])"})));
  if (dice.one_in(8)) part(quoted("minConfidence", dice.of<const char*>({"0.5", "1", "0"})));
  return out + "}";
}

inline std::string random_window(Dice& dice) {
  const int kind = dice.upto(6);
  return kind == 0 ? "" : kind == 1 ? R"(,"per":"session")" : R"(,"within":)" + seconds(dice);
}

inline std::string random_bounds(Dice& dice) {
  const std::string n = std::to_string(dice.upto(4));
  switch (dice.upto(4)) {
    case 0: return R"(,"atMost":)" + n;
    case 1: return R"(,"equals":)" + n;
    case 2: return R"(,"atLeast":)" + n + R"(,"atMost":)" + std::to_string(dice.upto(5));
  }
  return R"(,"atLeast":)" + n;
}

inline std::string random_amount(Dice& dice, const char* measure) {
  std::string filter = random_filter(dice);
  filter.insert(filter.size() - 1, std::string(filter.size() > 2 ? "," : "") + R"("field":"n")");
  const std::string bound = std::to_string(dice.upto(6)) + dice.of<const char*>({"", ".5", ".25"});
  return std::string("{\"") + measure + "\":" + filter + random_window(dice) + dice.of({R"(,"atLeast":)", R"(,"atMost":)", R"(,"equals":)"}) + bound + "}";
}

inline std::string random_condition(Dice& dice) {
  switch (dice.upto(9)) {
    case 0: return R"({"count":)" + random_filter(dice) + random_window(dice) + random_bounds(dice) + "}";
    case 1: return R"({"absent":)" + random_filter(dice) + R"(,"after":)" + random_filter(dice) + R"(,"for":)" + seconds(dice) + "}";
    case 2: return R"({"last":)" + random_filter(dice) + random_window(dice) + (dice.one_in(2) ? R"(,"atLeast":)" + seconds(dice) : R"(,"atMost":)" + seconds(dice)) + "}";
    case 3: return R"({"distinct":)" + random_filter(dice) + random_window(dice) + random_bounds(dice) + "}";
    case 5: return random_amount(dice, "sum");
    case 6: return random_amount(dice, "max");
    case 4: return std::string(R"({"context":")") + dice.of({"c", "d"}) + "\"," + dice.of({R"("in")", R"("notIn")"}) + dice.of({R"(:["x"]})", R"(:["x","y"]})"});
  }
  return R"({"seen":)" + random_filter(dice) + random_window(dice) + "}";
}

inline std::string random_group(Dice& dice, const char* name, int most) {
  std::string list;
  for (int i = dice.upto(most + 1); i > 0; --i) list += (list.empty() ? "" : ",") + random_condition(dice);
  return std::string("\"") + name + "\":[" + list + "]";
}

inline std::vector<std::string> random_rules(Dice& dice) {
  std::vector<std::string> rules;
  for (int i = 1 + dice.upto(5); i > 0; --i) {
    const std::string when = "{" + random_group(dice, "all", 2) + "," + random_group(dice, "any", 2) + "," + random_group(dice, "none", 2) + "}";
    std::string more = quoted("priority", std::to_string(dice.upto(3))) + "," + quoted("ttl", dice.of<const char*>({R"("1s")", R"("10s")", R"("1h")", R"("1h")"}));
    if (dice.one_in(8)) more += "," + quoted("status", dice.of<const char*>({R"("paused")", R"("draft")", R"("live")"}));
    if (dice.one_in(8)) {
      const auto instant = [&] { return '"' + to_rfc3339(testing::kNoon + std::chrono::seconds{dice.upto(30) - 10}) + '"'; };
      more += R"(,"active":{)" + std::string(dice.one_in(2) ? R"("from":null,"until":)" : R"("from":)") + instant() + "}";
    }
    rules.push_back(testing::rule(when, more, "r" + std::to_string(i)));
  }
  return rules;
}

inline naive::Signal random_signal(Dice& dice, std::uint64_t version) {
  naive::Signal signal{.key = dice.of({"a", "a", "b", "b", "c.x", "c.y", "u"}), .version = version};
  signal.has_value = dice.one_in(2);
  if (signal.has_value) signal.value = dice.of({"x", "xy", "z", "7"});
  if (dice.one_in(3)) signal.source = dice.of({"ad", "mail"});
  if (dice.one_in(4)) signal.confidence = dice.of({0.5, 0.25});
  if (dice.one_in(2)) signal.metadata = dice.of({R"({"n":1})", R"({"n":2.5})", R"({"m":7,"n":0.25})", R"({"n":-1.5})", R"({"n":"3"})"});
  signal.at = testing::kNoon + std::chrono::seconds{dice.upto(45) - 40};  // up to 5 s ahead of noon
  return signal;
}

// The engine's window, filled as it arrives: in batches, late ones among them.
inline ledger::Window window_of(const naive::World& world, Dice& dice) {
  ledger::Window out;
  std::vector<ledger::Signal> batch;
  std::size_t evicted = 0;
  for (const naive::Signal& from : world.signals) {
    batch.push_back({.key = from.key, .value = from.value, .has_value = from.has_value, .source = from.source,
                     .metadata = from.metadata,
                     .confidence = static_cast<std::int32_t>(from.confidence * ledger::kFullConfidence),
                     .at = from.at, .received = from.at, .version = from.version});
    if (!dice.one_in(4)) continue;
    out = out.with(batch, evicted);
    batch.clear();
  }
  return out.with(batch, evicted);
}

}  // namespace beckon::rules
