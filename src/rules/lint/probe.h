// How the linter uses the engine: parts of a rule, as rules of their own, evaluated on a witness.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "rules/lint/witness.h"
#include "rules/rule_set.h"

namespace beckon::rules::lint {

// Confined to one thread; its arguments outlive it.
class Probe {
 public:
  Probe(const Zones& zones, const Declared& declared, Duration retention)
      : zones_(zones), declared_(declared), retention_(retention) {}

  RuleSet conditions_of(
      const json::Value& rule) const;  // active from and until, rollout, and when; not what holds it back
  RuleSet statement(const json::Value& rule, const Statement& said) const;
  RuleSet live(const std::vector<const json::Value*>& rules) const;  // unchanged, except live

  bool holds(const RuleSet& probe, const Witness& witness) const { return answer(probe, "probe", witness) == "probe"; }
  std::string answer(const RuleSet& rules, std::string_view trigger, const Witness& witness) const;  // ruleId, or empty

  // Whether the witness's signal lies within the window but is invisible because of the retention alone.
  bool out_of_sight(const Witness& witness, Duration within) const;
  // Whether neither the cooldown nor a cap of the rule holds it back after the witness's exposures.
  bool may_spend(const json::Value& rule, const Witness& witness) const;

 private:
  RuleSet compiled(const std::vector<std::string>& rules) const;

  const Zones& zones_;
  const Declared& declared_;
  Duration retention_;
};

}  // namespace beckon::rules::lint
