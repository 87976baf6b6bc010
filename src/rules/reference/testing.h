// Helpers of the tests in this folder: rule sets from JSON, windows from short descriptions.
#pragma once
#include <gtest/gtest.h>

#include <cmath>
#include <initializer_list>
#include <string>
#include <vector>

#include "rules/reference/noon.h"
#include "rules/rule_set.h"
#include "system/zones.h"

namespace beckon::rules::testing {

// A signal that owns its strings, `ago` before noon; negative is in the future.
struct Given {
  std::string key;
  Duration ago{};
  std::string value = {};
  std::string source = {};
  double confidence = 1.0;
  std::string metadata = {};
};

inline ledger::Window window(const std::vector<Given>& given) {
  std::vector<ledger::Signal> signals;
  for (const Given& one : given) {
    ledger::Signal signal;
    signal.key = one.key;
    signal.value = one.value;
    signal.has_value = !one.value.empty();
    signal.source = one.source;
    signal.metadata = one.metadata;
    signal.confidence = static_cast<std::int32_t>(std::lround(one.confidence * ledger::kFullConfidence));
    signal.at = signal.received = kNoon - one.ago;
    signal.version = signals.size() + 1;
    signals.push_back(signal);
  }
  std::size_t evicted = 0;
  return ledger::Window().with(signals, evicted);
}

inline RuleSet rule_set(const std::vector<std::string>& rules, const Declared& declared = {}) {
  StoredRules stored{.version = 1};
  for (const std::string& text : rules) {
    const auto document = json::parse(text);
    if (!document) ADD_FAILURE() << document.error().message << " in " << text;
    const json::Value* id = document->root().find("ruleId");
    stored.rules.push_back({.id = RuleId(id == nullptr ? "r" : id->text()), .json = text, .rules_version = 1});
  }
  auto set = RuleSet::compile(stored, system_zones(), declared);
  if (!set) ADD_FAILURE() << set.error().message;
  return set ? std::move(*set) : RuleSet();
}

// The system's time zones under another release name; by default, one that is not outdated.
class ZonesOfRelease final : public Zones {
 public:
  explicit ZonesOfRelease(std::string_view release = kNewestZoneVersion) : release_(release) {}
  const Zone* find(std::string_view name) const override { return system_zones().find(name); }
  std::string_view version() const override { return release_; }

 private:
  const std::string_view release_;
};

// {"ruleId":"r","triggers":["t"],"when":…,"action":{"type":"popup"}}
inline std::string rule(const std::string& when, const std::string& more = "", const std::string& id = "r") {
  return R"({"ruleId":")" + id + R"(","triggers":["t"],"when":)" + when + R"(,"action":{"type":"popup"})" +
         (more.empty() ? "" : "," + more) + "}";
}

inline Verdict judge(const RuleSet& set, const ledger::Window& window, const ledger::Context& context = {},
                     Instant now = kNoon, Duration retention = kMonth) {
  return set.judge("t", {.window = window, .context = context, .now = now, .retention = retention});
}

// Whether the only rule, with this one condition, acts.
inline bool holds(const std::string& condition, const ledger::Window& window, const ledger::Context& context = {},
                  Instant now = kNoon, Duration retention = kMonth) {
  const RuleSet set = rule_set({rule(R"({"all":[)" + condition + "]}")});
  return judge(set, window, context, now, retention).outcome == Outcome::kAct;
}

}  // namespace beckon::rules::testing
