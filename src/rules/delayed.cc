// Delayed rules: what begins their wait, and what ends it.
#include <algorithm>

#include "rules/compiled.h"

namespace beckon::rules {

namespace {

const Measure& absence_of(const Rule& rule) {
  return std::ranges::find(rule.all, MeasureKind::kAbsent, [](const Condition& c) { return c.measure.kind; })->measure;
}

}  // namespace

std::span<const Delayed> RuleSet::delayed() const { return compiled_->delayed; }

bool RuleSet::feeds(const Delayed& delayed, const ledger::Signal& signal) const {
  const Measure& absence = absence_of(compiled_->rules[delayed.index]);
  return absence.after.fits(signal) || absence.filter.fits(signal);
}

bool RuleSet::ends(const Delayed& delayed, const ledger::Signal& signal) const {
  return absence_of(compiled_->rules[delayed.index]).filter.fits(signal);
}

std::optional<Anchor> RuleSet::anchor(const Delayed& delayed, const ledger::Window& window, Instant now,
                                      Duration retention) const {
  const Measure& absence = absence_of(compiled_->rules[delayed.index]);
  for (std::size_t i = window.size(); i-- > 0;) {
    const ledger::Signal signal = window[i];
    if (signal.at <= now - retention) break;
    if (absence.after.fits(signal))
      return Anchor{.at = signal.at,
                    .received = signal.received,
                    .version = signal.version,
                    .place = signal.place,
                    .due = signal.at + absence.wait};
    if (absence.filter.fits(signal)) break;
  }
  return std::nullopt;
}

}  // namespace beckon::rules
