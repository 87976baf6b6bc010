// The values that a payload can use, from one evaluation.
#pragma once
#include "rules/language/facts.h"
#include "rules/language/rule.h"

namespace beckon::rules {

// Whether the arm's payload uses data of the visitor.
bool names_visitor(const Arm& arm);

// What a decision adds once it is made; empty strings mean null.
struct Decided {
  std::string_view id, variant;
  Instant expires_at{};
};

// Refers to the rule, the facts and the strings, which outlive it. Confined to one thread.
class JudgedValues final : public PayloadValues {
 public:
  JudgedValues(const Rule& rule, const Facts& facts, const Decided& decided = {})
      : rule_(rule), facts_(facts), decided_(decided) {}
  std::optional<std::string_view> value(const PayloadPath& path, std::string& room) const override;

 private:
  std::optional<ledger::Signal> anchor() const;
  std::optional<ledger::Signal> newest() const;
  std::optional<std::string> same() const;
  std::optional<std::string_view> of_counter(const PayloadPath& path, std::string& room) const;

  const Rule& rule_;
  const Facts& facts_;
  const Decided decided_;
};

// Until when the counter values in a rule's payloads stay the same unless something is counted.
Instant counters_hold_until(const Rule& rule, const Facts& facts);

}  // namespace beckon::rules
