// What a payload can name, as one judgement has it.
#pragma once
#include "rules/language/facts.h"
#include "rules/language/rule.h"

namespace beckon::rules {

// Whether the arm's payload has something of the visitor in it.
bool names_visitor(const Arm& arm);

// What is known of a decision once it is made; empty texts are null.
struct Decided {
  std::string_view id, variant;
  Instant expires_at{};
};

// Views into the rule, the facts and the texts, which outlive it. Confined to one thread.
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

// Until when the values of counters in the payloads of a rule stay as they are, unless something is counted.
Instant counters_hold_until(const Rule& rule, const Facts& facts);

}  // namespace beckon::rules
