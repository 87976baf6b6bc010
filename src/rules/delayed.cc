// Delayed rules: what starts their wait, and what ends it.
#include <algorithm>
#include <unordered_map>
#include <utility>

#include "rules/compiled.h"
#include "rules/language/same.h"

namespace beckon::rules {

namespace {

const Measure& absence_of(const Rule& rule) {
  return std::ranges::find(rule.all, MeasureKind::kAbsent, [](const Condition& c) { return c.measure.kind; })->measure;
}

}  // namespace

std::span<const Delayed> RuleSet::delayed() const { return compiled_->delayed; }

std::string RuleSet::value_of(const Delayed& delayed, const ledger::Signal& signal) const {
  if (!delayed.by_value) return {};
  std::string room;
  return std::string(same_in(signal, absence_of(compiled_->rules[delayed.index]).same, room).value_or(""));
}

bool RuleSet::feeds(const Delayed& delayed, const ledger::Signal& signal) const {
  const Measure& absence = absence_of(compiled_->rules[delayed.index]);
  if (!absence.after.fits(signal) && !absence.filter.fits(signal)) return false;
  return !delayed.by_value || !value_of(delayed, signal).empty();
}

bool RuleSet::ends(const Delayed& delayed, const ledger::Signal& signal) const {
  if (!absence_of(compiled_->rules[delayed.index]).filter.fits(signal)) return false;
  return !delayed.by_value || !value_of(delayed, signal).empty();
}

std::vector<Anchor> RuleSet::anchors(const Delayed& delayed, const ledger::Window& window, Instant now,
                                     Duration retention) const {
  const Measure& absence = absence_of(compiled_->rules[delayed.index]);
  std::vector<Anchor> found;
  std::unordered_map<std::string, bool> values;  // seen so far, and whether a signal started a wait for it
  std::size_t begun = 0;
  std::string room;
  for (std::size_t i = window.size(); i-- > 0;) {
    const ledger::Signal signal = window[i];
    if (signal.at <= now - retention) break;
    const bool begins = absence.after.fits(signal);
    if (!begins && !absence.filter.fits(signal)) continue;
    std::string_view same;
    if (delayed.by_value) {
      const auto value = same_in(signal, absence.same, room);
      if (!value) continue;
      same = *value;
    }
    const auto [known, is_newest] = values.try_emplace(std::string(same), false);
    if (begins && !std::exchange(known->second, true)) {
      if (is_newest)
        found.push_back({.at = signal.at,
                         .received = signal.received,
                         .same = std::string(same),
                         .version = signal.version,
                         .place = signal.place,
                         .due = signal.at + absence.wait});
      if (++begun == (delayed.by_value ? limits::kSameValues : 1)) break;
    }
    if (!delayed.by_value) break;
  }
  return found;
}

}  // namespace beckon::rules
