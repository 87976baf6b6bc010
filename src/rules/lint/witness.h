// The linter's witnesses: a few signals, an instant and a context that show what a warning says. Found by trial from
// facts; the caller has the engine confirm each before it is shown.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "ledger/session.h"
#include "rules/language/placer.h"
#include "rules/lint/facts.h"

namespace beckon::rules::lint {

struct Witness {
  Instant at{};
  ledger::Context context;
  ledger::Traits traits;                             // of the visitor
  std::map<std::string, ledger::Subtotal> counters;  // likewise, their counters' subtotals, each with its own id
  std::vector<Seen> signals;                         // oldest first
  std::vector<std::string> conditions;               // paths in the rule
  std::string trigger, answered_by;                  // shadowed: the requested trigger, and the rule that is chosen
  std::vector<Instant> spends;                       // unreachable cap: as dense as the cooldown allows

  ledger::Window window() const;
  // Members of a warning: "conditions"?, "witness":[{"signalKey",…,"at","times"?}] (equal signals once), "at",
  // "context", "traits"?, "counters"?, "trigger" and "answeredBy"?, "spends"? (the newest kSpendsShown).
  void write(json::Writer& out) const;
  static constexpr std::size_t kSpendsShown = 20;
};

// The first witness that `confirms` accepts, built from some choice of cases; tries a bounded number.
std::optional<Witness> find_witness(std::span<const Cases> all, const Ground& ground, Instant around,
                                    const std::function<bool(const Witness&)>& confirms);

ledger::Signal signal_of(const Seen& seen, Instant now);  // a view of it

}  // namespace beckon::rules::lint
